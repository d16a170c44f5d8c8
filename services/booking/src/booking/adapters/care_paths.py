"""Care paths in MongoDB, one per patient under the patient's id, encrypted with the patient's key. Blind: the patient's
plans.
"""

from typing import Final

from pymongo import IndexModel

from booking.domain.care_path import CarePath
from booking.domain.ids import PlanId
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

CARE_PATHS: Final = "care_paths"

INDEXES: Final = ((CARE_PATHS, IndexModel([("plans", 1)], name="plans")),)


class MongoCarePaths(Stored[CarePath]):
    """See `booking.application.ports.CarePaths`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            CARE_PATHS,
            CarePath,
            fields=lambda path: {"plans": [plan.id for plan in path.course.plans]},
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
