"""Somebody is away, or a room is closed, for a while: nothing more is booked then. What is booked stays until the desk
has decided about each visit.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from booking.application.commands.change_practitioner import ChangePractitioner, ChangePractitionerHandler
from booking.application.commands.change_room import ChangeRoom, ChangeRoomHandler
from booking.domain.absences import check_absence
from booking.domain.calendar import Resource, ResourceKind
from booking.domain.ids import PractitionerId, RoomId
from booking.domain.intervals import Interval
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed


@dataclass(frozen=True, slots=True)
class RecordAbsence:
    """Of a practitioner or a room."""

    resource: Resource
    expected_version: int
    absence: Interval


@dataclass(frozen=True, slots=True)
class RecordAbsenceHandler:
    """Raises `absence_too_long`, `day_past`, `day_too_far` and what `ChangePractitionerHandler` and `ChangeRoomHandler`
    raise.
    """

    change_practitioner: ChangePractitionerHandler
    change_room: ChangeRoomHandler
    zone: ZoneInfo

    async def __call__(self, command: RecordAbsence, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        absence, version = command.absence, command.expected_version
        check_absence(absence)
        until = absence.days(self.zone)[-1]
        if command.resource.kind is ResourceKind.ROOM:
            room = ChangeRoom(RoomId(command.resource.id), version, lambda each: each.absent(absence, self.zone), until)
            return await self.change_room(room, actor, request)
        person = ChangePractitioner(
            PractitionerId(command.resource.id), version, lambda each: each.absent(absence, self.zone), until
        )
        return await self.change_practitioner(person, actor, request)
