"""Somebody who was said to be away is there after all, or a room is open: they are booked by the hours of the weekday
again. What was given to somebody else meanwhile, moved or called off stays so.
"""

from dataclasses import dataclass
from datetime import date

from booking.application.commands.change_practitioner import ChangePractitioner, ChangePractitionerHandler
from booking.application.commands.change_room import ChangeRoom, ChangeRoomHandler
from booking.application.ports import Ports
from booking.domain.calendar import Resource, ResourceKind
from booking.domain.ids import PractitionerId, RoomId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Work


@dataclass(frozen=True, slots=True)
class RecordReturn:
    """Of a practitioner or a room, on these dates of the clinic, in order: on those of them on which they are away."""

    resource: Resource
    expected_version: int
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class RecordReturnHandler:
    """Raises `hours_exception_not_found` where they are away on none of the dates, and what `ChangePractitionerHandler`
    and `ChangeRoomHandler` raise.
    """

    ports: Ports
    work: Work

    async def __call__(self, command: RecordReturn, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        days, version = command.days, command.expected_version
        if command.resource.kind is ResourceKind.ROOM:
            room = ChangeRoom(RoomId(command.resource.id), version, lambda each: each.back(days), days[-1])
            return await ChangeRoomHandler(self.ports, self.work)(room, actor, request)
        whom = PractitionerId(command.resource.id)
        person = ChangePractitioner(whom, version, lambda each: each.back(days), days[-1])
        return await ChangePractitionerHandler(self.ports, self.work)(person, actor, request)
