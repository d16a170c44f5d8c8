"""Patients in MongoDB: encrypted with each patient's own key, found again by blind indexes of e-mail and
phone, each with the birth date.
"""

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
from careflow_service.mongo.vault import Vault

PATIENTS: Final = "patients"
MOST_ALIKE: Final = 20
"""How many look-alikes are read at most; a household's phone number is shared by fewer."""

INDEXES: Final = (
    (PATIENTS, IndexModel([("email_index", 1), ("_id", 1)], name="email")),
    (PATIENTS, IndexModel([("phone_index", 1), ("_id", 1)], name="phone")),
)


class MongoPatients(Stored[Patient]):
    """See `booking.application.ports.Patients`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            PATIENTS,
            Patient,
            fields=lambda patient: _same_person(patient.details),
            blind=("email_index", "phone_index"),
            owner=lambda patient: patient.id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("patient"))

    async def alike(self, details: PatientDetails) -> tuple[PatientId, ...]:
        patients = self._documents.looked  # allow looked: marks people for a human to look at, decides nothing
        queries = ({name: value} for name, value in _same_person(details).items())
        found = await asyncio.gather(*(patients.ids(query, limit=MOST_ALIKE) for query in queries))
        return tuple(PatientId(each) for each in sorted({patient for ids in found for patient in ids}))


def _same_person(details: PatientDetails) -> Mapping[str, str]:
    """By which a person is known again: a contact and the birth date, for a household shares its contacts. Looked up
    as one value, so that it costs the same whether or not the person is known.
    """
    born = details.birth_date.isoformat()
    return {"email_index": f"{born} {details.email.strip().casefold()}", "phone_index": f"{born} {details.phone}"}
