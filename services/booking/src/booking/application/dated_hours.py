"""Hours that are set for a date, and absences: of a day that is still to come, and not of one a mistyped year away."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from booking.domain.policy import BookingPolicy


@dataclass(frozen=True, slots=True)
class DatedHours:
    policy: BookingPolicy
    zone: ZoneInfo

    def check(self, until: date, now: datetime) -> None:
        """Raises `day_past` and `day_too_far`."""
        self.policy.check_dated_hours(until, today=now.astimezone(self.zone).date())
