"""Consuming on a real Kafka and a real store: what arrives is handled once and in order, whatever arrives with it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client import REGISTRY
from pymongo import AsyncMongoClient

from careflow_events import contracts
from careflow_events.consumed import ConsumedRecord
from careflow_events.consumers import EVERYTHING, StopReason
from careflow_events.delivery import Rewind
from careflow_events.kafka import runner as runner_module
from careflow_events.kafka.broker import make_broker
from careflow_events.kafka.partitions import Checked, group_of
from careflow_events.kafka.pauses import Pauses
from careflow_events.kafka.runner import EventsRunner
from careflow_events.mongo import MongoOutbox, MongoTransactions, mongo_stores
from careflow_events.operations import ParkedOperations
from careflow_events.sealing import Sealer
from careflow_events.subscription import Received
from careflow_events.testing.builders import NOON, a_record, an_event, an_id, publication, with_data
from careflow_events.testing.worker import Worker, copied, never, now, put_back, send, until
from careflow_events.topics import Topic

pytestmark = [pytest.mark.store, pytest.mark.kafka, pytest.mark.thorough]

PARTITIONS = 3
ONE, TWO = f"patient:{an_id(1)}", f"patient:{an_id(2)}"


@pytest.fixture
async def worker(client: AsyncMongoClient[dict[str, Any]], database: str, kafka_url: str, topic: Topic) -> Worker:
    worker = Worker(client, database, kafka_url)
    await worker.make_indexes()
    return worker


@pytest.fixture
def writer(worker: Worker, topic: Topic) -> Worker:
    """The worker of the service that writes the topic."""
    worker.own = [topic]
    return worker


async def handled(worker: Worker, count: int) -> None:
    async def enough() -> bool:
        return len(await worker.effects()) >= count

    await until(enough)


async def parked(worker: Worker, count: int) -> None:
    async def enough() -> bool:
        return len(await worker.parked()) >= count

    await until(enough)


async def test_what_one_service_commits_another_handles(
    writer: Worker, client: AsyncMongoClient[dict[str, Any]]
) -> None:
    worker, outbox = writer, MongoOutbox(Sealer({"keys": []}), iter(map(an_id, range(100, 200))).__next__)

    async def say(_: Any) -> None:
        both = [publication(patient=1), publication(patient=2), publication(patient=1)]
        await outbox.append(both, now=now(), causation=None, correlation=None, traceparent=None)

    async with worker.running():
        await MongoTransactions(worker.database).run(say, action="test", event=None)
        await handled(worker, 3)

    assert await worker.effects(ONE) == [1, 2]
    assert await worker.effects(TWO) == [1]
    rows = await worker.database["_outbox"].find().sort([("position", 1)]).to_list()
    assert [row["position"] for row in rows] == [1, 2, 3]


async def test_the_checkpoints_of_the_writer_tell_the_reader_how_fresh_it_is(writer: Worker, topic: Topic) -> None:
    worker = writer
    consumers = mongo_stores(worker.database, "booking").consumers

    async def fresh() -> bool:
        return (await consumers.feed(topic.name)).fresh_until() is not None

    async with worker.running():
        await until(fresh)


async def test_what_is_broken_waits_and_all_else_goes_on(worker: Worker, kafka_url: str, topic: Topic) -> None:
    good, other = a_record(an_event(1)), an_event(1, patient=3)
    hostile = [
        replace(good, key=b"patient:a", value=None),
        replace(good, key=b"patient:b", value=b"\xff\xfe{"),
        replace(good, key=b"patient:c", value=b'{"specversion": "0.3"}'),
        replace(a_record(an_event(1, patient=5)), key=b"patient:d"),
        replace(a_record(other), headers=[("x", b"\xff\xfe")]),
        a_record(with_data(an_event(1, patient=4), {"patient_id": 1})),
        replace(good, key=None, value=b"x"),
        replace(good, key=b"\xff", value=b"x"),
    ]
    fine = [
        a_record(replace(an_event(2), type="careflow.screening.Newer.v1")),
        a_record(with_data(an_event(3), {**an_event(3).data, "later": True})),
        good,
        a_record(an_event(4)),
    ]

    await send(kafka_url, [good, *hostile, *fine])
    async with worker.running():
        await handled(worker, 3)
        await parked(worker, len(hostile))

    assert await worker.effects(ONE) == [1, 3, 4]
    causes = sorted(each["cause"] for each in await worker.parked())
    assert causes == sorted(
        [
            "tombstone",
            "not_json",
            "headers_differ",
            "key_differs_from_subject",
            "header_not_utf8",
            "data_invalid",
            "not_json",
            "not_json",
        ]
    )


async def test_a_gap_waits_for_the_late_event_and_closes_by_itself(worker: Worker, kafka_url: str) -> None:
    await send(kafka_url, [a_record(an_event(1)), a_record(an_event(3)), a_record(an_event(4))])
    async with worker.running():
        await parked(worker, 2)
        await send(kafka_url, [a_record(an_event(2))])
        await handled(worker, 4)

    assert await worker.effects() == [1, 2, 3, 4]
    assert await worker.parked() == []


async def test_a_restart_goes_on_where_it_was(worker: Worker, kafka_url: str) -> None:
    await send(kafka_url, [a_record(an_event(1)), a_record(an_event(2))])
    async with worker.running():
        await handled(worker, 2)
    await send(kafka_url, [a_record(an_event(2)), a_record(an_event(3))])

    async with worker.running():
        await handled(worker, 3)

    assert await worker.effects() == [1, 2, 3]


async def test_a_stop_waits_for_the_event_in_flight_and_commits_it(
    client: AsyncMongoClient[dict[str, Any]], database: str, kafka_url: str, topic: Topic
) -> None:
    worker = Worker(client, database, kafka_url)
    await worker.make_indexes()
    started = asyncio.Event()

    async def slow(_: Received[Any]) -> None:
        started.set()
        await asyncio.sleep(0.5)

    worker.breaks = slow
    await send(kafka_url, [a_record(an_event(1))])
    async with worker.running():
        await asyncio.wait_for(started.wait(), 20)

    assert await worker.effects() == [1]
    states = (await worker.runner().starts.check([topic.name]))[topic.name].states
    assert sum(state.lag for state in states.values()) == 0


async def test_a_fault_pauses_its_partition_and_lets_the_others_go_on(worker: Worker, kafka_url: str) -> None:
    away = True

    async def sometimes(event: Received[Any]) -> None:
        if away and event.subject == ONE:
            raise ConnectionResetError

    worker.breaks = sometimes
    patients = range(1, 9)
    await send(kafka_url, [a_record(an_event(1, patient=patient)) for patient in patients])
    async with worker.running():
        await handled(worker, 4)
        assert await worker.effects(ONE) == []
        away = False
        await handled(worker, len(patients))

    assert await worker.effects(ONE) == [1]
    assert await worker.parked() == []


async def test_two_workers_share_the_partitions_and_double_nothing(worker: Worker, kafka_url: str) -> None:
    first = [a_record(an_event(n, patient=patient)) for n in range(1, 11) for patient in range(1, 7)]
    second = [a_record(an_event(n, patient=patient)) for n in range(11, 21) for patient in range(1, 7)]
    async with worker.running():
        await send(kafka_url, first)
        async with worker.running():
            await send(kafka_url, second)
            await handled(worker, 120)

    for patient in range(1, 7):
        assert await worker.effects(f"patient:{an_id(patient)}") == list(range(1, 21))


async def test_an_operator_replays_what_a_bug_parked(
    worker: Worker, kafka_url: str, client: AsyncMongoClient[dict[str, Any]]
) -> None:
    async def bug(event: Received[Any]) -> None:
        if event.sequence == 2:
            raise KeyError

    worker.breaks = bug
    await send(kafka_url, [a_record(an_event(n)) for n in (1, 2, 3)])
    stores = mongo_stores(worker.database, "booking")
    operations = ParkedOperations(stores, MongoTransactions(worker.database), now)
    async with worker.running():
        await parked(worker, 2)
        assert await stores.positions.blocked(ONE)
        worker.breaks = never
        await operations.request_replay((await operations.list())[0].stream or "")
        await handled(worker, 3)

    assert await worker.effects() == [1, 2, 3]
    assert not await stores.positions.blocked(ONE)


async def test_what_restricts_is_not_held_up_by_a_block(worker: Worker, kafka_url: str) -> None:
    fact = contracts.ClearanceRevoked(patient_id=an_id(1), clearance_id=an_id(7), valid_until=NOON)
    await send(kafka_url, [a_record(an_event(1)), a_record(an_event(3)), a_record(an_event(4, fact))])
    async with worker.running():
        await handled(worker, 2)

    assert await worker.effects() == [1, 4]


async def test_the_worker_says_when_it_is_ready(worker: Worker) -> None:
    async with worker.running() as runner:

        async def ready() -> bool:
            return all(runner.checks().values())

        await until(ready)

    assert not runner.checks()["partitions_assigned"]


async def test_a_broken_deploy_stops_consuming_until_an_operator_resumes(worker: Worker, kafka_url: str) -> None:
    async def bug(_: Received[Any]) -> None:
        raise KeyError

    worker.breaks = bug
    patients = range(1, 31)
    await send(kafka_url, [a_record(an_event(1, patient=patient)) for patient in patients])
    consumers = mongo_stores(worker.database, "booking").consumers
    async with worker.running() as runner:

        async def stopped() -> bool:
            return not runner.checks()["not_stopped"]

        await until(stopped)
        assert len(await worker.parked()) == 10
        worker.breaks = never
        await consumers.resume()
        await handled(worker, 20)

    assert len(await worker.parked()) == 10


async def test_it_begins_where_its_store_says_also_while_its_group_says_otherwise(kafka_url: str, topic: Topic) -> None:
    """As of a topic that was made again while another worker was in the group yet: what that had committed lies outside
    the log.
    """
    await send(kafka_url, [a_record(an_event(1, patient=patient)) for patient in range(1, 7)])
    begins = {topic.name: dict.fromkeys(range(PARTITIONS), 0)}
    group, places = group_of("booking", topic.name), [TopicPartition(topic.name, each) for each in range(PARTITIONS)]
    async with AIOKafkaConsumer(bootstrap_servers=kafka_url, group_id=group, enable_auto_commit=False) as tool:
        tool.assign(places)
        await tool.commit(dict.fromkeys(places, 1_000))
    heard: list[ConsumedRecord] = []

    async def hear(records: Sequence[ConsumedRecord]) -> list[Rewind]:
        heard.extend(records)
        return []

    async def all_of_them() -> bool:
        return len(heard) == 6

    broker = make_broker(kafka_url, "booking", begins, deliver=hear, pauses=Pauses())
    await broker.start()
    try:
        await until(all_of_them)
    finally:
        await broker.stop()


async def test_a_worker_that_saw_neither_the_stop_nor_its_end_begins_again_with_what_started_over(
    worker: Worker, kafka_url: str, topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "WATCH_EVERY_SECONDS", 0.2)
    consumers = mongo_stores(worker.database, "booking").consumers
    await send(kafka_url, [a_record(an_event(1, patient=1))])

    async def noted() -> bool:
        return sum((await consumers.feed(topic.name)).offsets.values()) == 1

    async with worker.running():
        await until(noted)  # nothing is left to be noted, which the store would refuse
        await consumers.stop(StopReason.TOPIC_RECREATED, now())
        await consumers.resume()
        await consumers.start_over(topic.name, lost=True)  # another worker was faster

        async def begun() -> bool:
            return bool((await consumers.feed(topic.name)).offsets)

        await until(begun)


async def test_what_was_judged_before_an_operator_let_it_go_on_stops_nothing_after(
    worker: Worker, kafka_url: str, topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "WATCH_EVERY_SECONDS", 0.2)
    consumers = mongo_stores(worker.database, "booking").consumers
    judging = 0
    async with worker.running() as runner:

        async def check(_: Sequence[str]) -> dict[str, Checked]:
            nonlocal judging
            judging += 1
            judged = await consumers.feed(topic.name)
            if judging == 1:  # which takes a while
                await consumers.stop(StopReason.TOPIC_RECREATED, now())
                await consumers.resume()
                return {topic.name: Checked(StopReason.TOPIC_RECREATED, judged, {})}
            return {topic.name: Checked(None, judged, {})}

        async def judged_again() -> bool:
            return judging > 1

        monkeypatch.setattr(runner.starts, "check", check)
        await until(judged_again)
        assert await consumers.stopped() is None
        await send(kafka_url, [a_record(an_event(1, patient=1))])
        await handled(worker, 1)


async def test_what_an_operator_has_paused_no_worker_hears_until_the_last_pause_is_lifted(
    worker: Worker, kafka_url: str, topic: Topic
) -> None:
    consumers = mongo_stores(worker.database, "booking").consumers
    patients = range(1, 7)
    await send(kafka_url, [a_record(an_event(1, patient=patient)) for patient in patients])

    async def ready(runner: EventsRunner) -> bool:
        return all(runner.checks().values())

    async def paused(runner: EventsRunner) -> bool:
        return not runner.checks()["not_paused"] and not runner.checks()["partitions_assigned"]

    async with worker.running() as one, worker.running() as other:
        await handled(worker, 6)
        await consumers.pause("olga", [EVERYTHING], now())
        await consumers.pause("peter", [EVERYTHING], now())
        await until(partial(paused, one))
        await until(partial(paused, other))
        await send(kafka_url, [a_record(an_event(2, patient=patient)) for patient in patients])
    await consumers.lift_pause("olga")
    async with worker.running() as again:
        await until(partial(paused, again))
        assert REGISTRY.get_sample_value("careflow_consumer_paused", {"topic": topic.name}) == 1
        assert len(await worker.effects()) == 6, "a pause survives a restart and the other operator's end of it"
        await consumers.lift_pause("peter")
        await handled(worker, 12)
        await until(partial(ready, again))

    assert [await worker.effects(f"patient:{an_id(patient)}") for patient in patients] == [[1, 2]] * 6


@pytest.mark.parametrize("running", [False, True], ids=["while it is stopped", "beneath a running worker"])
async def test_a_store_put_back_from_a_copy_hears_what_came_after_the_copy(
    worker: Worker, kafka_url: str, topic: Topic, running: bool
) -> None:
    await send(kafka_url, [a_record(an_event(n)) for n in (1, 2, 3)])
    async with worker.running():
        await handled(worker, 3)
    copy = await copied(worker)
    await send(kafka_url, [a_record(an_event(n)) for n in (4, 5, 6)])
    async with worker.running():
        await handled(worker, 6)
        if running:
            await noted(worker, topic)
            await put_back(worker, copy)
            await send(kafka_url, [a_record(an_event(7))])
            await handled(worker, 7)
    if not running:
        await put_back(worker, copy)
        async with worker.running():
            await handled(worker, 6)

    assert await worker.effects(ONE) == list(range(1, 8 if running else 7))
    assert await worker.parked() == []


async def noted(worker: Worker, topic: Topic) -> None:
    """Waits until the worker has noted in its store that it has settled all."""

    async def all_of_it() -> bool:
        states = (await worker.runner().starts.check([topic.name]))[topic.name].states
        return all(state.reached == state.end for state in states.values())

    await until(all_of_it)
