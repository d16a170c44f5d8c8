"""Links to a patient's own account in MongoDB: encrypted with the patient's key. Open fields: the id, and when it is
to be sent; blind: whose. What makes a link hard to guess is not stored.
"""

from datetime import UTC, datetime
from typing import Final

from pymongo import IndexModel

from billing.domain.account_links import AccountLink
from billing.domain.ids import PatientId
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

ACCOUNT_LINKS: Final = "account_links"

INDEXES: Final = (
    (ACCOUNT_LINKS, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),
    (ACCOUNT_LINKS, IndexModel([("send_at", 1)], name="send_at")),
)
_ANY: Final = datetime(1, 1, 1, tzinfo=UTC)


class MongoAccountLinks(Stored[AccountLink]):
    """See `billing.application.ports.AccountLinks`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            ACCOUNT_LINKS,
            AccountLink,
            fields=lambda link: {"patient_id": link.patient_id, "send_at": link.send_at},
            blind=("patient_id",),
            owner=lambda link: link.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("account_link"))

    async def all_of(self, patient_id: PatientId, /) -> list[AccountLink]:
        return await self._documents.all({"patient_id": patient_id}, of=patient_id)

    async def waiting_of(self, patient_id: PatientId, /) -> list[AccountLink]:
        return await self._documents.all({"patient_id": patient_id, "send_at": {"$gt": _ANY}}, of=patient_id)

    async def next_due(self) -> tuple[datetime, str] | None:
        return await self._documents.earliest("send_at")
