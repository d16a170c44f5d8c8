"""Payment links in MongoDB, encrypted with the patient's key. Open field: when the processor is asked about it; blind:
whose.
"""

from collections.abc import Mapping
from typing import Final

from pymongo import IndexModel

from billing.application.ports import Due
from billing.domain.ids import PatientId
from billing.domain.payment_links import PaymentLink
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

LINKS: Final = "payment_links"
_OLDEST_FIRST: Final = (("_id", 1),)
_BY_ATTEMPT: Final = (("attempt_at", 1),)

INDEXES: Final = (
    (LINKS, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),
    (LINKS, IndexModel([("attempt_at", 1), ("_id", 1)], name="undecided")),
)


def _open_fields(link: PaymentLink) -> Mapping[str, object]:
    return {"patient_id": link.patient_id, "attempt_at": link.attempt_at}


class MongoPaymentLinks(Stored[PaymentLink]):
    """See `billing.application.ports.PaymentLinks`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            LINKS,
            PaymentLink,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("payment_link"))

    async def all_of(self, patient_id: PatientId, /) -> list[PaymentLink]:
        return await self._documents.all({"patient_id": patient_id}, of=patient_id, sort=_OLDEST_FIRST)

    async def undecided(self, limit: int, after: str | None) -> Listed[PaymentLink]:
        asked_about = {"attempt_at": {"$type": "date"}}
        return await self._documents.page(asked_about, sort=_BY_ATTEMPT, limit=limit, after=after)

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("attempt_at")
