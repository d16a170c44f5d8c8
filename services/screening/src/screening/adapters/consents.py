"""Consents to disclose in MongoDB: encrypted with the patient's key. Open fields: whether one still counts, when it was
recorded and when it ends; blind: whose.
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
from screening.application.ports import Due
from screening.domain.consents import ConsentState, DisclosureConsent
from screening.domain.ids import PatientId

CONSENTS: Final = "consents"
_NEWEST_FIRST: Final = (("recorded_at", -1),)

INDEXES: Final = (
    (CONSENTS, IndexModel([("patient_id", 1), ("recorded_at", -1), ("_id", 1)], name="of_patient")),
    (CONSENTS, IndexModel([("patient_id", 1), ("is_signed", 1), ("recorded_at", -1)], name="signed_of_patient")),
    (CONSENTS, IndexModel("due_at", name="due")),
)


def _open_fields(consent: DisclosureConsent) -> Mapping[str, object]:
    return {
        "patient_id": consent.patient_id,
        "is_signed": consent.state is ConsentState.SIGNED,
        "recorded_at": consent.recorded_at,
        "due_at": consent.due_at,
    }


class MongoConsents(Stored[DisclosureConsent]):
    """See `screening.application.ports.Consents`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            CONSENTS,
            DisclosureConsent,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("consent"))

    async def signed_by(self, patient_id: PatientId, /) -> list[DisclosureConsent]:
        query = {"patient_id": patient_id, "is_signed": True}
        return await self._documents.all(query, of=patient_id, sort=_NEWEST_FIRST)

    async def of_patient(self, patient_id: PatientId, /, *, limit: int, after: str | None) -> Listed[DisclosureConsent]:
        return await self._documents.page({"patient_id": patient_id}, sort=_NEWEST_FIRST, limit=limit, after=after)

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("due_at")
