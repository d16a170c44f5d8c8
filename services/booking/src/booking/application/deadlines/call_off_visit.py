"""Calls a visit off that is still on hold when its time is near: a deadline, fired by `timers`. Nothing is owed."""

from datetime import datetime

from booking.application.care_path_reactions import changing
from booking.application.offering import note_freed
from booking.application.ports import Ports
from booking.application.scheduling import Scheduling
from booking.domain.cancellations import CancelReason
from booking.domain.ids import AppointmentId
from booking.domain.states import BookedBy, Status
from careflow_service.work import Transaction


async def next_cancellation(ports: Ports) -> tuple[datetime, str] | None:
    """When the next visit on hold is called off."""
    return await ports.appointments.next_cancellation()


async def call_off_visit(appointment_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing for a visit that was released, moved or ended meanwhile."""
    visit = await ports.appointments.get(AppointmentId(appointment_id))
    if visit.status is not Status.BOOKED or visit.cancels_at is None or visit.cancels_at > tx.now:
        return
    cancelled = visit.cancel(CancelReason.HOLD_NOT_RELEASED, asked_by=BookedBy.STAFF, now=tx.now)
    await Scheduling(ports).release(visit, tx)
    await note_freed(cancelled, tx, ports)
    await ports.appointments.save(cancelled, expecting=visit.version, tx=tx)
    await changing(visit.patient_id, tx, ports, lambda path: path.note_visit(cancelled, now=tx.now))
