"""A time that was given up, and how far down the waitlist it has been offered.

Invariant: it goes down the list once. Whoever was passed over or has declined is not asked about it again, and whoever
gave it up never.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from booking.domain.appointment_record import AppointmentRecord
from booking.domain.appointments import AppointmentCancelled, AppointmentRescheduled
from booking.domain.ids import AppointmentId, FreedTimeId
from booking.domain.visits import VisitKind
from careflow_domain.aggregate import Aggregate


def freed_by(appointment: AppointmentRecord) -> datetime | None:
    """When the time began that the last change of the appointment gave up."""
    for fact in appointment.facts:
        if isinstance(fact, AppointmentCancelled):
            return appointment.starts_at
        if isinstance(fact, AppointmentRescheduled) and fact.previous_starts_at != appointment.starts_at:
            return fact.previous_starts_at
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreedTime(Aggregate):
    """`given_up` is the appointment that had it. `due_at`: when the next one is asked; none while it is offered, or
    when nobody is left. `asked_until` is the place in the waitlist.
    """

    id: FreedTimeId
    given_up: AppointmentId
    kind: VisitKind
    starts_at: datetime
    freed_at: datetime
    due_at: datetime | None
    asked_until: str | None = None

    def put_off(self, until: datetime) -> "FreedTime":
        return replace(self.recording(), due_at=until)

    def passed(self, asked_until: str) -> "FreedTime":
        """To be offered to whoever comes next."""
        return replace(self.recording(), asked_until=asked_until)

    def offered(self, asked_until: str) -> "FreedTime":
        return replace(self.recording(), asked_until=asked_until, due_at=None)

    def closed(self) -> "FreedTime":
        """Nobody is left to ask, or it is too late to."""
        return replace(self.recording(), due_at=None)
