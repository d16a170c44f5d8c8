"""Care paths in MongoDB, one per patient under the patient's id."""

from typing import Final

from booking.domain.care_path import CarePath
from booking.domain.errors import not_found
from booking.domain.ids import PatientId
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.work import Transaction

CARE_PATHS: Final = "care_paths"


class MongoCarePaths:
    """See `booking.application.ports.CarePaths`."""

    def __init__(self, database: Database) -> None:
        self._documents: Documents[CarePath] = Documents(database, CARE_PATHS, CarePath)

    async def get(self, patient_id: PatientId) -> CarePath:
        found = await self.find(patient_id)
        if found is None:
            raise not_found("care_path")
        return found

    async def find(self, patient_id: PatientId) -> CarePath | None:
        return await self._documents.find(patient_id)

    async def add(self, path: CarePath, tx: Transaction) -> None:
        await self._documents.add(path, tx)

    async def save(self, path: CarePath, *, expecting: int, tx: Transaction) -> None:
        await self._documents.save(path, expecting=expecting, tx=tx)

    async def guard(self, path: CarePath, tx: Transaction) -> None:
        await self._documents.guard(path, tx)
