"""Care paths in MongoDB, one per patient under the patient's id. Open field: the patient's plans."""

from typing import Final

from pymongo import IndexModel

from booking.domain.care_path import CarePath
from booking.domain.errors import not_found
from booking.domain.ids import PatientId, PlanId
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.work import Transaction

CARE_PATHS: Final = "care_paths"

INDEXES: Final = ((CARE_PATHS, IndexModel([("plans", 1)], name="plans")),)


class MongoCarePaths:
    """See `booking.application.ports.CarePaths`."""

    def __init__(self, database: Database) -> None:
        self._documents: Documents[CarePath] = Documents(
            database, CARE_PATHS, CarePath, fields=lambda path: {"plans": [plan.id for plan in path.course.plans]}
        )

    async def get(self, patient_id: PatientId) -> CarePath:
        found = await self.find(patient_id)
        if found is None:
            raise not_found("care_path")
        return found

    async def find(self, patient_id: PatientId) -> CarePath | None:
        return await self._documents.find(patient_id)

    async def of_plan(self, plan_id: PlanId) -> CarePath:
        found = await self._documents.one(plans=plan_id)
        if found is None:
            raise not_found("plan")
        return found

    async def add(self, path: CarePath, tx: Transaction) -> None:
        await self._documents.add(path, tx)

    async def save(self, path: CarePath, *, expecting: int, tx: Transaction) -> None:
        await self._documents.save(path, expecting=expecting, tx=tx)

    async def guard(self, path: CarePath, tx: Transaction) -> None:
        await self._documents.guard(path, tx)
