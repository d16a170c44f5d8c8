"""Marks the visits of a day that is over and of which nobody said what became of them: a deadline, fired by `timers`.

Such a visit opens no gate any more, and somebody has to say what became of it.
"""

from datetime import datetime

from booking.application.care_path_reactions import changing
from booking.application.ports import Ports
from booking.domain.ids import AppointmentId
from booking.domain.states import Status
from careflow_service.work import Transaction


async def next_day_end(ports: Ports) -> tuple[datetime, str] | None:
    """When the day of the next visit that nobody has marked is over."""
    return await ports.appointments.next_day_end()


async def leave_unmarked(appointment_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing for a visit that was marked or moved meanwhile."""
    visit = await ports.appointments.get(AppointmentId(appointment_id))
    if visit.status is not Status.BOOKED or visit.unmarked or visit.day_ends > tx.now:
        return
    unmarked = visit.left_unmarked()
    await ports.appointments.save(unmarked, expecting=visit.version, tx=tx)
    await changing(visit.patient_id, tx, ports, lambda path: path.note_visit(unmarked, now=tx.now))
