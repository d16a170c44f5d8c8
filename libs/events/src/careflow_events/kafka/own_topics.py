"""What a service's own topics hold, read without a group: nothing is committed, nobody is disturbed."""

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from careflow_events.consumed import ConsumedRecord
from careflow_events.kafka.broker import consumed
from careflow_events.kafka.topic_ids import identify
from careflow_events.topics import Topic

RECORDS_AT_ONCE: Final = 500
PATIENCE_SECONDS: Final = 15.0
"""How long a partition may give nothing before its end is reached."""


class PartitionSilent(ConnectionError):
    """A partition does not give what it holds."""


class KafkaOwnTopics:
    """The `OwnTopics` port."""

    def __init__(self, bootstrap_servers: str, topics: Sequence[Topic]) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._topics = [topic.name for topic in topics]

    def last(self, records: int) -> AsyncIterator[Sequence[ConsumedRecord]]:
        """See `careflow_events.fencing.OwnTopics.last`."""
        return self._read(lambda beginning, end: max(beginning, end - records))

    def whole(self) -> AsyncIterator[Sequence[ConsumedRecord]]:
        """See `careflow_events.fencing.OwnTopics.whole`."""
        return self._read(lambda beginning, _: beginning)

    async def _read(self, start: Callable[[int, int], int]) -> AsyncIterator[Sequence[ConsumedRecord]]:
        known = await identify(self._bootstrap_servers, self._topics)
        places = [TopicPartition(topic, number) for topic, identity in known.items() for number in identity.partitions]
        if not places:
            return
        async with AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap_servers, enable_auto_commit=False, auto_offset_reset="none"
        ) as client:
            beginnings, ends = await client.beginning_offsets(places), await client.end_offsets(places)
            left = {place: ends[place] for place in places if beginnings[place] < ends[place]}
            client.assign(list(left))
            for place, end in left.items():
                client.seek(place, start(beginnings[place], end))
            async for records in _until(client, left):
                yield records


async def _until(
    client: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]
) -> AsyncIterator[Sequence[ConsumedRecord]]:
    left = dict(ends)
    heard_at = time.monotonic()
    while left:
        polled = await client.getmany(*left, timeout_ms=200, max_records=RECORDS_AT_ONCE)
        for place, records in polled.items():
            heard_at = time.monotonic()
            yield [consumed(record) for record in records if record.offset < ends[place]]
        for place in list(left):
            if await client.position(place) >= ends[place]:
                del left[place]
        if time.monotonic() - heard_at > PATIENCE_SECONDS:
            raise PartitionSilent
