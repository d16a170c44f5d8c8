"""Whether booking's record of a patient is complete: no event about them waits in a blocked stream."""

from booking.domain.ids import PatientId
from careflow_events.mongo.positions import MongoPositions
from careflow_events.publication import patient_subject
from careflow_service.mongo.client import Database


class MongoRecords:
    """See `booking.application.ports.Records`."""

    def __init__(self, database: Database, consumer: str) -> None:
        self._positions = MongoPositions(database, consumer)

    async def complete(self, patient_id: PatientId) -> bool:
        return not await self._positions.blocked(patient_subject(patient_id))
