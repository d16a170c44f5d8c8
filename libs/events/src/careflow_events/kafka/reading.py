"""Topics read whole, or their last records, or followed, without a group: nothing is committed, no consumer is touched.

Invariant: what was there when the reading began is given, all of it; nothing later, unless a topic is followed.
"""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from careflow_events.consumed import ConsumedRecord
from careflow_events.kafka.account import NO_OPTIONS
from careflow_events.kafka.topic_ids import identify

RECORDS_AT_ONCE: Final = 500
POLL_MS: Final = 200
PATIENCE_SECONDS: Final = 30.0
"""How long all that is left may give nothing before its end is reached."""


class PartitionSilent(ConnectionError):
    """A partition does not give what it holds."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The next records of one partition, in their order. `trimmed`: its log no longer begins with its first record.
    `to_go` counts the partitions that were not read to their end when this was given.
    """

    records: Sequence[ConsumedRecord]
    trimmed: bool
    to_go: int


def from_the_beginning(beginning: int, _: int) -> int:
    """Reads a partition whole."""
    return beginning


def the_last(records: int) -> Callable[[int, int], int]:
    """Reads no more than the last so many records of a partition."""
    return lambda beginning, end: max(beginning, end - records)


async def read(
    bootstrap_servers: str,
    topics: Sequence[str],
    start: Callable[[int, int], int] = from_the_beginning,
    options: Mapping[str, Any] = NO_OPTIONS,
    *,
    since: datetime | None = None,
) -> AsyncGenerator[Piece, None]:
    """What those of the topics hold that exist. `start` says where a partition with this beginning and end is begun;
    with `since` only what was written from then on is given, by the producers' clocks. Raises KafkaError or
    PartitionSilent.
    """
    known = await identify(bootstrap_servers, topics, options)
    places = [TopicPartition(topic, number) for topic, identity in known.items() for number in identity.partitions]
    if not places:
        return
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, enable_auto_commit=False, auto_offset_reset="none", **options
    ) as client:
        beginnings, ends = await client.beginning_offsets(places), await client.end_offsets(places)
        begins = beginnings if since is None else await _written_since(client, places, since)
        left = {place: ends[place] for place, begin in begins.items() if begin < ends[place]}
        client.assign(list(left))
        for place, end in left.items():
            client.seek(place, start(begins[place], end))
        async for piece in _until(client, beginnings, left):
            yield piece


async def _written_since(
    client: AIOKafkaConsumer, places: Sequence[TopicPartition], since: datetime
) -> Mapping[TopicPartition, int]:
    """Where it begins, in the partitions that hold any."""
    found = await client.offsets_for_times({place: int(since.timestamp() * 1000) for place in places})
    return {place: at.offset for place, at in found.items() if at is not None}


async def _until(
    client: AIOKafkaConsumer, beginnings: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> AsyncIterator[Piece]:
    left = set(ends)
    heard_at = time.monotonic()
    while left:
        polled = await client.getmany(*left, timeout_ms=POLL_MS, max_records=RECORDS_AT_ONCE)
        left -= {place for place in left if await client.position(place) >= ends[place]}
        for place, records in polled.items():
            heard_at = time.monotonic()
            within = [consumed(record) for record in records if record.offset < ends[place]]
            yield Piece(within, beginnings[place] > 0, len(left))
        if time.monotonic() - heard_at > PATIENCE_SECONDS:
            raise PartitionSilent


def consumed(record: ConsumerRecord[bytes, bytes], *, origin: str | None = None) -> ConsumedRecord:
    """The record as this library knows it; `origin` is the topic it says it is from, where that may be another one."""
    return ConsumedRecord(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
        origin=origin,
    )


async def follow(
    bootstrap_servers: str, topics: Sequence[str], *, past: bool, options: Mapping[str, Any] = NO_OPTIONS
) -> AsyncGenerator[ConsumedRecord, None]:
    """What comes to those of the topics that exist, after what they hold already where `past` is asked for; it has no
    end. In the order of each partition. Raises KafkaError.
    """
    known = await identify(bootstrap_servers, topics, options)
    places = [TopicPartition(topic, number) for topic, identity in known.items() for number in identity.partitions]
    if not places:
        return
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, enable_auto_commit=False, auto_offset_reset="none", **options
    ) as client:
        begins = await (client.beginning_offsets(places) if past else client.end_offsets(places))
        client.assign(places)
        for place in places:
            client.seek(place, begins[place])
        while True:
            polled = await client.getmany(timeout_ms=POLL_MS, max_records=RECORDS_AT_ONCE)
            for records in polled.values():
                for record in records:
                    yield consumed(record)
