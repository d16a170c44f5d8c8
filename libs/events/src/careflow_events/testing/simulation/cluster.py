"""A broker in memory with groups, retention and ways to fail, as the real runner meets it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final
from zlib import crc32

from careflow_events.consumed import ConsumedRecord
from careflow_events.consumers import Consumers
from careflow_events.kafka.broker import Deliver
from careflow_events.kafka.partitions import PartitionState, Starts
from careflow_events.kafka.topic_ids import TopicIdentity
from careflow_events.producing import Acknowledgement, Answer, OutgoingRecord, Place
from careflow_events.testing.simulation.process import current, pause
from careflow_events.testing.simulation.virtual import elapsed
from careflow_events.topics import ORIGIN_HEADER, Topic

PARTITIONS: Final = 2
POLL_SECONDS: Final = 0.4
LARGEST_POLL: Final = 4


@dataclass
class Log:
    """One partition. What lies before `beginning` is gone."""

    records: list[ConsumedRecord] = field(default_factory=list)
    beginning: int = 0


class Cluster:
    """All topics. `forged` are the identities of records that none of our services wrote."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.logs: defaultdict[tuple[str, int], Log] = defaultdict(Log)
        self.committed: dict[tuple[str, str, int], int] = {}
        self.held_until: dict[tuple[str, int], float] = {}
        self.members: defaultdict[str, list[GroupReader]] = defaultdict(list)
        self.forged: set[str] = set()
        self.trouble: dict[str, Trouble] = defaultdict(Trouble)

    def append(self, record: OutgoingRecord) -> Place:
        """Stores a record where its key says."""
        partition = partition_of(record)
        log = self.logs[record.topic, partition]
        log.records.append(
            ConsumedRecord(
                topic=record.topic,
                partition=partition,
                offset=len(log.records),
                key=record.key,
                value=record.value,
                headers=record.headers,
            )
        )
        return Place(partition, len(log.records) - 1)

    def partitions(self, topic: str) -> list[Log]:
        """The logs of a topic, in their order."""
        return [self.logs[topic, number] for number in range(PARTITIONS)]


def partition_of(record: OutgoingRecord) -> int:
    """Where its key puts a record, if nothing else says so."""
    return crc32(record.key or b"") % PARTITIONS if record.partition is None else record.partition


@dataclass
class Trouble:
    """What one service's way to the broker suffers from, each until some time."""

    away: float = 0.0
    answers_lost: float = 0.0
    refuses: tuple[bytes, float] = (b"", 0.0)
    silent: tuple[int, float] = (0, 0.0)


class Producer:
    """The `RecordProducer` port of one service."""

    def __init__(self, cluster: Cluster, service: str) -> None:
        self._cluster = cluster
        self._trouble = cluster.trouble[service]
        self._broken = False

    async def publish(self, records: Sequence[OutgoingRecord]) -> Sequence[Answer]:
        """See `careflow_events.producing.RecordProducer.publish`. The process may end between any two records."""
        answers: list[Answer] = []
        silent: set[tuple[str, int]] = set()
        for record in records:
            await pause()
            answers.append(self._publish(record, silent))
        await pause()
        return answers

    async def partitions(self, topic: str) -> Sequence[int]:
        """See `careflow_events.producing.RecordProducer.partitions`."""
        await pause()
        if self._trouble.away > elapsed():
            raise ConnectionError(topic)
        return range(PARTITIONS)

    async def renew(self) -> None:
        """See `careflow_events.producing.RecordProducer.renew`."""
        await pause()
        self._broken = False

    async def close(self) -> None:
        """See `careflow_events.producing.RecordProducer.close`."""
        await pause()

    def _publish(self, record: OutgoingRecord, silent: set[tuple[str, int]]) -> Answer:
        """`silent` are the partitions that did not take an earlier record of the batch: they take no later one."""
        trouble, now = self._trouble, elapsed()
        number, silent_until = trouble.silent
        place = (record.topic, partition_of(record))
        if place in silent or trouble.away > now or (silent_until > now and place[1] == number):
            silent.add(place)
            return Answer(Acknowledgement.UNANSWERED)
        key, refused_until = trouble.refuses
        if self._broken or (refused_until > now and record.key == key):
            self._broken = True
            return Answer(Acknowledgement.REFUSED)
        stored = self._cluster.append(record)
        if trouble.answers_lost > now:
            return Answer(Acknowledgement.UNANSWERED)
        return Answer(Acknowledgement.STORED, stored)


class SimulatedStarts(Starts):
    """The real decisions where to start, on this cluster."""

    def __init__(self, cluster: Cluster, consumer: str, consumers: Consumers) -> None:
        super().__init__("", consumer, consumers)
        self._cluster = cluster
        self._name = consumer

    async def _states(self, topic: str, _: TopicIdentity) -> dict[int, PartitionState]:
        await pause()
        return {
            number: PartitionState(
                log.beginning, len(log.records), self._cluster.committed.get((self._name, topic, number))
            )
            for number, log in enumerate(self._cluster.partitions(topic))
        }

    async def _begin(self, topic: str, partition: int, offset: int) -> None:
        await pause()
        self._cluster.committed[self._name, topic, partition] = offset

    async def _extents(self, known: Mapping[str, TopicIdentity]) -> Mapping[tuple[str, int], tuple[int, int]]:
        await pause()
        logs = {topic: self._cluster.partitions(topic) for topic in known}
        return {
            (topic, number): (log.beginning, len(log.records))
            for topic in logs
            for number, log in enumerate(logs[topic])
        }

    async def _identities(self, topics: Sequence[str]) -> Mapping[str, TopicIdentity]:
        await pause()
        return {topic: TopicIdentity(topic, tuple(range(PARTITIONS))) for topic in topics}


class GroupReader:
    """Brings a consumer what its topics hold, until a newer member of its group has begun."""

    def __init__(
        self,
        cluster: Cluster,
        consumer: str,
        topics: Sequence[str],
        deliver: Deliver,
        refeed: str | None,
    ) -> None:
        self._cluster = cluster
        self._consumer = consumer
        self._topics = topics
        self._deliver = deliver
        self._refeed = refeed
        self._process = current()
        self._stopping = False
        self._next: dict[tuple[str, int], int] = {}
        self._paused: dict[tuple[str, int], float] = {}
        self._readers: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Joins the group; whoever was there before is given no more."""
        await pause()
        self._cluster.members[self._consumer].append(self)
        self._readers = [asyncio.create_task(self._read(topic)) for topic in self._topics]

    async def stop(self) -> None:
        """What is in flight is finished."""
        self._stopping = True
        await asyncio.gather(*self._readers)

    @property
    def lives(self) -> bool:
        """Whether it can be given records."""
        return not self._stopping and (self._process is None or self._process.alive)

    def _assigned(self) -> bool:
        """Whether this is the newest member that lives; it then reads on from what the group has committed."""
        members = self._cluster.members[self._consumer]
        while members and not members[-1].lives:
            members.pop()
        assigned = bool(members) and members[-1] is self
        if assigned and not self._next:
            committed = self._cluster.committed
            self._next = {
                (topic, number): committed[self._consumer, topic, number]
                for topic in self._topics
                for number in range(PARTITIONS)
            }
        elif not assigned:
            self._next.clear()
        return assigned

    async def _read(self, topic: str) -> None:
        while not self._stopping:
            await pause()
            records = self._poll(topic) if self._assigned() else []
            if not records:
                await asyncio.sleep(POLL_SECONDS)
                continue
            rewinds = {(each.topic, each.partition): each for each in await self._deliver(records)}
            await pause()
            for place, rewind in rewinds.items():
                self._paused[place] = elapsed() + rewind.after
            if self._assigned():
                for place in {record.place: None for record in records}:
                    if place in rewinds:
                        self._next[place] = rewinds[place].offset
                    self._cluster.committed[self._consumer, *place] = self._next[place]

    def _poll(self, topic: str) -> list[ConsumedRecord]:
        polled: list[ConsumedRecord] = []
        for number in range(PARTITIONS):
            place = (topic, number)
            if max(self._paused.get(place, 0), self._cluster.held_until.get(place, 0)) > elapsed():
                continue
            log, at = self._cluster.logs[place], self._next[place]
            if at < log.beginning:
                continue  # out of range: the watch will notice
            found = log.records[at : at + self._cluster.chance.randrange(1, LARGEST_POLL + 1)]
            polled += [self._with_origin(record) for record in found]
            self._next[place] = at + len(found)
        return polled

    def _with_origin(self, record: ConsumedRecord) -> ConsumedRecord:
        if record.topic != self._refeed:
            return record
        origins = [value for name, value in record.headers if name == ORIGIN_HEADER and value is not None]
        return replace(record, origin=origins[-1].decode() if origins else None)


def make_reader(cluster: Cluster) -> Any:
    """What the runner makes its broker with."""

    def make(_: str, consumer: str, begins: Collection[str], *, deliver: Deliver, refeed: str | None, **__: Any) -> Any:
        return GroupReader(cluster, consumer, list(begins), deliver, refeed)

    return make


class ClusterTopics:
    """The `OwnTopics` port."""

    def __init__(self, cluster: Cluster, topics: Sequence[Topic]) -> None:
        self._cluster = cluster
        self._topics = topics

    def last(self, records: int) -> AsyncIterator[Sequence[ConsumedRecord]]:
        """See `careflow_events.fencing.OwnTopics.last`."""
        return self._read(records)

    def whole(self) -> AsyncIterator[Sequence[ConsumedRecord]]:
        """See `careflow_events.fencing.OwnTopics.whole`."""
        return self._read(1_000_000)

    async def _read(self, last: int) -> AsyncIterator[Sequence[ConsumedRecord]]:
        for topic in self._topics:
            for log in self._cluster.partitions(topic.name):
                await pause()
                held = log.records[log.beginning :][-last:]
                yield [record for record in held if record.identity() not in self._cluster.forged]
