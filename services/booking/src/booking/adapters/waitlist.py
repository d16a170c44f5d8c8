"""The waitlist in MongoDB: who waits, encrypted with the patient's key, and which times were freed. Open fields: since
when somebody waits, when a time is offered next; blind: who waits, and for which kind of visit.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from pymongo import IndexModel

from booking.domain.freed_times import FreedTime
from booking.domain.ids import PatientId
from booking.domain.visits import VisitKind
from booking.domain.waitlist import WaitlistEntry, WaitlistStatus
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

WAITLIST: Final = "waitlist"
FREED_TIMES: Final = "freed_times"
_LONGEST_WAITING: Final = (("joined_at", 1),)

INDEXES: Final = (
    (WAITLIST, IndexModel([("kind", 1), ("waiting", 1), ("joined_at", 1), ("_id", 1)], name="in_line")),
    (WAITLIST, IndexModel([("open", 1), ("joined_at", 1), ("_id", 1)], name="open")),
    (WAITLIST, IndexModel([("patient_id", 1), ("open", 1), ("joined_at", 1), ("_id", 1)], name="of_patient")),
    (WAITLIST, IndexModel([("ends_at", 1)], name="ends_at")),
    (FREED_TIMES, IndexModel([("due_at", 1)], name="due_at")),
)


class MongoWaitlist(Stored[WaitlistEntry]):
    """See `booking.application.ports.Waitlist`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            WAITLIST,
            WaitlistEntry,
            fields=_open_fields,
            blind=("patient_id", "kind"),
            owner=lambda entry: entry.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("waitlist_entry"))

    async def waiting_of(self, patient_id: PatientId) -> tuple[WaitlistEntry, ...]:
        query = {"patient_id": patient_id, "open": True}
        return tuple(await self._documents.all(query, of=patient_id, sort=_LONGEST_WAITING))

    async def listed(self, patient_id: PatientId | None, limit: int, after: str | None) -> Listed[WaitlistEntry]:
        query = {"open": True} if patient_id is None else {"patient_id": patient_id, "open": True}
        return await self._documents.page(query, sort=_LONGEST_WAITING, limit=limit, after=after)

    async def next_end(self) -> tuple[datetime, str] | None:
        return await self._documents.earliest("ends_at")

    async def next_in_line(self, kind: VisitKind, after: str | None) -> tuple[WaitlistEntry, str] | None:
        query = {"kind": kind.value, "waiting": True}
        found = (await self._documents.page(query, sort=_LONGEST_WAITING, limit=1, after=after)).items
        return (found[0], self._documents.cursor(found[0], _LONGEST_WAITING)) if found else None


class MongoFreedTimes(Stored[FreedTime]):
    """See `booking.application.ports.FreedTimes`."""

    def __init__(self, database: Database) -> None:
        documents = Documents(database, FREED_TIMES, FreedTime, fields=lambda freed: {"due_at": freed.due_at})
        super().__init__(documents, lambda: not_found("freed_time"))

    async def next_due(self) -> tuple[datetime, str] | None:
        return await self._documents.earliest("due_at")


def _open_fields(entry: WaitlistEntry) -> Mapping[str, object]:
    return {
        "patient_id": entry.patient_id,
        "kind": entry.kind.value,
        "waiting": entry.status is WaitlistStatus.WAITING,
        "open": entry.open,
        "joined_at": entry.joined_at,
        "ends_at": entry.ends_at,
    }
