"""Patients in MongoDB: encrypted with each patient's own key, found again by blind indexes of e-mail and
phone, each with the birth date.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from pymongo import IndexModel

from booking.domain.ids import PatientId
from booking.domain.patient_details import PatientDetails, by_contact
from booking.domain.patients import TOLD, Patient
from careflow_domain.errors import not_found
from careflow_service.deadlines import set_aside
from careflow_service.listed import Listed
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
    (PATIENTS, IndexModel([("look_alike", 1), ("_id", 1)], name="look_alike")),
    (PATIENTS, IndexModel([("told", 1), ("_id", 1)], name="told")),
)


class MongoPatients(Stored[Patient]):
    """See `booking.application.ports.Patients`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            PATIENTS,
            Patient,
            fields=lambda patient: {
                **_indexed(patient.details.known_by),
                "look_alike": bool(patient.looks_like),
                "told": patient.told,
            },
            blind=("email_index", "phone_index"),
            owner=lambda patient: patient.id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("patient"))

    async def several(self, patient_ids: Sequence[PatientId]) -> tuple[Patient, ...]:
        patients = self._documents.looked  # allow looked: shown to a human, decides nothing
        asked = {"_id": {"$in": list(patient_ids)}}
        return tuple(await patients.all(asked)) if patient_ids else ()

    async def with_contact(self, born: date, *, email: str | None, phone: str | None) -> tuple[Patient, ...]:
        patients = self._documents.looked  # allow looked: shown to a human, decides nothing
        queries = ({name: value} for name, value in _indexed(by_contact(born, email=email, phone=phone)).items())
        several = (patients.many(each, limit=MOST_ALIKE) for each in queries)  # allow some: offered to a human
        found = await asyncio.gather(*several)
        known = {patient.id: patient for each in found for patient in each}
        return tuple(known[patient_id] for patient_id in sorted(known))

    async def look_alikes(self, limit: int, after: str | None) -> Listed[Patient]:
        return await self._documents.page({"look_alike": True}, limit=limit, after=after)

    async def next_to_tell(self) -> str | None:
        aside = set_aside()
        patients = self._documents.looked  # allow looked: who tells of one reads it again
        # Who was registered before it was counted has no number there.
        ids = await patients.ids({"told": {"$in": [None, *range(TOLD)]}}, limit=len(aside) + 1)
        return next((each for each in ids if each not in aside), None)

    async def alike(self, details: PatientDetails) -> tuple[PatientId, ...]:
        patients = self._documents.looked  # allow looked: marks people for a human to look at, decides nothing
        queries = ({name: value} for name, value in _indexed(details.known_by).items())
        found = await asyncio.gather(*(patients.ids(query, limit=MOST_ALIKE) for query in queries))
        return tuple(PatientId(each) for each in sorted({patient for ids in found for patient in ids}))


def _indexed(known_by: Mapping[str, str]) -> Mapping[str, str]:
    """Looked up as one value, so that it costs the same whether or not the person is known."""
    return {f"{name}_index": value for name, value in known_by.items()}
