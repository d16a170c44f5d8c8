"""Safety alerts in MongoDB, with the patient's key. Open: whether open and taken on, when due; blind: whose."""

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
from screening.domain.alerts import AlertState, SafetyAlert
from screening.domain.ids import PatientId

ALERTS: Final = "alerts"
_MOST_URGENT_FIRST: Final = (("respond_by", 1),)
_OPEN_THEN_NEWEST: Final = (("is_open", -1), ("raised_at", -1))
_NEWEST_FIRST: Final = (("raised_at", -1),)

INDEXES: Final = (
    (
        ALERTS,
        IndexModel("patient_id", name="one_open_alert", unique=True, partialFilterExpression={"is_open": True}),
    ),
    (ALERTS, IndexModel([("patient_id", 1), ("is_open", -1), ("raised_at", -1), ("_id", 1)], name="of_patient")),
    (ALERTS, IndexModel([("is_open", 1), ("respond_by", 1), ("_id", 1)], name="by_urgency")),
    (ALERTS, IndexModel([("is_open", 1), ("is_acknowledged", 1), ("respond_by", 1)], name="unanswered")),
    (ALERTS, IndexModel([("raised_at", -1), ("_id", 1)], name="by_time")),
    (ALERTS, IndexModel("due_at", name="due")),
)


def _open_fields(alert: SafetyAlert) -> Mapping[str, object]:
    return {
        "patient_id": alert.patient_id,
        "is_open": alert.state is not AlertState.CLOSED,
        "is_acknowledged": alert.state is AlertState.ACKNOWLEDGED,
        "raised_at": alert.raised_at,
        "respond_by": alert.respond_by,
        "due_at": alert.due_at,
    }


class MongoAlerts(Stored[SafetyAlert]):
    """See `screening.application.ports.Alerts`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            ALERTS,
            SafetyAlert,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda alert: alert.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("alert"))

    async def open_of(self, patient_id: PatientId, /) -> SafetyAlert | None:
        return await self._documents.one(of=patient_id, patient_id=patient_id, is_open=True)

    async def newest_of(self, patient_id: PatientId, /) -> SafetyAlert | None:
        newest = await self._documents.many({"patient_id": patient_id}, of=patient_id, sort=_OPEN_THEN_NEWEST, limit=1)
        return newest[0] if newest else None

    async def listed(self, *, open_only: bool, limit: int, after: str | None) -> Listed[SafetyAlert]:
        query = {"is_open": True} if open_only else {}
        sort = _MOST_URGENT_FIRST if open_only else _NEWEST_FIRST
        return await self._documents.page(query, sort=sort, limit=limit, after=after)

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("due_at")

    async def first_unanswered(self) -> Due | None:
        return await self._documents.earliest("respond_by", {"is_open": True, "is_acknowledged": False})
