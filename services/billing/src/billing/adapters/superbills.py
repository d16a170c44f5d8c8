"""Superbills in MongoDB, encrypted with the patient's key. Open fields: whose, the number, whether another one took
its place.
"""

from collections.abc import Mapping
from typing import Final

from pymongo import IndexModel

from billing.domain.ids import PatientId
from billing.domain.superbills import Superbill
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

SUPERBILLS: Final = "superbills"

INDEXES: Final = (
    (SUPERBILLS, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),
    (SUPERBILLS, IndexModel("number", name="one_number_each", unique=True)),
    (SUPERBILLS, IndexModel([("patient_id", 1), ("unreplaced", 1), ("_id", 1)], name="unreplaced_of")),
)


def _open_fields(superbill: Superbill) -> Mapping[str, object]:
    return {
        "patient_id": superbill.patient_id,
        "number": superbill.number,
        "unreplaced": superbill.replaced_by is None,
    }


class MongoSuperbills(Stored[Superbill]):
    """See `billing.application.ports.Superbills`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            SUPERBILLS,
            Superbill,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("superbill"))

    async def all_of(self, patient_id: PatientId, /) -> list[Superbill]:
        return await self._documents.all({"patient_id": patient_id}, of=patient_id)

    async def unreplaced_of(self, patient_id: PatientId, /) -> list[Superbill]:
        return await self._documents.all({"patient_id": patient_id, "unreplaced": True}, of=patient_id)
