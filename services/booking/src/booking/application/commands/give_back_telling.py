"""Whoever was to tell a patient what no message could does not after all: it waits for everybody again."""

from dataclasses import dataclass

from booking.application.task_changes import TaskChanges
from booking.domain.care_path import CarePath
from booking.domain.ids import PatientId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed


@dataclass(frozen=True, slots=True)
class GiveBackTelling:
    patient_id: PatientId
    expected_version: int


@dataclass(frozen=True, slots=True)
class GiveBackTellingHandler:
    """Raises `care_path_not_found`, `stale_version`, `no_task`, `task_taken`, `task_not_taken`."""

    changes: TaskChanges[PatientId, CarePath]

    async def __call__(self, command: GiveBackTelling, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        return await self.changes.apply(
            lambda path, policy, now: path.give_back(policy, by=actor.id, now=now),
            command.patient_id,
            command.expected_version,
            by=actor,
            action="give_back_telling",
            request=request,
        )
