"""Where a consumer starts: at the beginning only when it never started; lost offsets and re-created topics stop it."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from careflow_events.consumers import Start, StartPlace, StopReason
from careflow_events.kafka.partitions import Starts, TopicMissing, group_of
from careflow_events.kafka.topic_ids import identify
from careflow_events.testing.builders import NOON, a_record, an_event, an_id
from careflow_events.testing.memory import MemoryStore
from careflow_events.testing.memory_consumer import MemoryConsumers
from careflow_events.testing.worker import send, until

pytestmark = pytest.mark.kafka


@pytest.fixture
def topic(make_topic: Any) -> str:
    name: str = make_topic()
    return name


@pytest.fixture
def consumers() -> MemoryConsumers:
    return MemoryConsumers(MemoryStore())


@pytest.fixture
def starts(kafka_url: str, consumers: MemoryConsumers) -> Starts:
    return Starts(kafka_url, "booking", consumers)


@pytest.fixture
async def admin(kafka_url: str) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=kafka_url)
    await client.start()
    yield client
    await client.close()


async def committed(kafka_url: str, topic: str) -> list[int | None]:
    async with AIOKafkaConsumer(bootstrap_servers=kafka_url, group_id=group_of("booking", topic)) as client:
        return [await client.committed(TopicPartition(topic, partition)) for partition in range(3)]


async def commit(kafka_url: str, topic: str, offset: int) -> None:
    """Moves the group in all partitions, as a tool would."""
    places = [TopicPartition(topic, partition) for partition in range(3)]
    group = group_of("booking", topic)
    async with AIOKafkaConsumer(bootstrap_servers=kafka_url, group_id=group, enable_auto_commit=False) as client:
        client.assign(places)
        await client.commit(dict.fromkeys(places, offset))


async def later_than(instant: datetime) -> bool:
    """Whether the next record has a later time: topics tell it in milliseconds."""
    return datetime.now(UTC) - instant > timedelta(milliseconds=2)


async def some_events(kafka_url: str, topic: str, patients: Sequence[int] = range(1, 31)) -> None:
    await send(kafka_url, [a_record(an_event(1, patient=patient, topic=topic)) for patient in patients])


async def test_a_new_consumer_starts_at_the_beginning(
    starts: Starts, consumers: MemoryConsumers, kafka_url: str, topic: str
) -> None:
    await some_events(kafka_url, topic)

    assert await starts.prepare(topic) is None

    assert await committed(kafka_url, topic) == [0, 0, 0]
    assert (await consumers.feed(topic)).offsets == {0: 0, 1: 0, 2: 0}


def start(place: StartPlace, instant: datetime | None = None) -> Start:
    return Start(place=place, instant=instant, by="olga", asked_at=NOON)


async def test_a_consumer_that_never_read_begins_where_an_operator_said(
    starts: Starts, consumers: MemoryConsumers, kafka_url: str, topic: str
) -> None:
    await some_events(kafka_url, topic)
    ends = {place: state.end for place, state in (await starts.check([topic]))[topic].states.items()}
    between = datetime.now(UTC)
    await until(partial(later_than, between))
    await some_events(kafka_url, topic, range(31, 61))
    wishes = [start(StartPlace.INSTANT, between), start(StartPlace.INSTANT, between + timedelta(days=1))]
    began = []
    for wish in (start(StartPlace.EARLIEST), *wishes, start(StartPlace.LATEST)):
        fresh = MemoryConsumers(MemoryStore())
        assert await fresh.start_at(topic, wish)
        assert await Starts(kafka_url, "booking", fresh).prepare(topic) is None
        began.append((await fresh.feed(topic)).offsets)

    now = {place: state.end for place, state in (await starts.check([topic]))[topic].states.items()}
    assert began == [{0: 0, 1: 0, 2: 0}, ends, now, now]
    assert await committed(kafka_url, topic) == list(now.values())


async def test_what_was_begun_is_not_begun_again_by_a_second_worker(
    starts: Starts, consumers: MemoryConsumers, kafka_url: str, topic: str
) -> None:
    await consumers.start_at(topic, start(StartPlace.LATEST))
    await starts.prepare(topic)
    await some_events(kafka_url, topic)

    await starts.prepare(topic)

    assert (await consumers.feed(topic)).offsets == {0: 0, 1: 0, 2: 0}, "what came after the start is read"
    assert not await consumers.start_at(topic, start(StartPlace.LATEST))


@pytest.mark.parametrize("offset", [0, 2], ids=["behind", "ahead"])
async def test_a_known_consumer_starts_where_its_store_says_whatever_is_committed(
    starts: Starts, consumers: MemoryConsumers, kafka_url: str, topic: str, offset: int
) -> None:
    await some_events(kafka_url, topic)
    await starts.prepare(topic)
    await consumers.note_settled(topic, {}, dict.fromkeys(range(3), 1))
    await commit(kafka_url, topic, offset)

    assert await starts.prepare(topic) is None
    assert await committed(kafka_url, topic) == [1, 1, 1]


async def test_offsets_that_kafka_has_lost_are_committed_again(
    starts: Starts, consumers: MemoryConsumers, kafka_url: str, topic: str
) -> None:
    await some_events(kafka_url, topic)
    (identity,) = (await identify(kafka_url, [topic])).values()
    for partition in range(3):
        await consumers.note_started(topic, identity.topic_id, partition, 1)

    assert await starts.prepare(topic) is None
    assert await committed(kafka_url, topic) == [1, 1, 1]


async def test_a_crash_before_the_start_was_noted_is_harmless(
    starts: Starts, consumers: MemoryConsumers, kafka_url: str, topic: str
) -> None:
    await some_events(kafka_url, topic)
    await commit(kafka_url, topic, 0)

    assert await starts.prepare(topic) is None
    assert (await consumers.feed(topic)).offsets == {0: 0, 1: 0, 2: 0}


async def test_a_new_store_hears_everything_again(starts: Starts, kafka_url: str, topic: str) -> None:
    await some_events(kafka_url, topic)
    await commit(kafka_url, topic, 1)

    assert await starts.prepare(topic) is None
    assert await committed(kafka_url, topic) == [0, 0, 0]


@pytest.mark.parametrize("offset", [1_000, -1], ids=["beyond the end", "before the beginning"])
async def test_an_offset_outside_the_log_stops_the_consumer(
    starts: Starts, consumers: MemoryConsumers, topic: str, offset: int
) -> None:
    await starts.prepare(topic)
    topic_id = (await consumers.feed(topic)).topic_id
    assert topic_id is not None
    await consumers.note_started(topic, topic_id, 0, offset)

    assert await starts.prepare(topic) is StopReason.OFFSETS_LOST


async def test_an_operator_lets_it_start_over(
    starts: Starts, consumers: MemoryConsumers, kafka_url: str, topic: str
) -> None:
    await starts.prepare(topic)
    await consumers.note_settled(topic, {}, {0: 1_000})
    await consumers.stop(StopReason.OFFSETS_LOST, NOON)

    await consumers.resume()

    assert await starts.prepare(topic) is None
    assert await committed(kafka_url, topic) == [0, 0, 0]


async def test_what_was_not_lost_goes_on_where_it_was_and_stops_again_when_it_is(
    starts: Starts, consumers: MemoryConsumers, kafka_url: str, topic: str
) -> None:
    await some_events(kafka_url, topic)
    await starts.prepare(topic)
    await consumers.note_settled(topic, {}, dict.fromkeys(range(3), 1))
    await consumers.stop(StopReason.TOPIC_RECREATED, NOON)
    await consumers.resume()

    assert await starts.prepare(topic) is None
    assert await committed(kafka_url, topic) == [1, 1, 1]
    await consumers.note_settled(topic, {}, {0: 1_000})
    assert await starts.prepare(topic) is StopReason.OFFSETS_LOST


async def test_a_topic_made_again_under_its_name_stops_the_consumer(
    starts: Starts, kafka_url: str, topic: str, admin: AIOKafkaAdminClient
) -> None:
    await starts.prepare(topic)
    await admin.delete_topics([topic])

    async def gone() -> bool:
        return topic not in await identify(kafka_url, [topic])

    await until(gone)
    await admin.create_topics([NewTopic(topic, 3, 1)])
    await until(lambda: _exists(kafka_url, topic))

    assert await starts.prepare(topic) is StopReason.TOPIC_RECREATED


async def _exists(kafka_url: str, topic: str) -> bool:
    identity = (await identify(kafka_url, [topic])).get(topic)
    return identity is not None and len(identity.partitions) == 3


async def test_a_topic_that_is_not_there_yet_is_waited_for(starts: Starts) -> None:
    with pytest.raises(TopicMissing):
        await starts.prepare(f"test.{an_id(1)}.v1")


async def test_the_lag_is_what_lies_behind_what_is_noted_as_read(starts: Starts, kafka_url: str, topic: str) -> None:
    await starts.prepare(topic)
    await some_events(kafka_url, topic)

    found = (await starts.check([topic]))[topic]

    assert found.stop is None
    assert sum(state.lag for state in found.states.values()) == 30
