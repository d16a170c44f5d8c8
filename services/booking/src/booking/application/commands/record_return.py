"""Somebody who was said to be away is there after all, or a room is open: they are booked by the hours of the weekday
again. What was given to somebody else meanwhile, moved or called off stays so.
"""

from dataclasses import dataclass
from datetime import date

from booking.application.ports import Ports
from booking.application.resource_changes import B, ResourceChanges
from booking.domain.calendar import Resource
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
    """Raises `hours_exception_not_found` where they are away on none of the dates, and what `ResourceChanges`
    raises.
    """

    ports: Ports
    work: Work

    async def __call__(self, command: RecordReturn, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        days = command.days

        def is_back(each: B) -> B:
            return each.back(days)

        changes = ResourceChanges(self.ports, self.work)
        return await changes.make(command.resource, command.expected_version, is_back, days[-1], actor, request)
