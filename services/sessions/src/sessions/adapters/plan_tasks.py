"""Tasks of plans in MongoDB: encrypted with the patient's key. Open fields: by when, whether it waits for the clinic,
and when it becomes late; blind: whose.
"""

from collections.abc import Mapping
from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from sessions.application.ports import Due
from sessions.domain.ids import PatientId
from sessions.domain.plan_tasks import PlanTask

PLAN_TASKS: Final = "plan_tasks"
_BY_DUE: Final = (("due_by", 1), ("_id", 1))

INDEXES: Final = (
    (PLAN_TASKS, IndexModel([("patient_id", 1), ("due_by", 1), ("_id", 1)], name="of_patient")),
    (PLAN_TASKS, IndexModel([("waits", 1), ("due_by", 1), ("_id", 1)], name="waiting")),
    (PLAN_TASKS, IndexModel("overdue_at", name="due")),
)


def _open_fields(task: PlanTask) -> Mapping[str, object]:
    return {
        "patient_id": task.patient_id,
        "due_by": task.due_by,
        "waits": task.waits is not None,
        "overdue_at": task.overdue_at,
    }


class MongoPlanTasks(Stored[PlanTask]):
    """See `sessions.application.ports.PlanTasks`."""

    order = _BY_DUE

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            PLAN_TASKS,
            PlanTask,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("plan_task"))

    async def of_patient(self, patient_id: PatientId, /) -> list[PlanTask]:
        return await self._documents.all({"patient_id": patient_id}, of=patient_id, sort=_BY_DUE)

    async def waiting(self, *, limit: int, after: str | None) -> Listed[PlanTask]:
        return await self._documents.page({"waits": True}, sort=_BY_DUE, limit=limit, after=after)

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("overdue_at")
