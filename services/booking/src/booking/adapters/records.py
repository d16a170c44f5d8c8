"""How far booking has heard what others say of a patient: whether an event about them waits in a blocked stream, and
until when the feeds are known.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from booking.domain.ids import PatientId
from careflow_events.mongo.consumers import MongoConsumers
from careflow_events.mongo.positions import MongoPositions
from careflow_events.publication import patient_subject
from careflow_events.topics import topics_of
from careflow_service.mongo.client import Database

CLINICAL: Final = tuple(topic.name for service in ("screening", "sessions") for topic in topics_of(service))
"""The feeds by which a visit is held and released."""


class MongoRecords:
    """See `booking.application.ports.Records`."""

    def __init__(self, database: Database, consumer: str) -> None:
        self._positions = MongoPositions(database, consumer)
        self._consumers = MongoConsumers(database, consumer)

    async def complete(self, patient_id: PatientId) -> bool:
        return not await self._positions.blocked(patient_subject(patient_id))

    async def heard_until(self, patient_ids: Sequence[PatientId]) -> Mapping[PatientId, datetime]:
        """The feed that is furthest behind decides. Only looked at: a later checkpoint makes the view fresher."""
        subjects = {each: patient_subject(each) for each in patient_ids}
        blocked, feeds = await asyncio.gather(
            self._positions.blocked_of(tuple(subjects.values())),
            asyncio.gather(*(self._consumers.feed(topic) for topic in CLINICAL)),
        )
        heard = {}
        for patient_id, subject in subjects.items():
            fresh = [feed.fresh_until(subject) for feed in feeds]
            known = [each for each in fresh if each is not None]
            if subject not in blocked and known and len(known) == len(fresh):
                heard[patient_id] = min(known)
        return heard
