"""Requests to erase patients in MongoDB, in the open: they hold ids, codes and times only, and outlast the patient's
key.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from pymongo import IndexModel

from booking.domain.erasures import Erasure
from booking.domain.ids import PatientId
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored

ERASURES: Final = "erasures"
_FIRST_ASKED: Final = (("asked_at", 1),)
_NEWEST: Final = (("asked_at", -1), ("_id", -1))

INDEXES: Final = (
    (ERASURES, IndexModel([("patient_id", 1), ("asked_at", -1), ("_id", -1)], name="of_patient")),
    (ERASURES, IndexModel([("open", 1), ("asked_at", 1), ("_id", 1)], name="under_way")),
    (ERASURES, IndexModel("late_at", name="late")),
)


class MongoErasures(Stored[Erasure]):
    """See `booking.application.ports.Erasures`."""

    def __init__(self, database: Database) -> None:
        documents = Documents(
            database, ERASURES, Erasure, fields=_open_fields, owner=lambda erasure: erasure.patient_id
        )
        super().__init__(documents, lambda: not_found("erasure"))

    async def latest_of(self, patient_id: PatientId) -> Erasure | None:
        found = await self._documents.many({"patient_id": patient_id}, of=patient_id, sort=_NEWEST, limit=1)
        return found[0] if found else None

    async def under_way(self, limit: int, after: str | None) -> Listed[Erasure]:
        return await self._documents.page({"open": True}, sort=_FIRST_ASKED, limit=limit, after=after)

    async def next_late(self) -> tuple[datetime, str] | None:
        return await self._documents.earliest("late_at")


def _open_fields(erasure: Erasure) -> Mapping[str, object]:
    return {
        "patient_id": erasure.patient_id,
        "open": erasure.open,
        "asked_at": erasure.asked_at,
        "late_at": erasure.late_at,
    }
