"""A subscriber on a real Kafka: as one of several, over restarts, and when it is told to end."""

import asyncio
import signal
import subprocess
import sys

import pytest
from aiokafka.errors import KafkaConnectionError

from careflow_events.contracts import ClearanceExtended
from careflow_events.contracts.feed import FeedCheckpoint
from careflow_events.kafka import member
from careflow_events.kafka.partitions import TopicMissing
from careflow_events.kafka.subscriber import (
    Gap,
    Joined,
    StartPlace,
    Stopped,
    Subscriber,
    Trimmed,
    Unreadable,
)
from careflow_events.testing.builders import a_record, an_event, an_id
from careflow_events.testing.worker import now, send, until
from careflow_events.topics import Classification, Topic
from libs.events.tests.integrator import Event, Integrator, Kept, checkpoints, trim

pytestmark = [pytest.mark.kafka, pytest.mark.thorough]


@pytest.fixture
def integrator(kafka_url: str, topic: Topic) -> Integrator:
    return Integrator(kafka_url, topic)


async def test_it_hears_what_is_there_and_what_comes_in_order(integrator: Integrator) -> None:
    await integrator.says({1: range(1, 4), 2: range(1, 4)})

    async with integrator.running():
        await integrator.until_heard(6)
        await integrator.says({1: range(4, 6)})
        await integrator.until_heard(8)

    assert (integrator.of(1), integrator.of(2), integrator.troubles) == ([1, 2, 3, 4, 5], [1, 2, 3], [])
    assert await integrator.committed() == 8


async def test_a_new_run_goes_on_behind_what_was_handled(integrator: Integrator) -> None:
    await integrator.says({1: range(1, 4)})
    async with integrator.running():
        await integrator.until_heard(3)
    await integrator.says({1: range(4, 7)})

    async with integrator.running():
        await integrator.until_heard(6)

    assert integrator.of(1) == [1, 2, 3, 4, 5, 6]
    assert [type(trouble) for trouble in integrator.troubles] == [Joined]


async def test_places_that_are_kept_know_repeats_and_gaps_of_an_earlier_run(integrator: Integrator) -> None:
    kept = Kept()
    await integrator.says({1: range(1, 3)})
    async with integrator.running(places=kept):
        await integrator.until_heard(2)
    await integrator.says({1: range(2, 3)})
    await integrator.says({1: range(4, 5)})

    async with integrator.running(places=kept):
        await integrator.until_heard(3)

    assert integrator.of(1) == [1, 2, 4]
    assert integrator.troubles == [Gap(integrator.topic.stream(f"patient:{an_id(1)}"), 3, 3)]


async def test_what_a_handler_refuses_ends_the_run_and_comes_again(integrator: Integrator) -> None:
    await integrator.says({1: range(1, 4)})

    async def breaks(event: Event) -> None:
        if event.sequence == 2:
            raise OSError("my database is away")

    integrator.handle = breaks
    with pytest.raises(OSError, match="my database is away"):
        await asyncio.wait_for(integrator.subscriber().listen(), 20)
    integrator.handle = integrator.nothing_more
    async with integrator.running():
        await integrator.until_heard(3)

    assert integrator.of(1) == [1, 2, 3]


async def test_what_cannot_be_read_stops_it_and_is_not_committed(integrator: Integrator, kafka_url: str) -> None:
    poison = a_record(an_event(2, topic=integrator.topic.name), value=b"{")
    await integrator.says({1: range(1, 2)})
    await send(kafka_url, [poison])
    await integrator.says({1: range(2, 3)})
    bare = Subscriber(kafka_url, integrator.group)
    bare.on(ClearanceExtended)(integrator.handle)

    with pytest.raises(Stopped, match=r"unreadable: .*@1: not_json"):
        await asyncio.wait_for(bare.listen(), 20)
    async with integrator.running():
        await integrator.until_heard(1)

    assert integrator.of(1) == [2]
    assert [trouble for trouble in integrator.troubles if isinstance(trouble, Unreadable)] != []


@pytest.mark.parametrize("places", [Kept(), None], ids=["places kept", "in memory"])
async def test_members_that_come_and_go_lose_nothing_and_repeat_nothing(
    integrator: Integrator, places: Kept | None
) -> None:
    patients = range(1, 13)

    async def slowly(_: Event) -> None:
        await asyncio.sleep(0.005)

    integrator.handle = slowly
    async with integrator.running(places=places):
        await integrator.says({patient: range(1, 6) for patient in patients})
        await integrator.until_heard(20)
        async with integrator.running(places=places):
            await integrator.says({patient: range(6, 11) for patient in patients})
            await integrator.until_heard(90)
        await integrator.says({patient: range(11, 13) for patient in patients})
        await integrator.until_heard(144)

    assert {patient: integrator.of(patient) for patient in patients} == {each: [*range(1, 13)] for each in patients}
    assert {type(trouble) for trouble in integrator.troubles} <= (set() if places else {Joined})


async def test_a_slow_handler_does_not_cost_its_place_in_the_group(
    integrator: Integrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(member, "READ_ON_AFTER_SECONDS", 0.02)

    async def slowly(_: Event) -> None:
        await asyncio.sleep(0.01)

    integrator.handle = slowly
    await integrator.says({patient: range(1, 6) for patient in range(1, 5)})
    async with integrator.running():
        await integrator.until_heard(20)

    assert [integrator.of(patient) for patient in range(1, 5)] == [[1, 2, 3, 4, 5]] * 4
    assert await integrator.committed() == 20


async def test_who_begins_at_the_end_hears_what_comes_later(integrator: Integrator) -> None:
    await integrator.says({1: range(1, 4)})

    async with integrator.running(start=StartPlace.LATEST):

        async def begun() -> bool:
            return await integrator.committed() == 3

        await until(begun)
        await integrator.says({1: range(4, 5)})
        await integrator.until_heard(1)

    assert integrator.of(1) == [4]


async def test_what_has_gone_by_age_is_told(integrator: Integrator, kafka_url: str) -> None:
    await integrator.says({1: range(1, 3)})
    async with integrator.running():
        await integrator.until_heard(2)
    await integrator.says({1: range(3, 6)})
    await trim(kafka_url, integrator.topic.name, by=4)

    async with integrator.running():
        await integrator.until_heard(3)

    assert integrator.of(1) == [1, 2, 5]
    (trimmed,) = [trouble for trouble in integrator.troubles if isinstance(trouble, Trimmed)]
    assert (trimmed.wanted, trimmed.begins) == (2, 4)


async def test_it_knows_how_fresh_it_is(integrator: Integrator, kafka_url: str) -> None:
    moment = now()
    async with integrator.running() as subscriber:

        async def fresh() -> bool:
            return subscriber.fresh_until == moment

        await checkpoints(kafka_url, integrator.topic, moment)
        await until(fresh)

    assert subscriber.fresh_until is None


async def test_a_topic_that_is_not_there_is_named(kafka_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    absent = Topic("careflow.absent.v1", "screening", Classification.OPERATIONAL)
    monkeypatch.setattr(ClearanceExtended, "topic", absent)

    with pytest.raises(TopicMissing, match=r"careflow\.absent\.v1"):
        await Integrator(kafka_url, absent).subscriber().listen()


async def test_without_a_broker_it_says_so() -> None:
    subscriber = Subscriber("127.0.0.1:1", "test")

    @subscriber.on(ClearanceExtended)
    async def never(_: Event) -> None:
        raise AssertionError

    with pytest.raises(KafkaConnectionError):
        await subscriber.listen()


async def test_it_hears_nothing_of_what_it_cannot() -> None:
    subscriber = Subscriber("127.0.0.1:1", "test")

    with pytest.raises(ValueError, match="nothing to hear"):
        await subscriber.listen()
    with pytest.raises(ValueError, match="fresh_until"):
        subscriber.on(FeedCheckpoint)


PROGRAM = """
import sys
from careflow_events.contracts import ClearanceExtended
from careflow_events.kafka.subscriber import Received, Subscriber
from careflow_events.topics import Classification, Topic

servers, group, topic = sys.argv[1:]
ClearanceExtended.topic = Topic(topic, "screening", Classification.OPERATIONAL)
subscriber = Subscriber(servers, group)

@subscriber.on(ClearanceExtended)
async def extended(event: Received[ClearanceExtended]) -> None:
    print(event.sequence, flush=True)

subscriber.run()
print("ended", flush=True)
"""


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
async def test_ctrl_c_ends_it_cleanly_and_what_was_handled_is_committed(
    integrator: Integrator, kafka_url: str, told: signal.Signals
) -> None:
    await integrator.says({1: range(1, 3)})
    command = [sys.executable, "-c", PROGRAM, kafka_url, integrator.group, integrator.topic.name]
    program = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert program.stdout is not None
    async with asyncio.timeout(40):
        first = [(await program.stdout.readline()).decode().strip() for _ in range(2)]
        program.send_signal(told)
        rest, errors = await program.communicate()

    assert (first, rest.decode().split(), program.returncode, errors.decode()) == (["1", "2"], ["ended"], 0, "")
    assert await integrator.committed() == 2
