"""What practitioners and rooms have in common: hours of their own, by which they are booked while they are in use."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self
from zoneinfo import ZoneInfo

from booking.domain.hours import Hours, HoursException
from booking.domain.intervals import Interval
from careflow_domain.aggregate import Aggregate


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookable(Aggregate):
    """Bookable while active, by its hours."""

    hours: Hours = field(default_factory=Hours)
    active: bool = True

    def with_hours(self, weekly: Hours) -> Self:
        """New weekday hours; the dated exceptions stay."""
        hours = replace(weekly, exceptions=self.hours.exceptions)
        return replace(self.recording(), hours=hours)

    def with_exception(self, exception: HoursException) -> Self:
        return replace(self.recording(), hours=self.hours.with_exception(exception))

    def without_exception(self, day: date) -> Self:
        return replace(self.recording(), hours=self.hours.without_exception(day))

    def absent(self, absence: Interval, zone: ZoneInfo) -> Self:
        """Not to be booked in this time, whatever the hours are."""
        return replace(self.recording(), hours=self.hours.closed_during(absence, zone))
