"""A subscriber on a real Kafka whose topic and group change under it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic

from careflow_events.kafka import member
from careflow_events.kafka.subscriber import StartPlace, Trimmed
from careflow_events.kafka.topic_ids import identify
from careflow_events.testing.worker import until
from careflow_events.topics import Topic
from libs.events.tests.integrator import Event, Integrator

pytestmark = [pytest.mark.kafka, pytest.mark.thorough]

PATIENTS = range(1, 25)
"""Enough for each partition to hold some, however many there are."""


SOON = {"metadata_max_age_ms": 500}
"""Looks often what has become of its topics."""


@pytest.fixture
def integrator(kafka_url: str, topic: Topic) -> Integrator:
    return Integrator(kafka_url, topic)


@pytest.fixture
async def admin(kafka_url: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_url)
    await admin.start()
    yield admin
    await admin.close()


@pytest.mark.parametrize("start", [StartPlace.EARLIEST, StartPlace.LATEST])
async def test_a_partition_that_is_added_is_heard_from_its_first_record(
    integrator: Integrator, admin: AIOKafkaAdminClient, start: StartPlace
) -> None:
    async with integrator.running(start=start, kafka_options=SOON):
        await integrator.until_begun()
        await admin.create_partitions({integrator.topic.name: NewPartitions(5)})
        await integrator.says(dict.fromkeys(PATIENTS, range(1, 4)))
        await integrator.until_heard(3 * len(PATIENTS))

    assert {patient: integrator.of(patient) for patient in PATIENTS} == {each: [1, 2, 3] for each in PATIENTS}


async def test_a_partition_that_was_added_meanwhile_is_heard_from_its_first_record(
    integrator: Integrator, admin: AIOKafkaAdminClient
) -> None:
    async with integrator.running(start=StartPlace.LATEST):
        await integrator.until_begun()
    await admin.create_partitions({integrator.topic.name: NewPartitions(5)})
    await integrator.says(dict.fromkeys(PATIENTS, range(1, 4)))

    async with integrator.running(start=StartPlace.LATEST):
        await integrator.until_heard(3 * len(PATIENTS))

    assert {patient: integrator.of(patient) for patient in PATIENTS} == {each: [1, 2, 3] for each in PATIENTS}


async def test_a_topic_that_was_made_anew_is_told_and_read_from_its_beginning(
    integrator: Integrator, admin: AIOKafkaAdminClient, kafka_url: str
) -> None:
    await integrator.says({1: range(1, 5)})
    name = integrator.topic.name

    async def gone() -> bool:
        return name not in await identify(kafka_url, [name])

    async with integrator.running(kafka_options=SOON):
        await integrator.until_heard(4)
        await integrator.until_committed(4)
        await admin.delete_topics([name])
        await until(gone)
        await admin.create_topics([NewTopic(name, 3, 1)])
        await integrator.says({1: range(5, 7)})
        await integrator.until_heard(6)

    assert integrator.of(1) == [1, 2, 3, 4, 5, 6]
    (trimmed,) = [trouble for trouble in integrator.troubles if isinstance(trouble, Trimmed)]
    assert (trimmed.wanted, trimmed.begins) == (4, 0)


async def test_what_a_slow_handler_ends_after_others_read_on_does_not_take_the_group_back(
    integrator: Integrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(member, "FINISH_SECONDS", 0.1)
    go_on, waits = asyncio.Event(), asyncio.Event()

    async def the_first_waits(_: Event) -> None:
        if not waits.is_set():
            waits.set()
            await go_on.wait()

    integrator.handle = the_first_waits
    await integrator.says({1: range(1, 6)})
    # Members take turns by their names: the second partition goes to the second.
    second = await integrator.partition() == 1
    slow, other = ({"client_id": name} for name in (("a", "b") if second else ("b", "a")))
    async with integrator.running(kafka_options=slow):
        await asyncio.wait_for(waits.wait(), 20)
        async with integrator.running(kafka_options=other):
            await integrator.until_committed(5)
        await integrator.until_members(1)
        go_on.set()
        await integrator.until_heard(6)

    assert integrator.of(1) == [1, 2, 3, 4, 5, 1]
    assert await integrator.committed() == 5


async def test_a_commit_without_an_answer_keeps_nobody_from_going_on_or_ending(
    integrator: Integrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(member, "COMMIT_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(member, "ANSWER_SECONDS", 0.1)

    async def no_answer(*_: Any) -> None:
        await asyncio.Event().wait()

    await integrator.says({1: range(1, 3)})
    async with integrator.running():
        await integrator.until_heard(2)
        await integrator.until_committed(2)
        with monkeypatch.context() as away:
            away.setattr(AIOKafkaConsumer, "commit", no_answer)
            await integrator.says({1: range(3, 4)})
            await integrator.until_heard(3)
            await integrator.says({1: range(4, 5)})
            await integrator.until_heard(4)
        await integrator.until_committed(4)
        monkeypatch.setattr(AIOKafkaConsumer, "commit", no_answer)
        await integrator.says({1: range(5, 6)})
        await integrator.until_heard(5)

    assert (integrator.of(1), await integrator.committed()) == ([1, 2, 3, 4, 5], 4)
