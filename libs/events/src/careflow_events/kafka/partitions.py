"""Where a consumer starts in each partition, and whether that is safe.

Invariant: reading goes on where the consumer's own store says, whatever its group has committed: the store may have
been put back from a copy. What was never started is read from the beginning, or from where an operator has said. An
offset outside the log, or a topic that was made again under its old name, stops the consumer instead of skipping
silently.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalGenerationError, UnknownMemberIdError

from careflow_events.consumers import Consumers, Feed, Start, StartPlace, StopReason
from careflow_events.kafka.account import NO_OPTIONS
from careflow_events.kafka.topic_ids import TopicIdentity, identify

_GROUP_IN_USE: Final = (CommitFailedError, IllegalGenerationError, UnknownMemberIdError)


class TopicMissing(ConnectionError):
    """A topic this service hears does not exist yet: wait for it."""


@dataclass(frozen=True, slots=True)
class PartitionState:
    """One partition for one consumer: the log's ends and how far it has come; None where it never began."""

    beginning: int
    end: int
    reached: int | None

    def holds(self, offset: int) -> bool:
        """Whether reading on from there skips nothing."""
        return self.beginning <= offset <= self.end

    @property
    def lag(self) -> int:
        """Records between there and the end."""
        return self.end - (self.beginning if self.reached is None else self.reached)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of one topic: why its consumer must stop, if so, what the store knows of it, and its partitions
    with how far the store knows they were read.
    """

    stop: StopReason | None
    feed: Feed
    states: Mapping[int, PartitionState]


def group_of(consumer: str, topic: str) -> str:
    """The consumer group of one consumer and topic."""
    return f"careflow.{consumer}.{topic}"


class Starts:
    """Checks and prepares the partitions of the topics one consumer reads."""

    def __init__(
        self,
        bootstrap_servers: str,
        consumer: str,
        consumers: Consumers,
        options: Mapping[str, Any] = NO_OPTIONS,
    ) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._options = options
        self._consumer = consumer
        self._consumers = consumers

    async def prepare(self, topic: str) -> StopReason | None:
        """Makes the group start every partition of the topic where the store says; answers why the consumer must not
        start, if so. Raises KafkaError or TopicMissing while Kafka or the topic is away.
        """
        feed = await self._consumers.feed(topic)
        identity = (await self._identities([topic]))[topic]
        states = await self._states(topic, identity)
        stop = verdict(feed, identity.topic_id, states)
        if feed.may_start_over:
            await self._consumers.start_over(topic, lost=stop is not None)
            feed = await self._consumers.feed(topic)
            stop = verdict(feed, identity.topic_id, states)
        if stop is not None:
            return stop
        if feed.start is not None and not feed.offsets:
            begins = await self._begins(topic, feed.start, states)
            await self._consumers.begin(topic, identity.topic_id, begins)
            feed = await self._consumers.feed(topic)
        for partition, state in sorted(states.items()):
            offset = feed.offsets.get(partition)
            if offset is None:
                offset = state.beginning
                await self._consumers.note_started(topic, identity.topic_id, partition, offset)
            if state.reached != offset:
                await self._begin(topic, partition, offset)
        return None

    async def check(self, topics: Sequence[str]) -> dict[str, Checked]:
        """Looks whether the topics are still the ones that were started and the offsets in the store still lie within
        their logs; by two clients, however many topics. Raises KafkaError or TopicMissing.
        """
        known = await self._identities(topics)
        feeds = dict(zip(topics, await asyncio.gather(*map(self._consumers.feed, topics)), strict=True))
        extents = await self._extents(known)
        checked = {}
        for topic, feed in feeds.items():
            states = {
                number: PartitionState(*extents[topic, number], feed.offsets.get(number))
                for number in known[topic].partitions
            }
            checked[topic] = Checked(verdict(feed, known[topic].topic_id, states), feed, states)
        return checked

    async def _extents(self, known: Mapping[str, TopicIdentity]) -> Mapping[tuple[str, int], tuple[int, int]]:
        """Where the log of each partition begins and ends."""
        places = [TopicPartition(topic, number) for topic, identity in known.items() for number in identity.partitions]
        async with self._client() as client:
            beginnings, ends = await client.beginning_offsets(places), await client.end_offsets(places)
        return {(each.topic, each.partition): (beginnings[each], ends[each]) for each in places}

    async def _states(self, topic: str, identity: TopicIdentity) -> dict[int, PartitionState]:
        async with self._group_client(topic) as client:
            partitions = [TopicPartition(topic, partition) for partition in identity.partitions]
            beginnings, ends, *committed = await asyncio.gather(
                client.beginning_offsets(partitions),
                client.end_offsets(partitions),
                *(client.committed(each) for each in partitions),
            )
            return {
                place.partition: PartitionState(beginnings[place], ends[place], offset)
                for place, offset in zip(partitions, committed, strict=True)
            }

    async def _begins(self, topic: str, start: Start, states: Mapping[int, PartitionState]) -> dict[int, int]:
        """Where an operator had each partition begin: behind all that is there when nothing was published since."""
        if start.place is not StartPlace.INSTANT or start.instant is None:
            latest = start.place is StartPlace.LATEST
            return {partition: state.end if latest else state.beginning for partition, state in states.items()}
        since = int(start.instant.timestamp() * 1000)
        async with self._group_client(topic) as client:
            found = await client.offsets_for_times({TopicPartition(topic, each): since for each in states})
        offsets = {place.partition: at.offset for place, at in found.items() if at is not None}
        return {partition: offsets.get(partition, state.end) for partition, state in states.items()}

    async def _begin(self, topic: str, partition: int, offset: int) -> None:
        """Commits the place to start, unless a member of the group has come first: it has started so, too."""
        async with self._group_client(topic) as client:
            place = TopicPartition(topic, partition)
            client.assign([place])
            client.pause(place)
            with suppress(*_GROUP_IN_USE):
                await client.commit({place: offset})

    def _group_client(self, topic: str) -> AIOKafkaConsumer:
        """A client that speaks for the group without being a member of it."""
        return self._client(group_of(self._consumer, topic))

    def _client(self, group: str | None = None) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap_servers,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="none",
            **self._options,
        )

    async def _identities(self, topics: Sequence[str]) -> Mapping[str, TopicIdentity]:
        known = await identify(self._bootstrap_servers, topics, self._options)
        for topic in topics:
            if topic not in known:
                raise TopicMissing(topic)
        return known


def verdict(feed: Feed, topic_id: str, states: Mapping[int, PartitionState]) -> StopReason | None:
    """Why a consumer that remembers `feed` must not read partitions in these states."""
    if feed.topic_id not in {None, topic_id}:
        return StopReason.TOPIC_RECREATED
    within = (partition in states and states[partition].holds(offset) for partition, offset in feed.offsets.items())
    return None if all(within) else StopReason.OFFSETS_LOST
