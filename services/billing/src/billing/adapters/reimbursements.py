"""Cases of reimbursement in MongoDB, encrypted with the patient's key. Open fields: whether it is open, on which day
something comes next and when somebody is told of it; blind: whose.
"""

from collections.abc import Mapping
from datetime import time
from typing import Final
from zoneinfo import ZoneInfo

from pymongo import IndexModel

from billing.application.ports import Due
from billing.domain.ids import PatientId
from billing.domain.reimbursements import Reimbursement, Stage
from careflow_domain.business_days import opening_of
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

REIMBURSEMENTS: Final = "reimbursements"

INDEXES: Final = (
    (REIMBURSEMENTS, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),
    (REIMBURSEMENTS, IndexModel([("open", 1), ("due_on", 1), ("_id", 1)], name="by_day")),
    (REIMBURSEMENTS, IndexModel([("open", 1), ("_id", -1)], name="newest")),
    (REIMBURSEMENTS, IndexModel([("remind_at", 1)], name="remind_at")),
)


class MongoReimbursements(Stored[Reimbursement]):
    """See `billing.application.ports.Reimbursements`."""

    def __init__(self, database: Database, vault: Vault, zone: ZoneInfo) -> None:
        def open_fields(case: Reimbursement) -> Mapping[str, object]:
            return {
                "patient_id": case.patient_id,
                "open": case.stage is not Stage.RESOLVED,
                "due_on": case.due_on.isoformat() if case.due_on else None,
                "remind_at": opening_of(case.remind_on, time.min, zone) if case.remind_on else None,
            }

        documents = Documents(
            database,
            REIMBURSEMENTS,
            Reimbursement,
            fields=open_fields,
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("reimbursement"))

    async def all_of(self, patient_id: PatientId, /) -> list[Reimbursement]:
        return await self._documents.all({"patient_id": patient_id}, of=patient_id)

    async def by_day(self, limit: int, after: str | None) -> Listed[Reimbursement]:
        return await self._documents.page({"open": True}, sort=(("due_on", 1),), limit=limit, after=after)

    async def resolved(self, limit: int, after: str | None) -> Listed[Reimbursement]:
        return await self._documents.page({"open": False}, sort=(("_id", -1),), limit=limit, after=after)

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("remind_at")
