"""Somebody is away, or a room is closed, for a while: nothing more is booked then. What is booked stays until the desk
has decided about each visit.
"""

from dataclasses import dataclass

from booking.application.commands.change_practitioner import ChangePractitioner, ChangePractitionerHandler
from booking.application.commands.change_room import ChangeRoom, ChangeRoomHandler
from booking.application.ports import Ports
from booking.domain.absences import check_absence
from booking.domain.calendar import Resource, ResourceKind
from booking.domain.ids import PractitionerId, RoomId
from booking.domain.intervals import Interval
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Work


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

    ports: Ports
    work: Work

    async def __call__(self, command: RecordAbsence, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        absence, version, zone = command.absence, command.expected_version, self.ports.zone
        check_absence(absence)
        until = absence.days(zone)[-1]
        if command.resource.kind is ResourceKind.ROOM:
            room = ChangeRoom(RoomId(command.resource.id), version, lambda each: each.absent(absence, zone), until)
            return await ChangeRoomHandler(self.ports, self.work)(room, actor, request)
        person = ChangePractitioner(
            PractitionerId(command.resource.id), version, lambda each: each.absent(absence, zone), until
        )
        return await ChangePractitionerHandler(self.ports, self.work)(person, actor, request)
