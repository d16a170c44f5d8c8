"""One member of an integrator's consumer group: what it reads, and how far it has come, for the group to go on from.

Invariant: an offset is committed only after all before it was handled by the member that held the partition. A group
begins once, at a place that is committed before anything is read; after that nothing is skipped without being told.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeAlias

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import (
    CommitFailedError,
    IllegalGenerationError,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    UnknownMemberIdError,
)

from careflow_events.consumers import StartPlace
from careflow_events.kafka.partitions import TopicMissing
from careflow_events.kafka.topic_ids import identify
from careflow_events.troubles import Trimmed

POLL_MS: Final = 200
RECORDS_PER_POLL: Final = 500
READ_ON_AFTER_SECONDS: Final = 10.0
"""How long one poll's records are worked on before the group hears of this member again: far below the five minutes
after which it is taken for dead.
"""
COMMIT_EVERY_SECONDS: Final = 1.0
FINISH_SECONDS: Final = 5.0
"""How long a rebalance waits for the event that is being handled."""
ANSWER_SECONDS: Final = 3.0
"""How long a commit waits for its answer; without one it is made later, or at the end not at all."""
_GROUP_IN_USE: Final = (CommitFailedError, IllegalGenerationError, UnknownMemberIdError)

Record: TypeAlias = "ConsumerRecord[bytes, bytes]"
Take: TypeAlias = Callable[[Record], Awaitable[None]]

_log = logging.getLogger(__name__)


async def begin(servers: str, group: str, topics: Sequence[str], start: StartPlace, options: Mapping[str, Any]) -> None:
    """Commits where a group begins that has not begun, in each partition of its topics; a partition that was added to
    a topic the group has begun is begun with its first record. Raises KafkaError, and TopicMissing for a topic that is
    not there or may not be read.
    """
    known = await identify(servers, topics, options)
    if missing := sorted(set(topics) - known.keys()):
        raise TopicMissing(f"there is no topic {', '.join(missing)}, or it may not be read")
    async with _client(servers, group, options) as client:
        places = [TopicPartition(topic, number) for topic in topics for number in known[topic].partitions]
        new = [place for place in places if await client.committed(place) is None]
        if not new:
            return
        offsets = await client.beginning_offsets(new)
        if start is StartPlace.LATEST:
            begun = {place.topic for place in set(places).difference(new)}
            offsets |= await client.end_offsets([place for place in new if place.topic not in begun])
        client.assign(new)
        client.pause(*new)
        with suppress(*_GROUP_IN_USE):  # another member has come first, and has begun in the same way
            await client.commit(offsets)


def _client(servers: str, group: str, options: Mapping[str, Any]) -> AIOKafkaConsumer:
    """A client that goes by what the group has committed, and by nothing else."""
    return AIOKafkaConsumer(
        bootstrap_servers=servers,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="none",
        **options,
    )


class Member(ConsumerRebalanceListener):  # type: ignore[misc]  # the client library has no types
    """Reads as one of the group. `assigned` is told of the partitions read from now on, and of those among them that
    nobody else has read on in since this member did.
    """

    def __init__(
        self,
        servers: str,
        group: str,
        topics: Sequence[str],
        options: Mapping[str, Any],
        *,
        assigned: Callable[[frozenset[TopicPartition], frozenset[TopicPartition]], None],
        trimmed: Callable[[Trimmed], Awaitable[None]],
    ) -> None:
        self._topics = topics
        self._assigned = assigned
        self._trimmed = trimmed
        self._client = _client(servers, group, options)
        self._busy = asyncio.Lock()
        self._generation = 0
        self._handovers = 0
        self._committed: dict[TopicPartition, int] = {}
        self._uncommitted: dict[TopicPartition, int] = {}
        self._committed_at = time.monotonic()

    async def start(self) -> None:
        """Joins the group. Raises KafkaError when no broker answers."""
        self._client.subscribe(self._topics, listener=self)
        await self._client.start()

    async def stop(self) -> None:
        """Commits what was handled, and leaves."""
        try:
            await self._commit()
        finally:
            await self._client.stop()

    async def hear(self, take: Take, stopping: asyncio.Event) -> None:
        """Has `take` handle what the next poll brings, one after the other, in the order of each partition; to return
        is to have handled it. Ends early when told to stop, when the partitions change hands, or to poll again; what
        was left comes again.
        """
        polled = await self._poll()
        generation, handovers, began = self._generation, self._handovers, time.monotonic()
        async with self._busy:
            for place, records in polled.items():
                for index, record in enumerate(records):
                    if stopping.is_set() or generation != self._generation:
                        return
                    if time.monotonic() - began > READ_ON_AFTER_SECONDS:
                        self._read_again(polled, place, index)
                        return
                    await take(record)
                    if handovers == self._handovers:  # else somebody else may have read on, and this would go back
                        self._uncommitted[place] = record.offset + 1

    async def commit_when_due(self) -> None:
        """Commits what was handled, once a second."""
        if self._uncommitted and time.monotonic() - self._committed_at >= COMMIT_EVERY_SECONDS:
            await self._commit()

    async def on_partitions_revoked(self, _: Any) -> None:
        """Lets the event in hand end, then commits: whoever takes over goes on behind it."""
        self._generation += 1
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_SECONDS), self._busy:
                pass
        await self._commit()
        self._handovers += 1
        self._uncommitted.clear()

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Goes on where the group is."""
        held, own = frozenset(assigned), set()
        for place in held:
            offset = await self._client.committed(place)
            if offset is None:  # the partition was added, or its topic made anew: reading it tells
                continue
            if self._committed.get(place) == offset:
                own.add(place)
            self._committed[place] = offset
        self._assigned(held, frozenset(own))

    async def _poll(self) -> Mapping[TopicPartition, Sequence[Record]]:
        try:
            polled: Mapping[TopicPartition, Sequence[Record]] = await self._client.getmany(
                timeout_ms=POLL_MS, max_records=RECORDS_PER_POLL
            )
        except OffsetOutOfRangeError as error:
            for place, wanted in error.args[0].items():
                await self._go_on_behind(place, wanted)
            return {}
        except NoOffsetForPartitionError as error:  # a partition was added, or its topic was made anew
            (place,) = error.args
            await self._go_on_behind(place, self._committed.pop(place, 0))
            return {}
        return polled

    async def _go_on_behind(self, place: TopicPartition, wanted: int) -> None:
        begins = (await self._client.beginning_offsets([place]))[place]
        if wanted > 0:
            await self._trimmed(Trimmed(place.topic, place.partition, wanted, begins))
        if place in self._client.assignment():
            self._client.seek(place, begins)

    def _read_again(self, polled: Mapping[TopicPartition, Sequence[Record]], began: TopicPartition, index: int) -> None:
        """Everything of the poll from this record on."""
        places = list(polled)
        for place in places[places.index(began) :]:
            if place in self._client.assignment():
                self._client.seek(place, polled[place][index if place == began else 0].offset)

    async def _commit(self) -> None:
        offsets = dict(self._uncommitted)
        self._committed_at = time.monotonic()
        if not offsets:
            return
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._client.commit(offsets)
        except (KafkaError, TimeoutError) as error:
            _log.warning("commit_failed", extra={"error_class": type(error).__name__})
            return
        self._committed |= offsets
        for place, offset in offsets.items():
            if self._uncommitted.get(place) == offset:
                del self._uncommitted[place]
