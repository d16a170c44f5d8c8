"""Whether the topics hold every stream whole: each number once, in order.

Invariant: what was there when the looking began is judged, all of it and nothing later; nothing is committed, so no
consumer is touched.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from careflow_cli.errors import CareflowError
from careflow_events.envelope import MalformedEnvelope, confirm_key, decode

POLL: Final = 1000  # milliseconds
PATIENCE: Final = 30.0  # seconds without a record while there are some to read


@dataclass(slots=True)
class Stream:
    """What a topic holds of one stream. `trimmed`: its partition no longer begins with its first record, so that low
    numbers may have gone by age.
    """

    name: str
    trimmed: bool
    doubled: int = 0
    reordered: int = 0
    diverged: int = 0
    _ids: dict[int, str] = field(default_factory=dict)
    _highest: int = 0

    def take(self, number: int, event_id: str) -> None:
        """The next record of this stream, in the order of its partition."""
        known = self._ids.get(number)
        if known is None:
            self._ids[number] = event_id
            self.reordered += number < self._highest
            self._highest = max(self._highest, number)
        elif known == event_id:
            self.doubled += 1
        else:
            self.diverged += 1

    @property
    def begins(self) -> int:
        """The lowest number that is there."""
        return min(self._ids)

    @property
    def lost(self) -> list[range]:
        """Numbers that should be there and are not, run by run: a number may be forged and far away."""
        known = [*((self.begins - 1,) if self.trimmed else (0,)), *sorted(self._ids)]
        return [range(one + 1, other) for one, other in pairwise(known) if one + 1 < other]

    @property
    def whole(self) -> bool:
        """Whether nothing is missing, out of order or contradicted. Doubles are what a relay may do: consumers know
        events by their numbers.
        """
        return not (self.lost or self.reordered or self.diverged)

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "stream": self.name,
            "begins": self.begins,
            "lost": [[run[0], run[-1]] for run in self.lost],
            "doubled": self.doubled,
            "reordered": self.reordered,
            "diverged": self.diverged,
        }


@dataclass(slots=True)
class Findings:
    """All streams by name, how many records were read, and how many of them are no event of their topic."""

    streams: dict[str, Stream] = field(default_factory=dict)
    records: int = 0
    foreign: int = 0

    def take(self, record: Any, *, trimmed: bool) -> None:
        """One record of a topic. What has no stream (a checkpoint) is counted and has no order."""
        self.records += 1
        try:
            event = decode(record.value, record.headers)
            if event.stream is None or event.sequence is None:
                return
            confirm_key(event, record.key)
        except MalformedEnvelope:
            self.foreign += 1
            return
        if event.stream != f"{record.topic}/{event.subject}":
            self.foreign += 1
            return
        stream = self.streams.setdefault(event.stream, Stream(event.stream, trimmed))
        stream.take(event.sequence, event.id)


async def read(kafka_url: str, topics: Sequence[str], say: Callable[[str], None]) -> Findings:
    """Read these topics whole. Raises CareflowError when Kafka does not answer or one of them is not there."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_url)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka_url, group_id=None, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    try:
        await admin.start()
        await consumer.start()
        return await _read(consumer, await _partitions(admin, topics), say)
    except KafkaError as error:
        raise CareflowError(f"Kafka does not answer at {kafka_url} ({type(error).__name__})") from error
    finally:
        await consumer.stop()
        await admin.close()


async def _partitions(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> list[TopicPartition]:
    described = await admin.describe_topics(list(topics))
    if missing := [each["topic"] for each in described if each["error_code"]]:
        raise CareflowError(f"Kafka has no topic {', '.join(missing)}")
    return [TopicPartition(each["topic"], one["partition"]) for each in described for one in each["partitions"]]


async def _read(
    consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], say: Callable[[str], None]
) -> Findings:
    starts, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    unread = {each: ends[each] for each in partitions if starts[each] < ends[each]}
    findings, heard = Findings(), time.monotonic()
    consumer.assign(list(unread))
    for each in unread:
        consumer.seek(each, starts[each])
    while unread:
        batches = await consumer.getmany(*unread, timeout_ms=POLL)
        for partition, records in batches.items():
            for record in records:
                if record.offset < ends[partition]:
                    findings.take(record, trimmed=starts[partition] > 0)
            if await consumer.position(partition) >= ends[partition]:
                del unread[partition]
        if batches:
            heard = time.monotonic()
        elif time.monotonic() - heard > PATIENCE:
            raise CareflowError(f"Kafka gave no record for {PATIENCE:.0f} s, {findings.records} were read before")
        say(f"{findings.records:,} records, {len(unread)} partitions to go")
    return findings
