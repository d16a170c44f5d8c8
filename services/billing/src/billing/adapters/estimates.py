"""Estimates in MongoDB, encrypted with the patient's key. Open field: when it will be
overdue; blind: whose.
"""

from collections.abc import Mapping
from typing import Final

from pymongo import IndexModel

from billing.application.ports import Due
from billing.domain.estimates import Estimate
from billing.domain.ids import PatientId
from billing.domain.tasks import TaskKind, tasks_of
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

ESTIMATES: Final = "estimates"

INDEXES: Final = (
    (ESTIMATES, IndexModel([("tasks", 1), ("_id", 1)], name="with_task")),
    (ESTIMATES, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),
    (ESTIMATES, IndexModel("overdue_from", name="due")),
)


def _open_fields(estimate: Estimate) -> Mapping[str, object]:
    waiting = estimate.overdue_at is None
    return {
        "patient_id": estimate.patient_id,
        "overdue_from": estimate.due_by if waiting else None,
        "tasks": [each.kind.value for each in tasks_of(estimate)],
    }


class MongoEstimates(Stored[Estimate]):
    """See `billing.application.ports.Estimates`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            ESTIMATES,
            Estimate,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("estimate"))

    async def all_of(self, patient_id: PatientId, /) -> list[Estimate]:
        return await self._documents.all({"patient_id": patient_id}, of=patient_id)

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("overdue_from")

    async def with_task(self, kind: TaskKind, limit: int, after: str | None) -> Listed[Estimate]:
        return await self._documents.page({"tasks": kind.value}, sort=(("_id", 1),), limit=limit, after=after)
