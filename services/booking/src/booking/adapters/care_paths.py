"""Care paths in MongoDB, one per patient under the patient's id, encrypted with the patient's key. Open field: since
when somebody has to tell the patient something; blind: the patient's plans.
"""

from datetime import UTC, datetime
from typing import Final

from pymongo import IndexModel

from booking.domain.care_path import CarePath
from booking.domain.ids import PlanId
from booking.domain.untold import untold_since
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
)
_ANY: Final = datetime(1, 1, 1, tzinfo=UTC)
_LONGEST_FIRST: Final = (("untold_since", 1),)


class MongoCarePaths(Stored[CarePath]):
    """See `booking.application.ports.CarePaths`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            CARE_PATHS,
            CarePath,
            fields=lambda path: {
                "plans": [plan.id for plan in path.course.plans],
                "untold_since": untold_since(path),
            },
            blind=("plans",),
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
        return await self._documents.page(
            {"untold_since": {"$gt": _ANY}}, sort=_LONGEST_FIRST, limit=limit, after=after
        )
