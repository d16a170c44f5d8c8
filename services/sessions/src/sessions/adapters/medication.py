"""Medication records in MongoDB: encrypted with the patient's key. Open fields: by when the most urgent order is to be
signed, whether one waits, and when that becomes late, and the same of reviews; blind: whose.
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
from sessions.domain.medication import MedicationRecord

RECORDS: Final = "medication_records"

INDEXES: Final = (
    (RECORDS, IndexModel([("waits", 1), ("sign_by", 1), ("_id", 1)], name="waiting")),
    (RECORDS, IndexModel("overdue_at", name="due")),
    (RECORDS, IndexModel([("to_review", 1), ("review_by", 1), ("_id", 1)], name="to_review")),
    (RECORDS, IndexModel("review_overdue_at", name="review_overdue")),
    (RECORDS, IndexModel("patient_id", name="of_patient")),
)


def _open_fields(record: MedicationRecord) -> Mapping[str, object]:
    return {
        "patient_id": record.patient_id,
        "sign_by": record.sign_by,
        "waits": bool(record.waiting),
        "overdue_at": record.overdue_at,
        "to_review": record.review_by is not None,
        "review_by": record.review_by,
        "review_overdue_at": record.review_overdue_at,
    }


class MongoMedicationRecords(Stored[MedicationRecord]):
    """See `sessions.application.ports.MedicationRecords`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            RECORDS,
            MedicationRecord,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("medication_record"))

    async def waiting(self, *, limit: int, after: str | None) -> Listed[MedicationRecord]:
        return await self._documents.page({"waits": True}, sort=(("sign_by", 1),), limit=limit, after=after)

    async def to_review(self, *, limit: int, after: str | None) -> Listed[MedicationRecord]:
        return await self._documents.page({"to_review": True}, sort=(("review_by", 1),), limit=limit, after=after)

    async def unreviewed_of(self, patient_id: PatientId, /) -> list[MedicationRecord]:
        return await self._documents.all({"patient_id": patient_id, "to_review": True}, of=patient_id)

    async def next_review_overdue(self) -> Due | None:
        return await self._documents.earliest("review_overdue_at")

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("overdue_at")
