"""Somebody is away, or a room is closed, for a while: nothing more is booked then. What is booked stays until the desk
has decided about each visit.
"""

from dataclasses import dataclass

from booking.application.ports import Ports
from booking.application.resource_changes import B, ResourceChanges
from booking.domain.absences import check_absence
from booking.domain.calendar import Resource
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
    """Raises `absence_too_long`, `day_past`, `day_too_far` and what `ResourceChanges` raises."""

    ports: Ports
    work: Work

    async def __call__(self, command: RecordAbsence, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        absence, zone = command.absence, self.ports.zone
        check_absence(absence)

        def is_away(each: B) -> B:
            return each.absent(absence, zone)

        changes, until = ResourceChanges(self.ports, self.work), absence.days(zone)[-1]
        return await changes.make(command.resource, command.expected_version, is_away, until, actor, request)
