"""Billing's copies of appointments in MongoDB, encrypted with the patient's key. Open field: when; blind: whose, of
which plan.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from pymongo import IndexModel

from billing.domain.ids import PatientId, PlanId
from billing.domain.visits import Visit
from careflow_domain.business_days import end_of, opening_of
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

VISITS: Final = "visits"

INDEXES: Final = (
    (VISITS, IndexModel([("plan_id", 1), ("starts_at", 1), ("_id", 1)], name="of_plan")),
    (VISITS, IndexModel([("patient_id", 1), ("starts_at", 1), ("_id", 1)], name="of_patient")),
)
_IN_TIME: Final = (("starts_at", 1),)


def _open_fields(visit: Visit) -> Mapping[str, object]:
    return {"patient_id": visit.patient_id, "plan_id": visit.plan_id, "starts_at": visit.starts_at}


class MongoVisits(Stored[Visit]):
    """See `billing.application.ports.Visits`."""

    def __init__(self, database: Database, vault: Vault, zone: ZoneInfo) -> None:
        self._zone = zone
        documents = Documents(
            database,
            VISITS,
            Visit,
            fields=_open_fields,
            blind=("patient_id", "plan_id"),
            owner=lambda visit: visit.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("visit"))

    async def of_plan(self, plan_id: PlanId, *, of: PatientId) -> list[Visit]:
        return await self._documents.all({"plan_id": plan_id}, of=of, sort=_IN_TIME)

    async def to_come(self, patient_id: PatientId, now: datetime, /) -> list[Visit]:
        wanted = {"patient_id": patient_id, "starts_at": {"$gt": now}}
        return await self._documents.all(wanted, of=patient_id, sort=_IN_TIME)

    async def of_day(self, day: date, *, of: PatientId) -> list[Visit]:
        begins, ends = opening_of(day, time.min, self._zone), end_of(day, self._zone)
        wanted = {"patient_id": of, "starts_at": {"$gte": begins, "$lt": ends}}
        return await self._documents.all(wanted, of=of, sort=_IN_TIME)
