"""A worker killed at the worst moments: nothing is lost, doubled or reordered, and the outbox drains.

A process killed inside a transaction leaves it to the store to end, which may take the store a minute: that belongs to
the chaos tests.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from pymongo import AsyncMongoClient

from careflow_events import contracts
from careflow_events.mongo import MongoOutbox, MongoTransactions, MongoUnpublished
from careflow_events.sealing import Sealer
from careflow_events.testing.builders import an_id, publication
from careflow_events.testing.worker import Worker, now, until
from careflow_events.topics import Classification, Topic
from libs.events.tests import killable

pytestmark = [pytest.mark.store, pytest.mark.kafka, pytest.mark.thorough]

PATIENTS = range(1, 7)
ROUNDS = 10


@asynccontextmanager
async def process(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker process that does not survive the block."""
    running = await asyncio.create_subprocess_exec(sys.executable, "-m", killable.__name__, *arguments)
    try:
        yield running
    finally:
        if running.returncode is None:
            running.send_signal(signal.SIGKILL)
        await running.wait()


async def say(outbox: MongoOutbox, client: AsyncMongoClient[dict[str, Any]], database: str) -> None:
    """Some events of each patient, each in its own command."""
    for patient in PATIENTS:
        for _ in range(ROUNDS // 2):

            async def work(_: Any, patient: int = patient) -> None:
                said = [publication(patient=patient)]
                await outbox.append(said, now=now(), causation=None, correlation=None, traceparent=None)

            await MongoTransactions(client[database]).run(work, action="test", event=None)


@pytest.mark.parametrize("point", killable.POINTS)
async def test_a_kill_shows_nowhere(
    point: str, store_url: str, database: str, kafka_url: str, make_topic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = Topic(make_topic(), "screening", Classification.OPERATIONAL)
    monkeypatch.setattr(contracts.ClearanceExtended, "topic", topic)
    arguments = (store_url, database, kafka_url, topic.name)
    async with AsyncMongoClient[dict[str, Any]](store_url) as client:
        worker = Worker(client, database, kafka_url)
        await worker.make_indexes()
        outbox = MongoOutbox(Sealer({"keys": []}), lambda: str(uuid4()))

        async def all_handled() -> bool:
            return len(await worker.effects()) >= len(PATIENTS) * ROUNDS

        async def all_marked() -> bool:
            return (await MongoUnpublished(client[database]).backlog()).rows == 0

        async with process(*arguments, point) as killed:
            await say(outbox, client, database)
            assert await asyncio.wait_for(killed.wait(), 60) == -signal.SIGKILL
        await say(outbox, client, database)
        async with process(*arguments, "never"):
            await until(all_handled, within=60)
            await until(all_marked)

        for patient in PATIENTS:
            assert await worker.effects(f"patient:{an_id(patient)}") == list(range(1, ROUNDS + 1))
        assert await worker.parked() == []
