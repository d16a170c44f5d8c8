"""Staff tasks in MongoDB: encrypted with the key of the patient or of what they are about, for a task's kind says how
somebody is. Open fields: whether open, when due; blind: which kind about what, whose.
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
from screening.domain.ids import PatientId
from screening.domain.tasks import StaffTask, TaskKind

TASKS: Final = "tasks"
_DUE_FIRST: Final = (("due_at", 1),)

INDEXES: Final = (
    (
        TASKS,
        IndexModel(
            "matter",
            name="one_open_of_matter",
            unique=True,
            partialFilterExpression={"is_open": True, "matter": {"$exists": True}},
        ),
    ),
    (TASKS, IndexModel("patient_id", name="of_patient")),
    (TASKS, IndexModel([("is_open", 1), ("due_at", 1), ("_id", 1)], name="by_due_time")),
)
FORMER_INDEXES: Final = ((TASKS, "one_open_task"),)


def _open_fields(task: StaffTask) -> Mapping[str, object]:
    return {
        "matter": _matter(task.kind, task.ref),
        "patient_id": task.patient_id,
        "is_open": task.done_at is None,
        "due_at": task.due_at,
    }


def _matter(kind: TaskKind, ref: str) -> str:
    """Of which there is one open task."""
    return f"{kind.value} {ref}"


class MongoTasks(Stored[StaffTask]):
    """See `screening.application.ports.Tasks`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            TASKS,
            StaffTask,
            fields=_open_fields,
            blind=("matter", "patient_id"),
            owner=lambda task: task.patient_id or task.ref,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("task"))

    async def open_for(self, kind: TaskKind, ref: str, /, *, of: PatientId | None) -> StaffTask | None:
        return await self._documents.one(of=of or ref, matter=_matter(kind, ref), is_open=True)

    async def listed(self, *, limit: int, after: str | None) -> Listed[StaffTask]:
        return await self._documents.page({"is_open": True}, sort=_DUE_FIRST, limit=limit, after=after)
