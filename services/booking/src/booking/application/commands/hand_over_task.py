"""A task is handed to a colleague.

Who has a login is known to the clinic's provider of logins alone, so whom it is handed to is not looked up: handed to
nobody there is, it waits for everybody again when its time is over.
"""

from dataclasses import dataclass

from booking.application.task_changes import TaskChanges
from booking.domain.appointments import Appointment
from booking.domain.ids import AppointmentId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed


@dataclass(frozen=True, slots=True)
class HandOverTask:
    """`to` is the id of the colleague's login."""

    appointment_id: AppointmentId
    expected_version: int
    to: str


@dataclass(frozen=True, slots=True)
class HandOverTaskHandler:
    """Raises `appointment_not_found`, `stale_version`, `no_task`, `task_taken`."""

    changes: TaskChanges[AppointmentId, Appointment]

    async def __call__(self, command: HandOverTask, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        return await self.changes.apply(
            lambda visit, policy, now: visit.hand_over(policy, by=actor.id, to=command.to, now=now),
            command.appointment_id,
            command.expected_version,
            by=actor,
            action="hand_over_task",
            request=request,
        )
