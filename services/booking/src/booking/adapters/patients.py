"""Patients in MongoDB: encrypted with each patient's own key, found again by blind indexes of e-mail and phone."""

import asyncio
from collections.abc import Mapping
from typing import Final

from pymongo import IndexModel

from booking.domain.ids import PatientId
from booking.domain.patients import Patient, PatientDetails
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import BlindIndex, Vault

PATIENTS: Final = "patients"
MOST_ALIKE: Final = 20
"""How many look-alikes are read at most; a household's phone number is shared by fewer."""

INDEXES: Final = (
    (PATIENTS, IndexModel([("email_index", 1), ("_id", 1)], name="email")),
    (PATIENTS, IndexModel([("phone_index", 1), ("_id", 1)], name="phone")),
)


class MongoPatients(Stored[Patient]):
    """See `booking.application.ports.Patients`."""

    def __init__(self, database: Database, vault: Vault, blind_index: BlindIndex) -> None:
        self._blind_index = blind_index
        documents = Documents(
            database,
            PATIENTS,
            Patient,
            fields=lambda patient: self._indexes(patient.details),
            owner=lambda patient: patient.id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("patient"))

    async def alike(self, details: PatientDetails) -> tuple[PatientId, ...]:
        patients = self._documents.looked  # allow looked: marks people for a human to look at, decides nothing
        queries = ({name: value} for name, value in self._indexes(details).items())
        found = await asyncio.gather(*(patients.many(query, limit=MOST_ALIKE) for query in queries))
        known = {patient.id: patient for each in found for patient in each}
        same_day = (each for each in known.values() if each.details.birth_date == details.birth_date)
        return tuple(sorted(patient.id for patient in same_day))

    def _indexes(self, details: PatientDetails) -> Mapping[str, str]:
        return {
            "email_index": self._blind_index.of("patient.email", details.email.strip().casefold()),
            "phone_index": self._blind_index.of("patient.phone", details.phone),
        }
