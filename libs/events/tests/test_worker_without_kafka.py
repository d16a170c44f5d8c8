"""A worker while Kafka is down: it waits unready, and stops when it is told to."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from careflow_events.delivery import Delivery
from careflow_events.lease import HeldLease
from careflow_events.replay import Replay
from careflow_events.testing.worker import Worker

pytestmark = pytest.mark.store


async def test_a_worker_starts_waits_and_stops_while_kafka_is_down(store_url: str, database: str) -> None:
    async with AsyncMongoClient[dict[str, Any]](store_url) as client:
        worker = Worker(client, database, "127.0.0.1:1")
        await worker.make_indexes()
        async with worker.running() as runner:
            await asyncio.sleep(1)
            checks = runner.checks()

    assert checks == {
        "partitions_assigned": False,
        "kafka": False,
        "not_fenced": True,
        "not_stopped": True,
        "not_paused": True,
        "nothing_held_up": True,
        "relay_lease_known": True,
    }


async def test_a_worker_ends_when_one_of_its_tasks_fails_for_good(store_url: str, database: str) -> None:
    async with AsyncMongoClient[dict[str, Any]](store_url) as client:
        without_indexes = Worker(client, database, "127.0.0.1:1").runner()

        with pytest.raises(ExceptionGroup) as ended:
            await asyncio.wait_for(without_indexes.run(asyncio.Event()), 20)

    assert all(isinstance(error, OperationFailure) for error in ended.value.exceptions)


@pytest.mark.parametrize(
    ("of", "waits"), [(HeldLease, "hold"), (Delivery, "look_whether_stopped")], ids=["the relay", "the consumer"]
)
async def test_a_worker_ends_although_what_it_awaits_swallows_its_cancellation(
    of: type, waits: str, store_url: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connecting = asyncio.Event()

    async def swallows(*_: object) -> None:
        first = not connecting.is_set()
        connecting.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if first:
                raise KafkaConnectionError from None
            raise

    async def fails_meanwhile(_: object) -> None:
        await connecting.wait()
        raise RuntimeError

    monkeypatch.setattr(of, waits, swallows)
    monkeypatch.setattr(Replay, "run_requested", fails_meanwhile)
    async with AsyncMongoClient[dict[str, Any]](store_url) as client:
        worker = Worker(client, database, "127.0.0.1:1")
        await worker.make_indexes()
        running = asyncio.create_task(worker.runner().run(asyncio.Event()))
        done, _ = await asyncio.wait([running], timeout=20)
        running.cancel()

    assert done, "it went on although one of its tasks had failed"
    assert isinstance(running.exception(), ExceptionGroup)
