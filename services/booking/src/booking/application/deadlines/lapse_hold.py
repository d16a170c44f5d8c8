"""Lets a hold go when its time has run out: a deadline, fired by `timers`."""

from datetime import datetime

from booking.application.offering import Offering
from booking.application.ports import Ports
from booking.domain.ids import AppointmentId
from booking.domain.states import Status
from careflow_service.work import Transaction


async def next_lapse(ports: Ports) -> tuple[datetime, str] | None:
    """When the next hold runs out."""
    return await ports.appointments.next_lapse()


async def lapse_hold(appointment_id: str, tx: Transaction, ports: Ports) -> None:
    """Frees the time if the hold has run out and nobody has confirmed it meanwhile."""
    hold = await ports.appointments.get(AppointmentId(appointment_id))
    if hold.status is not Status.HELD or hold.held_until is None or hold.held_until > tx.now:
        return
    await Offering(ports).lapse(hold, tx)
