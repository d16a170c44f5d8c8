"""Care paths in MongoDB, one per patient under the patient's id, encrypted with the patient's key. Open fields:
since when somebody has to tell the patient something, and until when somebody sees to that; blind: the patient's plans,
and who sees to it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from pymongo import IndexModel

from booking.domain.care_path import CarePath
from booking.domain.ids import PlanId
from booking.domain.policy import BookingPolicy
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

CARE_PATHS: Final = "care_paths"

INDEXES: Final = (
    (CARE_PATHS, IndexModel([("plans", 1)], name="plans")),
    (CARE_PATHS, IndexModel([("untold_since", 1), ("_id", 1)], name="untold_since")),
    (CARE_PATHS, IndexModel([("task_by", 1), ("untold_since", 1), ("_id", 1)], name="task_by")),
)
_UNTOLD: Final = {"untold_since": {"$gt": datetime(1, 1, 1, tzinfo=UTC)}}
_LONGEST_FIRST: Final = (("untold_since", 1),)


class MongoCarePaths(Stored[CarePath]):
    """See `booking.application.ports.CarePaths`."""

    def __init__(self, database: Database, vault: Vault, policy: BookingPolicy) -> None:
        self._policy = policy
        documents = Documents(
            database,
            CARE_PATHS,
            CarePath,
            fields=self._open_fields,
            blind=("plans", "task_by"),
            owner=lambda path: path.id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("care_path"))

    async def of_plan(self, plan_id: PlanId) -> CarePath:
        paths = self._documents.looked  # allow looked: only says whose plan it is, which never changes
        found = await paths.one(plans=plan_id)
        if found is None:
            raise not_found("plan")
        return found

    async def untold(self, limit: int, after: str | None) -> Listed[CarePath]:
        return await self._documents.page(_UNTOLD, sort=_LONGEST_FIRST, limit=limit, after=after)

    async def told_by(self, login: str, now: datetime, limit: int, after: str | None) -> Listed[CarePath]:
        query = {"task_by": login, **_UNTOLD, "task_until": {"$gt": now}}
        return await self._documents.page(query, sort=_LONGEST_FIRST, limit=limit, after=after)

    async def told_by_nobody(self, now: datetime, limit: int, after: str | None) -> Listed[CarePath]:
        # What is passed over on the way is what somebody has taken and not left for too long: little.
        query = {**_UNTOLD, "task_until": {"$not": {"$gt": now}}}
        return await self._documents.page(query, sort=_LONGEST_FIRST, limit=limit, after=after)

    def _open_fields(self, path: CarePath) -> Mapping[str, object]:
        taken = path.taken_for_task(self._policy)
        return {
            "plans": [plan.id for plan in path.course.plans],
            "untold_since": path.task_since(self._policy),
            "task_by": taken.by if taken else None,
            "task_until": taken.until if taken else None,
        }
