"""Changes who or what is booked by what practitioners and rooms have in common, whichever of the two it is."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from booking.application.commands.change_practitioner import ChangePractitioner, ChangePractitionerHandler
from booking.application.commands.change_room import ChangeRoom, ChangeRoomHandler
from booking.application.ports import Ports
from booking.domain.bookable import Bookable
from booking.domain.calendar import Resource, ResourceKind
from booking.domain.ids import PractitionerId, RoomId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Work

B = TypeVar("B", bound=Bookable)


class Change(Protocol):
    """As it is afterwards."""

    def __call__(self, each: B, /) -> B: ...


@dataclass(frozen=True, slots=True)
class ResourceChanges:
    """Raises what `ChangePractitionerHandler` and `ChangeRoomHandler` raise; `until` is the last date whose hours the
    change sets.
    """

    ports: Ports
    work: Work

    async def make(
        self, resource: Resource, version: int, change: Change, until: date, actor: Actor, request: RequestKey | None
    ) -> Committed[Changed]:
        if resource.kind is ResourceKind.ROOM:
            room = ChangeRoom(RoomId(resource.id), version, change, until)
            return await ChangeRoomHandler(self.ports, self.work)(room, actor, request)
        person = ChangePractitioner(PractitionerId(resource.id), version, change, until)
        return await ChangePractitionerHandler(self.ports, self.work)(person, actor, request)
