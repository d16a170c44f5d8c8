"""What of a visit its patient knows: when they are reminded of it, and whether somebody has yet to tell them.

Invariant: reminders follow from the visit as it stands. One that is moved or given up has no reminder of the time it
had before.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from booking.domain.appointment_record import AppointmentRecord
from booking.domain.policy import BookingPolicy
from booking.domain.states import Status
from careflow_domain.errors import conflict

TO_BE_TOLD: Final = frozenset({Status.HELD, Status.BOOKED, Status.CANCELLED, Status.LAPSED})
"""In which states of a visit its patient may have to be told something still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAppointment(AppointmentRecord):
    """An appointment that its patient is told of."""

    @property
    def to_be_called_about(self) -> bool:
        """Whether it cannot take place as things stand, so that somebody calls before the patient comes for nothing: it
        waits for something, or somebody, or its room, cannot give it.
        """
        return bool(self.holds) or self.unfit_since is not None

    def next_reminder(self, policy: BookingPolicy) -> datetime | None:
        """When the patient is reminded of it next: never of what they were told after that time anyway."""
        if self.status is not Status.BOOKED or self.unmarked:
            return None
        since = self.announced_at or self.made_at
        times = (self.starts_at - timedelta(hours=hours) for hours in policy.reminder_hours.value)
        return min((each for each in times if each > since), default=None)

    def reminded(self, *, now: datetime) -> Self:
        """A reminder is on its way."""
        return self._alike(announced_at=now)

    def untold(self, *, now: datetime) -> Self:
        """A message about it did not reach the patient. Does nothing where that is known, or matters no longer."""
        if self.untold_since is not None or self.status not in TO_BE_TOLD:
            return self
        return self._alike(untold_since=now)

    def reached(self) -> Self:
        """The patient knows of it."""
        return self if self.untold_since is None else self._alike(untold_since=None)

    def told(self) -> Self:
        """Somebody of the clinic has told them. Raises `told_already`."""
        if self.untold_since is None:
            raise conflict("told_already", "There is nothing that the patient has to be told still.")
        return self.reached()
