"""Fencing: a service whose store knows less than its own topics was put back from a copy, and must not go on counting
where the copy ended: everybody who has heard the first event of a number drops the second as a duplicate.

Invariant: a relay publishes nothing under a grant before it has seen that its store knows the last events of its
topics. What it does not know is an *orphan*: others have acted on it, this service has forgotten it. A fenced service
changes nothing until an operator finishes the restore; then the orphans stand in the outbox as the history they are,
what was said since under their numbers is numbered anew, and every stream goes on behind what its topic holds.
"""

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from careflow_events.admission import numbered
from careflow_events.consumed import ConsumedRecord
from careflow_events.envelope import TYPE_HEADER, Envelope, MalformedEnvelope
from careflow_events.lease import Grant
from careflow_events.outbox import OutboxRow
from careflow_events.topics import Classification, Topic

LAST_RECORDS: Final = 500
"""How many of the last records of each partition a store must know: a relay sends late rows after newer ones."""

TELL_EVERY: Final = 50_000
"""Records between two words about how far a reading of everything has come."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fence:
    """Why a service stands still. `orphans` and `streams` are what was found missing when it was fenced."""

    since: datetime
    orphans: int
    streams: int
    finishing: bool = False
    """An operator has asked for the restore to be finished."""
    looked: bool = True
    """Whether the topics were looked at: a store put back from a backup is fenced before."""
    filling: bool = False
    """The store is being filled from a backup, or that was cut short: then it has to be filled again."""


class OwnTopics(Protocol):
    """The topics one service writes, as the broker holds them. Raises an error that counts as transient while it is
    away.
    """

    def last(self, records: int) -> AsyncIterator[Sequence[ConsumedRecord]]:
        """About the last so many records of each partition, in the order of each, in pieces."""

    def whole(self) -> AsyncIterator[Sequence[ConsumedRecord]]:
        """Everything the topics hold, in the order of each partition, in pieces."""


class CountedBy(StrEnum):
    """What orphans that are counted together have in common."""

    TYPE = "type"
    STREAM = "stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrphanCount:
    """Orphans that have their type, or their stream, in common: its name, how many, of how many streams, how many of
    each type, and between which two times they were recorded.
    """

    name: str
    events: int
    streams: int
    types: Mapping[str, int]
    first: datetime
    last: datetime


class Fences(Protocol):
    """The store's side."""

    async def fence(self) -> Fence | None:
        """Why this service stands still, if it does."""

    async def put_up(self, fence: Fence) -> None:
        """Fences the service; once its topics were looked at, notes from where on a finished restore gives positions
        anew, and keeps what an operator has asked for while they were.
        """

    async def ask_to_finish(self) -> bool:
        """Asks the worker to finish the restore; False when the service is not fenced, or not filled to its end."""

    async def take_down(self) -> None:
        """The service goes on."""

    async def forgotten(self, events: Collection[OutboxRow]) -> frozenset[str]:
        """The ids of those of these events that the outbox does not hold. Where it has published another event under
        the number of one, it has forgotten nothing: that one is a *rival*, which somebody else wrote.
        """

    async def adopt(self, orphans: Sequence[OutboxRow], grant: Grant, at: datetime) -> None:
        """Takes orphans of one owner into the outbox as published at `at`, numbers anew what was said under their
        numbers, and raises the streams' heads behind both, in one transaction. Raises Fenced when somebody else wrote
        meanwhile.
        """


class Restoring:
    """Keeps a service whose store was put back from a copy from saying anything until it has caught up."""

    def __init__(
        self,
        topics: Sequence[Topic],
        own: OwnTopics,
        fences: Fences,
        *,
        keep: Callable[[], Awaitable[object]],
        wall_clock: Callable[[], datetime],
    ) -> None:
        """`keep` renews the relay's lease when it is time: reading topics takes longer than it lasts."""
        self._keep = keep
        self._topics = {topic.name: topic for topic in topics}
        self._own = own
        self._fences = fences
        self._wall_clock = wall_clock
        self._confirmed: Grant | None = None

    async def may_publish(self, grant: Grant) -> bool:
        """Whether the store knows what its topics hold; looked at once for each grant."""
        if self._confirmed == grant:
            return True
        fence = await self._fences.fence()
        if fence is None:
            fence = await self._found_behind()
        elif not (fence.looked or fence.filling or fence.finishing):
            fence = await self._looked_at(fence.since)
        if fence is not None and fence.finishing:
            await self._finish(grant)
            fence = None
        if fence is None:
            self._confirmed = grant
        return fence is None

    async def _found_behind(self) -> Fence | None:
        if not self._topics or not await self._any_unknown():
            return None
        return await self._looked_at(self._wall_clock())

    async def _looked_at(self, since: datetime) -> Fence:
        orphans, streams = 0, set()
        async for records in self._whole():
            for row in await self._orphans(records):
                orphans += 1
                streams.add(row.stream)
        fence = Fence(since, orphans, len(streams))
        await self._fences.put_up(fence)
        _log.error("fenced", extra={"orphans": orphans, "streams": len(streams)})
        return fence

    async def _any_unknown(self) -> bool:
        async for records in self._own.last(LAST_RECORDS):
            if await self._orphans(records):
                return True
            await self._keep()
        return False

    async def _finish(self, grant: Grant) -> None:
        """Adopts what the topics hold and the store does not. Begun again after a crash it goes on where it was."""
        adopted = 0
        async for records in self._whole():
            of_owners: defaultdict[str, list[OutboxRow]] = defaultdict(list)
            for row in await self._orphans(records):
                of_owners[row.stream.partition("/")[2]].append(row)
            for orphans in of_owners.values():
                await self._fences.adopt(orphans, grant, self._wall_clock())
                adopted += len(orphans)
        await self._fences.take_down()
        _log.warning("restore_finished", extra={"orphans": adopted})

    async def _whole(self) -> AsyncIterator[Sequence[ConsumedRecord]]:
        read, tell_at = 0, TELL_EVERY
        async for records in self._own.whole():
            yield records
            await self._keep()
            read += len(records)
            if read >= tell_at:
                _log.info("own_topics_read", extra={"records": read})
                tell_at += TELL_EVERY

    async def _orphans(self, records: Sequence[ConsumedRecord]) -> list[OutboxRow]:
        rows = {row.id: row for record in records if (row := self._own_event(record)) is not None}
        forgotten = await self._fences.forgotten(rows.values())
        return [row for row in rows.values() if row.id in forgotten]

    def _own_event(self, record: ConsumedRecord) -> OutboxRow | None:
        """The outbox row the record was made of; None for a checkpoint, and for what this service has not written."""
        topic = self._topics[record.topic]
        try:
            event = numbered(record)
        except MalformedEnvelope:
            return None
        return _row(record, event, topic) if event.source == f"/careflow/{topic.service}" else None


def _row(record: ConsumedRecord, event: Envelope, topic: Topic) -> OutboxRow:
    assert event.stream is not None
    assert event.sequence is not None
    assert record.key is not None
    assert record.value is not None
    return OutboxRow(
        id=event.id,
        stream=event.stream,
        sequence=event.sequence,
        topic=topic.name,
        key=record.key,
        record=record.value,
        headers=_headers(record, event),
        urgent=topic.classification is Classification.SAFETY,
        recorded_at=event.recordedtime or event.time,
        correlation=event.correlationid,
        causation=event.causationid,
    )


def _headers(record: ConsumedRecord, event: Envelope) -> tuple[tuple[str, bytes], ...]:
    """Those of the record, and the type in any case: a topic may have been put back without headers, and of what is in
    the outbox the header says what it is.
    """
    headers = tuple((name, value) for name, value in record.headers if value is not None)
    return headers if TYPE_HEADER in dict(headers) else (*headers, (TYPE_HEADER, event.type.encode()))
