"""Topics for measurements: settings of the real ones, under names of their own."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from aiokafka import AIOKafkaProducer

from careflow_cli.infra import topics
from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import ClearanceExtended
from careflow_events.testing.builders import a_record, an_event
from careflow_events.topics import Topic

PATIENTS: Final = 10


async def make_topic(kafka_url: str, partitions: int) -> str:
    """The name of a new topic that nobody else uses."""
    topic = topics.Topic(f"bench.{uuid.uuid4().hex[:16]}.v1", partitions, topics.declared()[0].config)
    await topics.apply(kafka_url, [topic])
    return topic.name


@contextmanager
def in_topic(name: str) -> Iterator[None]:
    """An event is believed in its own topic only; within this block that is the one measured."""
    before = ClearanceExtended.topic
    ClearanceExtended.topic = Topic(name, before.service, before.classification)
    try:
        yield
    finally:
        ClearanceExtended.topic = before


async def send(kafka_url: str, topic: str, events: int) -> None:
    """So many events of PATIENTS streams."""
    async with AIOKafkaProducer(bootstrap_servers=kafka_url, acks="all", enable_idempotence=True) as producer:
        for record in _records(topic, events):
            await producer.send(topic, record.value, key=record.key, headers=list(record.headers))
        await producer.flush()


def _records(topic: str, events: int) -> Sequence[ConsumedRecord]:
    return [
        a_record(an_event(number // PATIENTS + 1, patient=number % PATIENTS + 1, topic=topic))
        for number in range(events)
    ]
