"""Reminds a patient of a visit that is near: a deadline, fired by `timers`."""

from datetime import datetime

from booking.application.ports import Ports
from booking.domain.ids import AppointmentId
from booking.domain.message_subjects import Reason
from careflow_service.work import Transaction


async def next_reminder(ports: Ports) -> tuple[datetime, str] | None:
    """When the next patient is reminded; nobody is where nothing carries messages."""
    return await ports.appointments.next_reminder() if ports.telling.on else None


async def remind_patient(appointment_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing for a visit that was moved or ended meanwhile."""
    visit = await ports.appointments.get(AppointmentId(appointment_id))
    due = visit.next_reminder(ports.policy)
    if due is None or due > tx.now:
        return
    await ports.appointments.save(visit.reminded(now=tx.now), expecting=visit.version, tx=tx)
    await ports.telling.of(Reason.VISIT_NEAR, visit, tx)
