"""The relay's producer on a real broker: what is acknowledged is there, and one bad record does not end it."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from careflow_events.kafka.producer import KafkaRecordProducer
from careflow_events.producing import Acknowledgement, Answer, OutgoingRecord, Place

pytestmark = pytest.mark.kafka

STORED, REFUSED, UNANSWERED = Acknowledgement.STORED, Acknowledgement.REFUSED, Acknowledgement.UNANSWERED


@pytest.fixture
async def producer(kafka_url: str) -> AsyncIterator[KafkaRecordProducer]:
    producer = KafkaRecordProducer(kafka_url, "test")
    yield producer
    await producer.close()


@pytest.fixture
async def small_topic(kafka_url: str) -> str:
    """A topic whose broker takes no record above 10 KiB, with one partition."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_url)
    await admin.start()
    name = f"test.{uuid4().hex[:12]}.v1"
    await admin.create_topics([NewTopic(name, 1, 1, topic_configs={"max.message.bytes": "10240"})])
    await admin.close()
    return name


def record(topic: str, key: bytes = b"patient:1", value: bytes = b"x", **parts: Any) -> OutgoingRecord:
    return OutgoingRecord(topic=topic, key=key, value=value, headers=(("careflow-id", b"1"),), **parts)


async def stored(kafka_url: str, topic: str, partitions: int = 3) -> list[tuple[int, bytes | None]]:
    """Everything in the topic."""
    places = [TopicPartition(topic, partition) for partition in range(partitions)]
    async with AIOKafkaConsumer(bootstrap_servers=kafka_url, auto_offset_reset="earliest") as client:
        client.assign(places)
        ends = await client.end_offsets(places)
        found: list[tuple[int, bytes | None]] = []
        while len(found) < sum(ends.values()):
            message = await client.getone()
            found.append((message.partition, message.value))
        return found


def heard(answers: Sequence[Answer]) -> list[Acknowledgement]:
    return [answer.acknowledgement for answer in answers]


async def test_records_of_one_key_arrive_in_order_in_one_partition(
    producer: KafkaRecordProducer, kafka_url: str, make_topic: Any
) -> None:
    topic = make_topic()
    values = [str(number).encode() for number in range(200)]

    answers = await producer.publish([record(topic, value=value) for value in values])

    found = await stored(kafka_url, topic)
    assert heard(answers) == [STORED] * 200
    assert [answer.place for answer in answers] == [Place(found[0][0], offset) for offset in range(200)]
    assert [value for _, value in found] == values
    assert len({partition for partition, _ in found}) == 1


async def test_a_record_can_go_to_a_named_partition(
    producer: KafkaRecordProducer, kafka_url: str, make_topic: Any
) -> None:
    topic = make_topic()

    assert list(await producer.partitions(topic)) == [0, 1, 2]
    await producer.publish([record(topic, value=str(each).encode(), partition=each) for each in (2, 0, 1)])

    assert sorted(await stored(kafka_url, topic)) == [(0, b"0"), (1, b"1"), (2, b"2")]


async def test_a_record_too_large_for_the_client_is_refused_with_its_followers(
    producer: KafkaRecordProducer, make_topic: Any
) -> None:
    topic = make_topic()
    batch = [
        record(topic, b"patient:1"),
        record(topic, b"patient:1", b"x" * (2 * 1024 * 1024)),
        record(topic, b"patient:1"),
        record(topic, b"patient:2"),
    ]

    assert heard(await producer.publish(batch)) == [STORED, REFUSED, REFUSED, STORED]


async def test_after_a_record_the_broker_refuses_a_new_producer_goes_on(
    producer: KafkaRecordProducer, kafka_url: str, small_topic: str
) -> None:
    first = await producer.publish([record(small_topic), record(small_topic, value=b"y" * 50_000)])
    assert heard(first)[1] is REFUSED

    await producer.renew()

    assert heard(await producer.publish([record(small_topic, value=b"after")])) == [STORED]
    assert (0, b"after") in await stored(kafka_url, small_topic, 1)


async def test_a_missing_topic_does_not_hold_up_the_others(producer: KafkaRecordProducer, make_topic: Any) -> None:
    batch = [record(f"test.{uuid4().hex}.v1"), record(make_topic())]

    assert heard(await producer.publish(batch)) == [UNANSWERED, STORED]


async def test_while_no_broker_answers_nothing_is_acknowledged() -> None:
    producer = KafkaRecordProducer("127.0.0.1:1", "test", flush_seconds=0.5)

    assert heard(await producer.publish([record("careflow.booking.v1")])) == [UNANSWERED]
    with pytest.raises(ConnectionError):
        await producer.partitions("careflow.booking.v1")
    await producer.close()
