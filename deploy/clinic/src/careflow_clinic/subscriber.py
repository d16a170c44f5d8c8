"""An outside subscriber: a plain Kafka client that knows nothing but the published envelope.

It owns what the demo and the journeys claim about events: everything they assert was read here, from the topics, the
way an integrator would read it.
Invariant: `seen` is in the order of each partition and holds every event once; `gaps` and `repeats` name what the
sequence of a stream gave away, and what is no event at all is counted in `unreadable`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from aiokafka import AIOKafkaConsumer


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """One event as it stands in a topic; `data` is its open part, sealed sections stay closed."""

    topic: str
    type: str
    subject: str
    sequence: int
    time: datetime
    data: dict[str, object]

    @property
    def name(self) -> str:
        """`ConsultationBooked` of `careflow.booking.ConsultationBooked.v1`."""
        return self.type.split(".")[-2]

    @property
    def stream(self) -> str:
        return f"{self.topic}/{self.subject}"


class NotSeen(AssertionError):
    """An expected event did not arrive in time; the message lists what did."""


@dataclass(slots=True)
class Subscriber:
    """Reads every partition of the given topics from the beginning and keeps what it saw."""

    bootstrap_servers: str
    topics: Sequence[str]
    on_event: Callable[[SeenEvent], None] = lambda _: None
    patience: float = 15.0
    seen: list[SeenEvent] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    repeats: list[str] = field(default_factory=list)
    unreadable: int = 0
    checkpoints: dict[tuple[str, int], datetime] = field(default_factory=dict)
    _last: dict[str, int] = field(default_factory=dict)
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    @contextlib.asynccontextmanager
    async def following(self) -> AsyncIterator[Subscriber]:
        """Follow the topics for the length of the block."""
        consumer = AIOKafkaConsumer(
            *self.topics,
            bootstrap_servers=self.bootstrap_servers,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        await consumer.start()
        reader: asyncio.Task[None] | None = None
        try:
            reader = asyncio.create_task(self._read(consumer))
            yield self
        finally:
            try:
                if reader is not None:
                    reader.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await reader
            finally:
                await consumer.stop()

    def of(self, name: str, *, subject: str | None = None) -> list[SeenEvent]:
        """What was seen of one event name, optionally of one subject."""
        return [event for event in self.seen if event.name == name and subject in (None, event.subject)]

    def about(self, subject: str) -> list[SeenEvent]:
        """Everything seen of one subject, over all topics, in order of time."""
        return sorted((event for event in self.seen if event.subject == subject), key=lambda event: event.time)

    def said(self, topic: str, subject: str) -> list[str]:
        """The names of what a topic says of one subject, in its order."""
        return [event.name for event in self.seen if (event.topic, event.subject) == (topic, subject)]

    async def wait_for(
        self,
        name: str,
        *,
        subject: str | None = None,
        count: int = 1,
        within: float | None = None,
        where: Callable[[SeenEvent], bool] = lambda _: True,
    ) -> SeenEvent:
        """The `count`-th event of that name (and subject, and condition); raises NotSeen after `within` seconds.

        Without `within` it waits `patience` seconds.
        """
        within = self.patience if within is None else within

        def found() -> list[SeenEvent]:
            return [event for event in self.of(name, subject=subject) if where(event)]

        async with self._arrived:
            try:
                await asyncio.wait_for(self._arrived.wait_for(lambda: len(found()) >= count), within)
            except TimeoutError:
                names = ", ".join(
                    f"{event.name}@{event.sequence}" for event in self.seen if subject in (None, event.subject)
                )
                raise NotSeen(
                    f"{name} (number {count}) did not arrive within {within:.0f} s; seen: {names or 'nothing'}"
                ) from None
        return found()[count - 1]

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        async for record in consumer:
            try:
                event = json.loads(record.value)
                if ".FeedCheckpoint." in event["type"]:
                    self.checkpoints[(record.topic, record.partition)] = datetime.fromisoformat(event["data"]["as_of"])
                    continue
                seen = SeenEvent(
                    topic=record.topic,
                    type=event["type"],
                    subject=event["subject"],
                    sequence=int(event["sequence"]),
                    time=datetime.fromisoformat(event["time"]),
                    data=event["data"],
                )
            except (TypeError, ValueError, KeyError):
                self.unreadable += 1
                continue
            if not self._is_next(seen):
                continue
            self.seen.append(seen)
            self.on_event(seen)
            async with self._arrived:
                self._arrived.notify_all()

    def _is_next(self, event: SeenEvent) -> bool:
        """Whether the event is new: a repeat is counted and left out, a gap is noted and gone over."""
        expected = self._last.get(event.stream, 0) + 1
        if event.sequence < expected:
            self.repeats.append(f"{event.stream}@{event.sequence}")
            return False
        if event.sequence > expected:
            self.gaps.append(f"{event.stream}@{event.sequence} where {expected} was due")
        self._last[event.stream] = event.sequence
        return True
