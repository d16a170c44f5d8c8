"""Messages and consents to them in MongoDB, encrypted with the patient's key. Open fields: when a message was planned
and is attempted next; blind: whose.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from pymongo import IndexModel

from booking.domain.contact_consents import ContactConsents
from booking.domain.ids import PatientId
from booking.domain.messages import Message
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

MESSAGES: Final = "messages"
CONTACT_CONSENTS: Final = "contact_consents"
_NEWEST_FIRST: Final = (("planned_at", -1),)
_ANY: Final = datetime(1, 1, 1, tzinfo=UTC)

INDEXES: Final = (
    (MESSAGES, IndexModel([("patient_id", 1), ("planned_at", -1), ("_id", 1)], name="of_patient")),
    (MESSAGES, IndexModel([("attempt_at", 1)], name="attempt_at")),
)


class MongoMessages(Stored[Message]):
    """See `booking.application.ports.Messages`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            MESSAGES,
            Message,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("message"))

    async def of_patient(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[Message]:
        query = {"patient_id": patient_id}
        return await self._documents.page(query, sort=_NEWEST_FIRST, limit=limit, after=after)

    async def all_of(self, patient_id: PatientId) -> Sequence[Message]:
        return await self._documents.all({"patient_id": patient_id}, of=patient_id, sort=_NEWEST_FIRST)

    async def planned_of(self, patient_id: PatientId) -> Sequence[Message]:
        query = {"patient_id": patient_id, "attempt_at": {"$gt": _ANY}}
        return await self._documents.all(query, of=patient_id, sort=_NEWEST_FIRST)

    async def next_due(self) -> tuple[datetime, str] | None:
        return await self._documents.earliest("attempt_at")


class MongoConsents(Stored[ContactConsents]):
    """See `booking.application.ports.Consents`; one per patient, under the patient's id."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database, CONTACT_CONSENTS, ContactConsents, owner=lambda consents: consents.id, vault=vault
        )
        super().__init__(documents, lambda: not_found("contact_consents"))


def _open_fields(message: Message) -> Mapping[str, object]:
    return {
        "patient_id": message.patient_id,
        "planned_at": message.planned_at,
        "attempt_at": message.attempt_at,
    }
