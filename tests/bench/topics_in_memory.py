"""Topics without a broker: what relays publish waits here, in order, until it is collected.

Invariant: nothing is lost, doubled or delivered by itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from careflow_clinic.subscriber import NotSeen, SeenEvent, Subscriber
from careflow_events.consumed import ConsumedRecord
from careflow_events.producing import Acknowledgement, Answer, OutgoingRecord


class TopicsInMemory:
    """The `RecordProducer` of every relay here: takes each record and keeps it until it is collected."""

    def __init__(self) -> None:
        self._waiting: list[ConsumedRecord] = []

    async def publish(self, records: Sequence[OutgoingRecord]) -> Sequence[Answer]:
        """See `careflow_events.producing.RecordProducer.publish`."""
        for record in records:
            self._waiting.append(
                ConsumedRecord(
                    topic=record.topic,
                    partition=0,
                    offset=len(self._waiting),
                    key=record.key,
                    value=record.value,
                    headers=record.headers,
                )
            )
        return [Answer(Acknowledgement.STORED)] * len(records)

    async def partitions(self, topic: str) -> Sequence[int]:
        """See `careflow_events.producing.RecordProducer.partitions`."""
        return [0]

    async def renew(self) -> None:
        """Nothing can break."""

    async def close(self) -> None:
        """Nothing is open."""

    def collect(self) -> list[ConsumedRecord]:
        """What was published since the last time."""
        collected, self._waiting = self._waiting, []
        return collected


@dataclass(slots=True)
class PostedEvents(Subscriber):
    """The outsider's view of topics in memory: it is up to date as soon as everything was posted."""

    post: Callable[[], Awaitable[None]] | None = None

    async def wait_for(
        self,
        name: str,
        *,
        subject: str | None = None,
        count: int = 1,
        within: float | None = None,
        where: Callable[[SeenEvent], bool] = lambda _: True,
    ) -> SeenEvent:
        """See `Subscriber.wait_for`."""
        assert self.post is not None
        await self.post()
        found = [event for event in self.of(name, subject=subject) if where(event)]
        if len(found) < count:
            raise NotSeen(f"{name} was not said; seen: {', '.join(event.name for event in self.seen)}")
        return found[count - 1]
