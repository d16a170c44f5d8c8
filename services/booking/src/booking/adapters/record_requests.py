"""Requests for a patient's record in MongoDB, encrypted with the patient's key. Open fields: whether one has ended,
when it is due, and when somebody is told; blind: whose.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Final

from pymongo import IndexModel

from booking.domain.ids import PatientId
from booking.domain.record_requests import RecordRequest
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

RECORD_REQUESTS: Final = "record_requests"
_DUE_FIRST: Final = (("due_on", 1),)
_NEWEST: Final = (("recorded_at", -1),)

INDEXES: Final = (
    (RECORD_REQUESTS, IndexModel([("patient_id", 1), ("recorded_at", -1), ("_id", 1)], name="of_patient")),
    (RECORD_REQUESTS, IndexModel([("open", 1), ("due_on", 1), ("_id", 1)], name="under_way")),
    (RECORD_REQUESTS, IndexModel("tell_at", name="to_tell")),
)


class MongoRecordRequests(Stored[RecordRequest]):
    """See `booking.application.ports.RecordRequests`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            RECORD_REQUESTS,
            RecordRequest,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda request: request.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("record_request"))

    async def open_of(self, patient_id: PatientId) -> Sequence[RecordRequest]:
        query = {"patient_id": patient_id, "open": True}
        return await self._documents.all(query, of=patient_id, sort=_NEWEST)

    async def of_patient(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[RecordRequest]:
        return await self._documents.page({"patient_id": patient_id}, sort=_NEWEST, limit=limit, after=after)

    async def under_way(self, limit: int, after: str | None) -> Listed[RecordRequest]:
        return await self._documents.page({"open": True}, sort=_DUE_FIRST, limit=limit, after=after)

    async def next_told(self) -> tuple[datetime, str] | None:
        return await self._documents.earliest("tell_at")

    async def first_due(self) -> tuple[date, str] | None:
        due = await self._documents.earliest("due_on", {"open": True})
        return (due[0].date(), due[1]) if due else None


def _open_fields(request: RecordRequest) -> Mapping[str, object]:
    return {
        "patient_id": request.patient_id,
        "open": request.open,
        "due_on": datetime.combine(request.due_on, time.min, tzinfo=UTC),
        "recorded_at": request.recorded_at,
        "tell_at": request.tell_at,
    }
