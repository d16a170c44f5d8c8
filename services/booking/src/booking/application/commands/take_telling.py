"""Somebody of the clinic sees to it that a patient is told what no message could."""

from dataclasses import dataclass

from booking.application.task_changes import TaskChanges
from booking.domain.care_path import CarePath
from booking.domain.ids import PatientId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed


@dataclass(frozen=True, slots=True)
class TakeTelling:
    patient_id: PatientId
    expected_version: int


@dataclass(frozen=True, slots=True)
class TakeTellingHandler:
    """Raises `care_path_not_found`, `stale_version`, `no_task`, `task_taken`."""

    changes: TaskChanges[PatientId, CarePath]

    async def __call__(self, command: TakeTelling, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        return await self.changes.apply(
            lambda path, policy, now: path.take(policy, by=actor.id, now=now),
            command.patient_id,
            command.expected_version,
            by=actor,
            action="take_telling",
            request=request,
        )
