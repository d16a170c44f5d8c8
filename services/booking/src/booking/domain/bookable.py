"""What practitioners and rooms have in common: hours of their own, by which they are booked while they are in use, and
a name by which people tell them apart.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self
from zoneinfo import ZoneInfo

from booking.domain.hours import Hours, HoursException
from booking.domain.intervals import Interval
from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookable(Aggregate):
    """Bookable while active, by its hours. `named_apart`: of those in use none other may be called so; it is not known
    of one that was named before that was asked.
    """

    id: str
    name: str
    hours: Hours = field(default_factory=Hours)
    active: bool = True
    named_apart: bool = False

    @property
    def name_key(self) -> str:
        """Its name as people read it, whatever the case, width and blanks."""
        return " ".join(unicodedata.normalize("NFKC", self.name).casefold().split())

    def apart_from(self, others: Iterable["Bookable"], before: Self | None = None) -> Self:
        """The same, where nobody else of those in use is called so; one whose name was there `before` keeps it. Raises
        `name_taken`.
        """
        if not self.active:
            return replace(self, named_apart=False)
        if before is not None and before.active and before.name_key == self.name_key:
            return self
        if any(each.id != self.id and each.name_key == self.name_key for each in others):
            raise conflict("name_taken", "Somebody or something else in use has this name; add what tells them apart.")
        return replace(self, named_apart=True)

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

    def back(self, days: Iterable[date]) -> Self:
        """There after all on those of these dates on which they are away: the hours of the weekday hold again."""
        return replace(self.recording(), hours=self.hours.open_again(days))
