"""Disclosures, and what is waited for of records, in MongoDB: encrypted with the patient's key. Open fields: when one
was made; when the other is due, and whether it waits. Blind: whose.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Final

from pymongo import IndexModel

from careflow_domain.disclosures import Disclosure
from careflow_domain.errors import not_found
from careflow_domain.wanted_shares import WantedShare
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

DISCLOSURES: Final = "disclosures"
WANTED: Final = "wanted_shares"
_DUE_FIRST: Final = (("due_on", 1),)
_NEWEST_FIRST: Final = (("made_at", -1),)

INDEXES: Final = ((DISCLOSURES, IndexModel([("patient_id", 1), ("made_at", -1), ("_id", 1)], name="of_patient")),)


WANTED_INDEXES: Final = (
    (WANTED, IndexModel("patient_id", name="of_patient")),
    (WANTED, IndexModel([("open", 1), ("due_on", 1), ("_id", 1)], name="waiting")),
)


class MongoDisclosures(Stored[Disclosure]):
    """See `careflow_service.disclosing.records.Disclosures`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            DISCLOSURES,
            Disclosure,
            fields=lambda each: {"patient_id": each.patient_id, "made_at": each.made_at},
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("disclosure"))

    async def of_patient(self, patient_id: str, /, *, limit: int, after: str | None) -> Listed[Disclosure]:
        return await self._documents.page({"patient_id": patient_id}, sort=_NEWEST_FIRST, limit=limit, after=after)

    async def all_of(self, patient_id: str, /) -> Sequence[Disclosure]:
        return await self._documents.all({"patient_id": patient_id}, of=patient_id, sort=_NEWEST_FIRST)


class MongoWantedShares(Stored[WantedShare]):
    """See `careflow_service.disclosing.records.KeptShares`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            WANTED,
            WantedShare,
            fields=lambda each: {
                "patient_id": each.patient_id,
                "open": each.open,
                "due_on": datetime.combine(each.due_on, time.min, tzinfo=UTC),
            },
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("record_request"))

    async def waiting(self, limit: int, after: str | None) -> Listed[WantedShare]:
        return await self._documents.page({"open": True}, sort=_DUE_FIRST, limit=limit, after=after)
