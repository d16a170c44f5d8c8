"""Whoever took a task does not see to it after all: it waits for everybody again."""

from dataclasses import dataclass

from booking.application.task_changes import TaskChanges
from booking.domain.appointments import Appointment
from booking.domain.ids import AppointmentId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed


@dataclass(frozen=True, slots=True)
class GiveBackTask:
    appointment_id: AppointmentId
    expected_version: int


@dataclass(frozen=True, slots=True)
class GiveBackTaskHandler:
    """Raises `appointment_not_found`, `stale_version`, `no_task`, `task_taken`, `task_not_taken`."""

    changes: TaskChanges[AppointmentId, Appointment]

    async def __call__(self, command: GiveBackTask, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        return await self.changes.apply(
            lambda visit, policy, now: visit.give_back(policy, by=actor.id, now=now),
            command.appointment_id,
            command.expected_version,
            by=actor,
            action="give_back_task",
            request=request,
        )
