"""Copies of patients' details and of what screening says of them, in MongoDB: encrypted with the patient's key."""

from collections.abc import Sequence
from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from sessions.domain.eligibility import Eligibility
from sessions.domain.ids import PatientId
from sessions.domain.patients import PatientCopy

PATIENTS: Final = "patients"

INDEXES: Final = ((PATIENTS, IndexModel([("merged_into", 1)], name="merged_into")),)
ELIGIBILITIES: Final = "eligibilities"


class MongoPatients(Stored[PatientCopy]):
    """See `sessions.application.ports.Patients`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            PATIENTS,
            PatientCopy,
            fields=lambda patient: {"merged_into": patient.merged_into},
            blind=("merged_into",),
            owner=lambda patient: patient.id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("patient"))

    async def given_up_for(self, survivor_id: PatientId, /) -> list[PatientId]:
        patients = self._documents.looked  # allow looked: a copy is of what there is when it is made
        return [patient.id for patient in await patients.all({"merged_into": survivor_id})]

    async def several(self, patient_ids: Sequence[PatientId], /) -> list[PatientCopy]:
        patients = self._documents.looked  # allow looked: shown to a human, decides nothing
        asked = {"_id": {"$in": list(patient_ids)}}
        return await patients.all(asked) if patient_ids else []


class MongoEligibilities(Stored[Eligibility]):
    """See `sessions.application.ports.Eligibilities`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(database, ELIGIBILITIES, Eligibility, owner=lambda each: each.id, vault=vault)
        super().__init__(documents, lambda: not_found("eligibility"))
