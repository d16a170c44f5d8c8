"""A consumer's side of the store in memory: positions, parked records, and what it remembers of itself."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from careflow_events.consumers import NEVER_STARTED, Feed, Pause, Start, StopReason
from careflow_events.handling import Stores
from careflow_events.outbox import StreamPosition
from careflow_events.parked import ParkedGroup, ParkedRecord, ParkedState, most_first
from careflow_events.positions import Position, PositionMoved, Standing, meeting
from careflow_events.testing.memory import MemoryStore

_OPEN = (ParkedState.PARKED, ParkedState.REPLAY_REQUESTED)


class MemoryPositions:
    """The `Positions` port."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def advance(self, stream: str, sequence: int, event_id: str) -> Standing:
        """See `careflow_events.positions.Positions.advance`."""
        position = await self.find(stream)
        before = await meeting(self, position, stream, sequence)
        standing = before.standing(sequence, event_id)
        if standing is Standing.NEXT:
            await self.replace(position, before.handling(sequence, event_id))
        return standing

    async def find(self, stream: str) -> Position | None:
        """See `careflow_events.positions.Positions.find`."""
        found: Position | None = self._store.tables["positions"].get(stream)
        return found

    async def replace(self, before: Position | None, after: Position) -> None:
        """See `careflow_events.positions.Positions.replace`."""
        if await self.find(after.stream) != before:
            raise PositionMoved
        self._store.tables["positions"][after.stream] = after

    async def began_within(self, topic: str) -> bool:
        """See `careflow_events.positions.Positions.began_within`."""
        feed: Feed = self._store.tables["feeds"].get(topic, NEVER_STARTED)
        return feed.began_within

    async def reached(self, position: StreamPosition) -> bool:
        """See `careflow_events.positions.Positions.reached`."""
        found = await self.find(position.stream)
        return found is not None and found.last is not None and found.last >= position.sequence

    async def blocked(self, subject: str) -> bool:
        """See `careflow_events.positions.Positions.blocked`."""
        return any(stream.endswith(f"/{subject}") for stream in self._blocked())

    async def blocked_streams(self) -> int:
        """See `careflow_events.positions.Positions.blocked_streams`."""
        return len(self._blocked())

    def _blocked(self) -> list[str]:
        return [stream for stream, each in self._store.tables["positions"].items() if each.block is not None]


class MemoryParked:
    """The `Parked` port."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def add(self, parked: ParkedRecord) -> None:
        """See `careflow_events.parked.Parked.add`."""
        self._table[parked.id] = parked

    async def find(self, parked_id: str) -> ParkedRecord | None:
        """See `careflow_events.parked.Parked.find`."""
        return self._table.get(parked_id)

    async def head(self, stream: str) -> ParkedRecord | None:
        """See `careflow_events.parked.Parked.head`."""
        waiting = [each for each in self._open() if each.stream == stream]
        return min(waiting, key=lambda each: (each.place or 0, each.id), default=None)

    async def open_at(self, stream: str, place: int) -> Sequence[ParkedRecord]:
        """See `careflow_events.parked.Parked.open_at`."""
        return [each for each in self._open() if (each.stream, each.place) == (stream, place)]

    async def put_in_place(self, parked_id: str, place: int, event_id: str) -> None:
        """See `careflow_events.parked.Parked.put_in_place`."""
        self._table[parked_id] = replace(self._table[parked_id], place=place, event_id=event_id)

    async def open_records(
        self, *, stream: str | None, cause: str | None, limit: int, after: str | None
    ) -> Sequence[ParkedRecord]:
        """See `careflow_events.parked.Parked.open_records`."""
        found = [
            each
            for each in self._open()
            if stream in {None, each.stream} and cause in {None, each.cause} and (after is None or each.id > after)
        ]
        return sorted(found, key=lambda each: each.id)[:limit]

    async def requested(self) -> Sequence[ParkedRecord]:
        """See `careflow_events.parked.Parked.requested`."""
        return [each for each in self._open() if each.state is ParkedState.REPLAY_REQUESTED]

    async def change(
        self,
        parked_id: str,
        *,
        expecting: Sequence[ParkedState],
        state: ParkedState,
        at: datetime,
        cause: str | None = None,
    ) -> bool:
        """See `careflow_events.parked.Parked.change`."""
        parked = self._table.get(parked_id)
        if parked is None or parked.state not in expecting:
            return False
        self._table[parked_id] = replace(
            parked,
            state=state,
            cause=cause or parked.cause,
            attempts=parked.attempts + (cause is not None),
            settled_at=None if state in _OPEN else at,
        )
        return True

    async def open_count(self) -> int:
        """See `careflow_events.parked.Parked.open_count`."""
        return len(self._open())

    async def groups(self) -> Sequence[ParkedGroup]:
        """See `careflow_events.parked.Parked.groups`."""
        alike = defaultdict(list)
        for each in self._open():
            alike[each.cause, each.event_type].append(each)
        return most_first(
            ParkedGroup(
                cause=cause,
                event_type=event_type,
                count=len(of),
                requested=sum(each.state is ParkedState.REPLAY_REQUESTED for each in of),
                first_failed_at=min(each.first_failed_at for each in of),
                last_failed_at=max(each.first_failed_at for each in of),
            )
            for (cause, event_type), of in alike.items()
        )

    @property
    def _table(self) -> dict[str, ParkedRecord]:
        return self._store.tables["parked"]

    def _open(self) -> list[ParkedRecord]:
        return [each for each in self._table.values() if each.state in _OPEN]


class MemoryConsumers:
    """The `Consumers` port."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def feed(self, topic: str) -> Feed:
        """See `careflow_events.consumers.Consumers.feed`."""
        known: Feed = self._store.tables["feeds"].get(topic, NEVER_STARTED)
        return known

    async def note_started(self, topic: str, topic_id: str, partition: int, offset: int) -> None:
        """See `careflow_events.consumers.Consumers.note_started`."""
        feed = await self.feed(topic)
        self._store.tables["feeds"][topic] = replace(
            feed, topic_id=topic_id, offsets={**feed.offsets, partition: offset}
        )

    async def start_at(self, topic: str, start: Start) -> bool:
        """See `careflow_events.consumers.Consumers.start_at`."""
        feed = await self.feed(topic)
        if feed.offsets:
            return False
        self._store.tables["feeds"][topic] = replace(feed, start=start)
        return True

    async def begin(self, topic: str, topic_id: str, offsets: Mapping[int, int]) -> None:
        """See `careflow_events.consumers.Consumers.begin`."""
        feed = await self.feed(topic)
        if not feed.offsets:
            self._store.tables["feeds"][topic] = replace(feed, topic_id=topic_id, offsets=dict(offsets))

    async def note_settled(self, topic: str, noted: Mapping[int, int], settled: Mapping[int, int]) -> bool:
        """See `careflow_events.consumers.Consumers.note_settled`."""
        feed = await self.feed(topic)
        if any(feed.offsets.get(partition, -1) < offset for partition, offset in noted.items()):
            return False
        raised = {partition: max(offset, feed.offsets[partition]) for partition, offset in settled.items()}
        self._store.tables["feeds"][topic] = replace(feed, offsets={**feed.offsets, **raised})
        return True

    async def note_checkpoint(
        self, topic: str, partition: int, as_of: datetime, *, now: datetime, behind: Collection[str] = ()
    ) -> None:
        """See `careflow_events.consumers.Consumers.note_checkpoint`."""
        feed = await self.feed(topic)
        known = feed.checkpoints.get(partition, as_of)
        latest = as_of if known > now else max(as_of, known)
        self._store.tables["behind"][topic, partition] = tuple(behind)
        named = [
            stream
            for (of_topic, _), streams in self._store.tables["behind"].items()
            if of_topic == topic
            for stream in streams
        ]
        self._store.tables["feeds"][topic] = replace(
            feed, checkpoints={**feed.checkpoints, partition: latest}, behind=frozenset(named)
        )

    async def stop(self, reason: StopReason, at: datetime) -> None:
        """See `careflow_events.consumers.Consumers.stop`."""
        self._store.tables["stopped"].update(reason=reason, at=at)

    async def stopped(self) -> StopReason | None:
        """See `careflow_events.consumers.Consumers.stopped`."""
        reason: StopReason | None = self._store.tables["stopped"].get("reason")
        return reason

    async def resume(self) -> None:
        """See `careflow_events.consumers.Consumers.resume`."""
        reason = await self.stopped()
        if reason is not None and reason.starts_over:
            for topic, feed in self._store.tables["feeds"].items():
                self._store.tables["feeds"][topic] = replace(feed, may_start_over=True)
        self._store.tables["stopped"].clear()

    async def start_over(self, topic: str, *, lost: bool) -> None:
        """See `careflow_events.consumers.Consumers.start_over`."""
        feed = await self.feed(topic)
        if not feed.may_start_over:
            return
        if lost:
            feed = replace(feed, topic_id=None, offsets={}, start=None, started_over=feed.started_over + 1)
        self._store.tables["feeds"][topic] = replace(feed, may_start_over=False)

    async def pauses(self) -> Sequence[Pause]:
        """See `careflow_events.consumers.Consumers.pauses`."""
        return [pause for _, pause in sorted(self._store.tables["pauses"].items())]

    async def pause(self, by: str, topics: Collection[str], at: datetime) -> None:
        """See `careflow_events.consumers.Consumers.pause`."""
        before = self._store.tables["pauses"].get(by, Pause(by, frozenset(), at))
        self._store.tables["pauses"][by] = replace(before, topics=before.topics | frozenset(topics))

    async def lift_pause(self, by: str) -> bool:
        """See `careflow_events.consumers.Consumers.lift_pause`."""
        return self._store.tables["pauses"].pop(by, None) is not None


class MemoryClosings:
    """The `Closings` port: nobody was erased."""

    async def erased(self, subject: str) -> bool:  # noqa: ARG002 - see above
        """See `careflow_events.closing.Closings.erased`."""
        return False

    async def confirm(self, subject: str) -> None:
        """See `careflow_events.closing.Closings.confirm`."""


def memory_stores(store: MemoryStore) -> Stores:
    """The stores of one consumer, in memory."""
    return Stores(
        positions=MemoryPositions(store),
        parked=MemoryParked(store),
        consumers=MemoryConsumers(store),
        closings=MemoryClosings(),
    )
