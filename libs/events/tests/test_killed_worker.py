"""A worker killed in the middle of its work: nothing is lost, doubled or reordered, and the outbox drains."""

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
from careflow_events.mongo import MongoOutbox, MongoUnpublished
from careflow_events.sealing import Sealer
from careflow_events.testing import killable
from careflow_events.testing.bound import BoundTransactions
from careflow_events.testing.builders import an_id, publication
from careflow_events.testing.worker import Worker, now, until
from careflow_events.topics import Classification, Topic

pytestmark = [pytest.mark.store, pytest.mark.kafka]

PATIENTS = range(1, 7)
EVENTS_EACH = 20


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


async def say(outbox: MongoOutbox, client: AsyncMongoClient[dict[str, Any]]) -> None:
    """One event of each patient, each in its own command."""
    for patient in PATIENTS:

        async def work(_: Any, patient: int = patient) -> None:
            await outbox.append(
                [publication(patient=patient)], now=now(), causation=None, correlation=None, traceparent=None
            )

        await BoundTransactions(client).run(work, action="test", event=None)


async def test_kill_9_between_any_two_steps_shows_nowhere(
    store_url: str, database: str, kafka_url: str, make_topic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = Topic(make_topic(), "screening", Classification.OPERATIONAL)
    monkeypatch.setattr(contracts.ClearanceExtended, "topic", topic)
    arguments = (store_url, database, kafka_url, topic.name)
    async with AsyncMongoClient[dict[str, Any]](store_url) as client:
        worker = Worker(client, database, kafka_url)
        await worker.make_indexes()
        outbox = MongoOutbox(client[database], Sealer({"keys": []}), lambda: str(uuid4()))

        async def some_handled() -> bool:
            return len(await worker.effects()) >= 20

        async def all_handled() -> bool:
            return len(await worker.effects()) >= len(PATIENTS) * EVENTS_EACH

        async with process(*arguments):
            for _ in range(EVENTS_EACH // 2):
                await say(outbox, client)
            await until(some_handled)
        async with process(*arguments):
            for _ in range(EVENTS_EACH // 2):
                await say(outbox, client)
            await until(all_handled, within=60)

        for patient in PATIENTS:
            assert await worker.effects(f"patient:{an_id(patient)}") == list(range(1, EVENTS_EACH + 1))
        assert (await MongoUnpublished(client[database]).backlog()).rows == 0
        assert await worker.parked() == []
