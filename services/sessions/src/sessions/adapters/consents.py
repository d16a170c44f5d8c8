"""Consents in MongoDB: encrypted with the patient's key. Open fields: whose, whether it counts, when it ends."""

from collections.abc import Mapping, Sequence
from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from sessions.application.ports import Due
from sessions.domain.consents import Consent, ConsentState
from sessions.domain.ids import PatientId

CONSENTS: Final = "consents"

INDEXES: Final = (
    (CONSENTS, IndexModel([("patient_id", 1), ("signed", 1), ("_id", 1)], name="of_patient")),
    (CONSENTS, IndexModel("due_at", name="due")),
)


def _open_fields(consent: Consent) -> Mapping[str, object]:
    return {
        "patient_id": consent.patient_id,
        "signed": consent.state is ConsentState.SIGNED,
        "due_at": consent.due_at,
    }


class MongoConsents(Stored[Consent]):
    """See `sessions.application.ports.Consents`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            CONSENTS,
            Consent,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("consent"))

    async def page_signed_by(self, patient_id: PatientId, /, *, limit: int, after: str | None) -> Listed[Consent]:
        signed = {"patient_id": patient_id, "signed": True}
        return await self._documents.page(signed, limit=limit, after=after)

    async def signed_by(self, patient_id: PatientId, /) -> list[Consent]:
        return await self._documents.all({"patient_id": patient_id, "signed": True}, of=patient_id)

    async def all_of(self, patient_id: PatientId, /) -> list[Consent]:
        return await self._documents.all({"patient_id": patient_id}, of=patient_id)

    async def of_several(self, patient_ids: Sequence[PatientId], /) -> list[Consent]:
        consents = self._documents.looked  # allow looked: shown to a human, decides nothing
        return await consents.all({"patient_id": {"$in": list(patient_ids)}}) if patient_ids else []

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("due_at")
