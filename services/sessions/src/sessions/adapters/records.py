"""Whether sessions' record of a patient is complete, and how far behind screening it may be."""

import asyncio
from datetime import timedelta

from careflow_events.mongo.consumers import MongoConsumers
from careflow_events.mongo.positions import MongoPositions
from careflow_events.publication import patient_subject
from careflow_events.topics import topics_of
from careflow_service.clock import Clock
from careflow_service.mongo.client import Database
from sessions.domain.ids import PatientId


class MongoRecords:
    """See `sessions.application.ports.Records`. `clock` is the domain clock: what checkpoints are written by."""

    def __init__(self, database: Database, consumer: str, clock: Clock) -> None:
        self._positions = MongoPositions(database, consumer)
        self._consumers = MongoConsumers(database, consumer)
        self._clock = clock

    async def complete(self, patient_id: PatientId, /) -> bool:
        return not await self._positions.blocked(patient_subject(patient_id))

    async def screening_lag(self, patient_id: PatientId, /) -> timedelta | None:
        """The feed that is furthest behind decides: the clearance is in one, the alerts are in the other. Only looked
        at: a later checkpoint makes the view fresher, never older. What screening cannot publish of one patient makes
        the view of that patient unknown and of nobody else.
        """
        feeds = await asyncio.gather(*(self._consumers.feed(topic.name) for topic in topics_of("screening")))
        fresh = [feed.fresh_until(patient_subject(patient_id)) for feed in feeds]
        known = [each for each in fresh if each is not None]
        return self._clock() - min(known) if known and len(known) == len(fresh) else None
