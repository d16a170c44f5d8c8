"""A colleague is to tell a patient what no message could. Whom it is handed to is not looked up, as for other tasks."""

from dataclasses import dataclass

from booking.application.task_changes import TaskChanges
from booking.domain.care_path import CarePath
from booking.domain.ids import PatientId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed


@dataclass(frozen=True, slots=True)
class HandOverTelling:
    """`to` is the id of the colleague's login."""

    patient_id: PatientId
    expected_version: int
    to: str


@dataclass(frozen=True, slots=True)
class HandOverTellingHandler:
    """Raises `care_path_not_found`, `stale_version`, `no_task`, `task_taken`."""

    changes: TaskChanges[PatientId, CarePath]

    async def __call__(self, command: HandOverTelling, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        return await self.changes.apply(
            lambda path, policy, now: path.hand_over(policy, by=actor.id, to=command.to, now=now),
            command.patient_id,
            command.expected_version,
            by=actor,
            action="hand_over_telling",
            request=request,
        )
