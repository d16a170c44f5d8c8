"""Where a consumer starts in each partition, and whether that is safe.

Invariant: a partition that this consumer never started is read from the beginning, whatever its group has committed:
the store may be new. For one that was started, a committed offset that is missing or outside the log, or a topic that
was made again under its old name, stops the consumer instead of skipping silently.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CommitFailedError, GroupLoadInProgressError, IllegalGenerationError, UnknownMemberIdError

from careflow_events.consumers import Consumers, Feed, StopReason
from careflow_events.kafka.topic_ids import TopicIdentity, identify

_GROUP_IN_USE: Final = (CommitFailedError, IllegalGenerationError, UnknownMemberIdError)


class TopicMissing(ConnectionError):
    """A topic this service hears does not exist yet: wait for it."""


@dataclass(frozen=True, slots=True)
class PartitionState:
    """One partition for one consumer group: the log's ends and the committed offset."""

    beginning: int
    end: int
    committed: int | None

    @property
    def within_log(self) -> bool:
        """Whether reading on from the committed offset skips nothing."""
        return self.committed is not None and self.beginning <= self.committed <= self.end

    @property
    def lag(self) -> int:
        """Records between the committed offset and the end."""
        return self.end - (self.beginning if self.committed is None else self.committed)


def group_of(consumer: str, topic: str) -> str:
    """The consumer group of one consumer and topic."""
    return f"careflow.{consumer}.{topic}"


class Starts:
    """Checks and prepares the partitions of the topics one consumer reads."""

    def __init__(self, bootstrap_servers: str, consumer: str, consumers: Consumers) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._consumer = consumer
        self._consumers = consumers

    async def prepare(self, topic: str) -> StopReason | None:
        """Makes every partition of the topic have a committed offset to start from; answers why the consumer must not
        start, if so. Raises KafkaError or TopicMissing while Kafka or the topic is away.
        """
        feed = await self._consumers.feed(topic)
        identity = await self._identity(topic)
        states = await self._states(topic, identity)
        stop = verdict(feed, identity.topic_id, states)
        if stop is not None:
            return stop
        for partition in sorted(states.keys() - feed.started):
            if states[partition].committed != states[partition].beginning:
                await self._begin(topic, partition, states[partition].beginning)
            await self._consumers.note_started(topic, identity.topic_id, partition)
        return None

    async def check(self, topic: str) -> tuple[StopReason | None, dict[int, PartitionState]]:
        """Looks whether the topic is still the one that was started and the offsets still lie within its log."""
        feed = await self._consumers.feed(topic)
        identity = await self._identity(topic)
        states = await self._states(topic, identity)
        return verdict(feed, identity.topic_id, states), states

    async def _states(self, topic: str, identity: TopicIdentity) -> dict[int, PartitionState]:
        async with self._group_client(topic) as client:
            partitions = [TopicPartition(topic, partition) for partition in identity.partitions]
            committed = {each: await client.committed(each) for each in partitions}
            await self._confirm_missing(topic, [each for each in partitions if committed[each] is None])
            beginnings = await client.beginning_offsets(partitions)
            ends = await client.end_offsets(partitions)
            return {
                each.partition: PartitionState(beginnings[each], ends[each], committed[each]) for each in partitions
            }

    async def _confirm_missing(self, topic: str, partitions: list[TopicPartition]) -> None:
        """Raises KafkaError when the group's coordinator does not say itself that nothing is committed here: one that
        is just loading names no partition at all, which a consumer of this client library takes for "nothing".
        """
        if not partitions:
            return
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap_servers)
        try:
            await admin.start()
            told = await admin.list_consumer_group_offsets(group_of(self._consumer, topic), partitions=partitions)
        finally:
            await admin.close()
        if any(each not in told or told[each].offset >= 0 for each in partitions):
            raise GroupLoadInProgressError

    async def _begin(self, topic: str, partition: int, offset: int) -> None:
        """Commits the beginning as the place to start, unless a member of the group has come first."""
        async with self._group_client(topic) as client:
            place = TopicPartition(topic, partition)
            client.assign([place])
            client.pause(place)
            with suppress(*_GROUP_IN_USE):
                await client.commit({place: offset})

    def _group_client(self, topic: str) -> AIOKafkaConsumer:
        """A client that speaks for the group without being a member of it."""
        return AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap_servers,
            group_id=group_of(self._consumer, topic),
            enable_auto_commit=False,
            auto_offset_reset="none",
        )

    async def _identity(self, topic: str) -> TopicIdentity:
        known = await identify(self._bootstrap_servers, [topic])
        if topic not in known:
            raise TopicMissing(topic)
        return known[topic]


def verdict(feed: Feed, topic_id: str, states: dict[int, PartitionState]) -> StopReason | None:
    """Why a consumer that remembers `feed` must not read partitions in these states."""
    if feed.topic_id not in {None, topic_id}:
        return StopReason.TOPIC_RECREATED
    started = (state for partition, state in states.items() if partition in feed.started)
    return None if all(state.within_log for state in started) else StopReason.OFFSETS_LOST
