"""Disclosures in MongoDB: encrypted with the patient's key. Open field: when; blind: whose."""

from collections.abc import Sequence
from typing import Final

from pymongo import IndexModel

from careflow_domain.disclosures import Disclosure
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

DISCLOSURES: Final = "disclosures"
_NEWEST_FIRST: Final = (("made_at", -1),)
_MOST: Final = 10_000
"""So many of one patient are looked at when their erasure is decided; nobody has more."""

INDEXES: Final = ((DISCLOSURES, IndexModel([("patient_id", 1), ("made_at", -1), ("_id", 1)], name="of_patient")),)


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
        return await self._documents.many({"patient_id": patient_id}, of=patient_id, sort=_NEWEST_FIRST, limit=_MOST)
