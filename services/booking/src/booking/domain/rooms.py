"""Where patients are seen: rooms by purpose, with hours of their own."""

from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

from booking.domain.hours import Hours, HoursException
from booking.domain.ids import LocationId, RoomId
from booking.domain.intervals import Interval
from booking.domain.visits import RoomPurpose
from careflow_domain.aggregate import Aggregate


@dataclass(frozen=True, slots=True, kw_only=True)
class Room(Aggregate):
    """Bookable while active, for the purposes it is fitted out for."""

    id: RoomId
    location_id: LocationId
    name: str
    purposes: frozenset[RoomPurpose]
    hours: Hours = field(default_factory=Hours)
    active: bool = True

    def serves(self, purpose: RoomPurpose) -> bool:
        return self.active and purpose in self.purposes

    def changed(self, *, name: str, purposes: frozenset[RoomPurpose], active: bool) -> "Room":
        return replace(self.recording(), name=name, purposes=purposes, active=active)

    def with_hours(self, weekly: Hours) -> "Room":
        """New weekday hours; the dated exceptions stay."""
        hours = replace(weekly, exceptions=self.hours.exceptions)
        return replace(self.recording(), hours=hours)

    def with_exception(self, exception: HoursException) -> "Room":
        return replace(self.recording(), hours=self.hours.with_exception(exception))

    def absent(self, absence: Interval, zone: ZoneInfo) -> "Room":
        """Not to be booked in this time, whatever the hours are."""
        return replace(self.recording(), hours=self.hours.closed_during(absence, zone))

    def without_exception(self, day: date) -> "Room":
        return replace(self.recording(), hours=self.hours.without_exception(day))
