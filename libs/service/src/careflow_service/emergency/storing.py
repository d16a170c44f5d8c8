"""Emergency accesses in the store, the body encrypted with the patient's key: an erasure takes the reason with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.clock import Clock
from careflow_service.emergency.accesses import EmergencyAccess
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from careflow_service.oversight import InEmergency

ACCESSES: Final = "_emergency_accesses"
EMERGENCY_INDEXES: Final = (
    (ACCESSES, IndexModel([("patient_id", 1), ("opened_by", 1), ("ends_at", 1), ("_id", 1)], name="of_patient")),
    (ACCESSES, IndexModel([("reviewed", 1), ("opened_at", 1), ("_id", 1)], name="waiting")),
    (ACCESSES, IndexModel([("opened_at", 1), ("_id", 1)], name="by_time")),
)
_NEWEST_FIRST: Final = (("opened_at", -1), ("_id", -1))
_OLDEST_FIRST: Final = (("opened_at", 1), ("_id", 1))


class EmergencyAccesses(Stored[EmergencyAccess]):
    """Those of one service."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        documents = Documents(
            database,
            ACCESSES,
            EmergencyAccess,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda access: access.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("emergency_access"))
        self._clock = clock

    async def open_of(self, patient_id: str, opened_by: str, now: datetime) -> EmergencyAccess | None:
        """The one somebody has open for a patient, for a decision."""
        query = {"patient_id": patient_id, "opened_by": opened_by, "ends_at": {"$gt": now}}
        found = await self._documents.many(query, of=patient_id, sort=(("ends_at", 1), ("_id", 1)), limit=1)
        return found[0] if found else None

    async def under(self, access_id: str, actor_id: str) -> InEmergency | None:
        """What somebody may read under this one: None where it is not theirs, or over."""
        found = await self._documents.looked.find(access_id)
        if found is None or found.opened_by != actor_id or not found.is_open(self._clock()):
            return None
        return InEmergency(f"{ACCESSES}/{found.id}", found.patient_id, found.ends_at)

    async def listed(self, *, waiting: bool, limit: int, after: str | None) -> Listed[EmergencyAccess]:
        """Those nobody has reviewed, the oldest first, or all, the newest first. Raises CursorBroken."""
        if waiting:
            return await self._documents.page({"reviewed": False}, sort=_OLDEST_FIRST, limit=limit, after=after)
        return await self._documents.page({}, sort=_NEWEST_FIRST, limit=limit, after=after)

    async def waiting_since(self) -> datetime | None:
        """When the oldest was opened that nobody has reviewed."""
        found = await self._documents.earliest("opened_at", {"reviewed": False})
        return None if found is None else found[0]


def _open_fields(access: EmergencyAccess) -> Mapping[str, object]:
    return {
        "patient_id": access.patient_id,
        "opened_by": access.opened_by,
        "opened_at": access.opened_at,
        "ends_at": access.ends_at,
        "reviewed": access.review is not None,
    }
