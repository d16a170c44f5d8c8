"""FeedCheckpoint: tells readers how fresh their view is.

Invariant: a checkpoint is written to a partition only after everything its service recorded before `as_of` has been
published, so whoever has read it has been sent all of that.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from careflow_events import envelope as envelopes
from careflow_events.contracts.feed import MOST_BEHIND, FeedCheckpoint
from careflow_events.producing import Answer, OutgoingRecord
from careflow_events.topics import Topic

EVERY_SECONDS: Final = 30.0


class CheckpointProducer(Protocol):
    """What writing checkpoints needs of a producer."""

    async def partitions(self, topic: str) -> Sequence[int]:
        """The partitions a topic has now."""

    async def publish(self, records: Sequence[OutgoingRecord]) -> Sequence[Answer]:
        """Publishes the records and says how each one fared."""


class Checkpoints:
    """Writes the service's checkpoints when they are due."""

    def __init__(
        self,
        topics: Sequence[Topic],
        producer: CheckpointProducer,
        new_id: Callable[[], str],
        *,
        every_seconds: float = EVERY_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._topics = topics
        self._producer = producer
        self._new_id = new_id
        self._every = every_seconds
        self._monotonic = monotonic
        self._as_of: datetime | None = None
        self._behind: frozenset[str] = frozenset()
        self._written: datetime | None = None
        self._due_at = monotonic()

    def published_before(self, as_of: datetime, *, behind: frozenset[str] = frozenset()) -> None:
        """Notes that everything recorded before `as_of` has been published, except in the streams `behind`: too many
        of them, and nothing is promised.
        """
        if len(behind) <= MOST_BEHIND:
            self._as_of, self._behind = as_of, behind

    async def write_when_due(self) -> bool:
        """Writes one checkpoint to every partition when it is time and something is known; answers whether any was
        stored. If none was it is due again at once, and so is what became stale because the domain clock was moved on.
        A partition that does not answer while others do gets none, and its readers see that their view is old.
        """
        if not self._topics or self._as_of is None:
            return False
        if self._monotonic() < self._due_at and not self._stale(self._as_of):
            return False
        records = [
            self._record(topic, partition, self._as_of)
            for topic in self._topics
            for partition in await self._producer.partitions(topic.name)
        ]
        answers = await self._producer.publish(records)
        if not any(answer.stored for answer in answers):
            return False
        self._due_at = self._monotonic() + self._every
        self._written = self._as_of
        return True

    def _stale(self, as_of: datetime) -> bool:
        """Whether the domain clock has gone further since the last checkpoint than checkpoints are ever apart."""
        return self._written is not None and as_of - self._written > timedelta(seconds=2 * self._every)

    def _record(self, topic: Topic, partition: int, as_of: datetime) -> OutgoingRecord:
        event = envelopes.Envelope(
            id=self._new_id(),
            source=f"/careflow/{topic.service}",
            type=FeedCheckpoint.type(),
            time=as_of,
            dataschema=FeedCheckpoint.schema_id(),
            dataclassification=topic.classification.value,
            data=FeedCheckpoint(as_of=as_of, behind=tuple(sorted(self._behind))).model_dump(mode="json"),
        )
        return OutgoingRecord(
            topic=topic.name,
            key=None,
            value=envelopes.encode(event),
            headers=tuple(envelopes.record_headers(event)),
            partition=partition,
        )
