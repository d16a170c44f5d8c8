"""Billing's copies of appointments in MongoDB. Nothing in them says more than booking's events do."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from pymongo import IndexModel

from billing.domain.ids import PlanId
from billing.domain.visits import Visit, VisitState
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored

VISITS: Final = "visits"

INDEXES: Final = (
    (VISITS, IndexModel([("plan_id", 1), ("booked", 1), ("starts_at", 1), ("_id", 1)], name="booked_of_plan")),
)


def _open_fields(visit: Visit) -> Mapping[str, object]:
    return {"plan_id": visit.plan_id, "booked": visit.state is VisitState.BOOKED, "starts_at": visit.starts_at}


class MongoVisits(Stored[Visit]):
    """See `billing.application.ports.Visits`."""

    def __init__(self, database: Database) -> None:
        super().__init__(Documents(database, VISITS, Visit, fields=_open_fields), lambda: not_found("visit"))

    async def next_of_plan(self, plan_id: PlanId, after: datetime) -> Visit | None:
        query = {"plan_id": plan_id, "booked": True, "starts_at": {"$gt": after}}
        found = await self._documents.many(query, sort=(("starts_at", 1),), limit=1)
        return found[0] if found else None
