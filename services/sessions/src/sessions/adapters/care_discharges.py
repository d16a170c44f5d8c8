"""Discharges from care in MongoDB: encrypted with the patient's key. Open fields: none; blind: whose."""

from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from sessions.domain.care import CareDischarge
from sessions.domain.ids import PatientId

DISCHARGES: Final = "care_discharges"

INDEXES: Final = ((DISCHARGES, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),)


class MongoCareDischarges(Stored[CareDischarge]):
    """See `sessions.application.ports.CareDischarges`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            DISCHARGES,
            CareDischarge,
            fields=lambda each: {"patient_id": each.patient_id},
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("care_discharge"))

    async def of_patient(self, patient_id: PatientId, /) -> list[CareDischarge]:
        found = await self._documents.all({"patient_id": patient_id}, of=patient_id)
        return sorted(found, key=lambda each: each.at)
