"""Sessions in MongoDB: encrypted with the patient's key. Open fields: when, when due; blind: whose, of
which appointment, and whose integration it is that is still to come.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from sessions.application.ports import Due
from sessions.domain.adverse_events import AdverseEvent
from sessions.domain.ids import AppointmentId, PatientId, SessionId
from sessions.domain.late_reviews import review_late_at
from sessions.domain.sessions import Session
from sessions.domain.states import SessionState
from sessions.domain.words import VisitKind

SESSIONS: Final = "sessions"
ADVERSE_EVENTS: Final = "adverse_events"
_BY_START: Final = (("starts_at", 1),)

INDEXES: Final = (
    (SESSIONS, IndexModel("appointment_id", name="one_per_appointment", unique=True)),
    (SESSIONS, IndexModel([("patient_id", 1), ("starts_at", 1), ("_id", 1)], name="of_patient")),
    (SESSIONS, IndexModel([("starts_at", 1), ("_id", 1)], name="by_start")),
    (SESSIONS, IndexModel("due_at", name="due")),
    (SESSIONS, IndexModel("overruns_at", name="overruns")),
    (SESSIONS, IndexModel("review_overdue_at", name="review_overdue")),
    (SESSIONS, IndexModel([("waits", 1), ("review_by", 1), ("_id", 1)], name="to_review")),
    (ADVERSE_EVENTS, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),
    (
        SESSIONS,
        IndexModel([("awaited_of", 1), ("starts_at", 1), ("_id", 1)], name="integrations"),
    ),
)


def _open_fields(session: Session) -> Mapping[str, object]:
    to_come = session.kind is VisitKind.INTEGRATION and session.state is SessionState.SCHEDULED
    return {
        "patient_id": session.patient_id,
        "appointment_id": session.appointment_id,
        "starts_at": session.starts_at,
        "due_at": session.alarm_at,
        "overruns_at": session.overruns_at,
        "waits": session.review_by is not None,
        "review_by": session.review_by,
        "review_overdue_at": review_late_at(session),
        # Of the others somebody else, so that nobody who reads it can tell which is which.
        "awaited_of": session.patient_id if to_come else f"nobody, {session.id}",
    }


class MongoSessions(Stored[Session]):
    """See `sessions.application.ports.SessionRecords`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            SESSIONS,
            Session,
            fields=_open_fields,
            blind=("patient_id", "appointment_id", "awaited_of"),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("session"))

    async def of_appointment(self, appointment_id: AppointmentId, /, *, of: PatientId) -> Session | None:
        return await self._documents.one(of=of, appointment_id=appointment_id)

    async def look_up(self, appointment_id: AppointmentId, /) -> Session | None:
        sessions = self._documents.looked  # allow looked: for readers, who decide nothing on it
        return await sessions.one(appointment_id=appointment_id)

    async def of_patient(self, patient_id: PatientId, /) -> list[Session]:
        return await self._documents.all({"patient_id": patient_id}, of=patient_id, sort=_BY_START)

    async def between(self, start: datetime, end: datetime, /) -> list[Session]:
        sessions = self._documents.looked  # allow looked: shown to a human, decides nothing
        query = {"starts_at": {"$gte": start, "$lt": end}}
        return await sessions.all(query, sort=(("starts_at", 1), ("_id", 1)))

    async def several(self, session_ids: Sequence[SessionId], /) -> list[Session]:
        sessions = self._documents.looked  # allow looked: shown to a human, decides nothing
        return await sessions.all({"_id": {"$in": list(session_ids)}}) if session_ids else []

    async def without_time(self) -> list[Session]:
        sessions = self._documents.looked  # allow looked: shown to a human, decides nothing
        return await sessions.all({"starts_at": None})

    async def latest_of_patient(self, patient_id: PatientId, /) -> list[Session]:
        newest_first = (("starts_at", -1),)
        return await self._documents.all({"patient_id": patient_id}, of=patient_id, sort=newest_first)

    async def next_integration(self, patient_id: PatientId, /, *, after: datetime) -> datetime | None:
        query = {"awaited_of": patient_id, "starts_at": {"$gt": after}}
        found = await self._documents.many(query, of=patient_id, sort=_BY_START, limit=1)
        return found[0].starts_at if found else None

    async def to_review(self, *, limit: int, after: str | None) -> Listed[Session]:
        return await self._documents.page({"waits": True}, sort=(("review_by", 1),), limit=limit, after=after)

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("due_at")

    async def next_to_overrun(self) -> Due | None:
        return await self._documents.earliest("overruns_at")

    async def next_review_overdue(self) -> Due | None:
        return await self._documents.earliest("review_overdue_at")


class MongoAdverseEvents(Stored[AdverseEvent]):
    """See `sessions.application.ports.AdverseEvents`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            ADVERSE_EVENTS,
            AdverseEvent,
            fields=lambda event: {"patient_id": event.patient_id},
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("adverse_event"))

    async def of_patient(self, patient_id: PatientId, /) -> list[AdverseEvent]:
        return await self._documents.all({"patient_id": patient_id}, of=patient_id)
