"""Copies of patients' details in MongoDB: encrypted with the patient's key, no open fields but the id."""

from collections.abc import Collection
from typing import Final

from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from screening.domain.ids import PatientId
from screening.domain.patients import PatientCopy

PATIENTS: Final = "patients"


class MongoPatients(Stored[PatientCopy]):
    """See `screening.application.ports.Patients`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(database, PATIENTS, PatientCopy, owner=lambda patient: patient.id, vault=vault)
        super().__init__(documents, lambda: not_found("patient"))

    async def several(self, patient_ids: Collection[PatientId], /) -> list[PatientCopy]:
        patients = self._documents.looked  # allow looked: shown to a human, decides nothing
        return await patients.all({"_id": {"$in": sorted(patient_ids)}}) if patient_ids else []
