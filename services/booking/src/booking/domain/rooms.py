"""Where patients are seen: rooms by purpose, with hours of their own."""

from dataclasses import dataclass, replace

from booking.domain.bookable import Bookable
from booking.domain.ids import LocationId, RoomId
from booking.domain.visits import RoomPurpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Room(Bookable):
    """Bookable while active, for the purposes it is fitted out for."""

    id: RoomId
    location_id: LocationId
    purposes: frozenset[RoomPurpose]

    def serves(self, purpose: RoomPurpose) -> bool:
        return self.active and purpose in self.purposes

    def changed(self, *, name: str, purposes: frozenset[RoomPurpose], active: bool) -> "Room":
        return replace(self.recording(), name=name, purposes=purposes, active=active)
