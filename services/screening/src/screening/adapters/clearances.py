"""Clearances in MongoDB: encrypted with the patient's key. Open field: when due; blind: whose."""

from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from screening.application.ports import Due
from screening.domain.clearance import Clearance

CLEARANCES: Final = "clearances"

INDEXES: Final = (
    (CLEARANCES, IndexModel("due_at", name="due")),
    (CLEARANCES, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),
)


class MongoClearances(Stored[Clearance]):
    """See `screening.application.ports.Clearances`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            CLEARANCES,
            Clearance,
            fields=lambda each: {"patient_id": each.patient_id, "due_at": each.due_at},
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("clearance"))

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("due_at")
