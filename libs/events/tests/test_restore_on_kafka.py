"""A writer whose store was put back from a copy: it stands still until the restore is finished, and whoever hears it
hears every event once and in order, those it has forgotten and those it says anew.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from careflow_events.mongo import MongoFences
from careflow_events.testing.builders import an_id
from careflow_events.testing.worker import Worker, copied, heard, nothing_unpublished, put_back, says, until
from careflow_events.topics import Topic

pytestmark = [pytest.mark.store, pytest.mark.kafka, pytest.mark.thorough]

ONE, TWO = f"patient:{an_id(1)}", f"patient:{an_id(2)}"


@pytest.fixture
async def writer(client: AsyncMongoClient[dict[str, Any]], database: str, kafka_url: str, topic: Topic) -> Worker:
    writer = Worker(client, database, kafka_url, own=[topic])
    await writer.make_indexes()
    return writer


@pytest.fixture
async def reader(
    client: AsyncMongoClient[dict[str, Any]], database: str, kafka_url: str, topic: Topic
) -> AsyncIterator[Worker]:
    """Another service, which hears the topic all the time."""
    reader = Worker(client, f"{database}-reader", kafka_url, service="billing")
    await reader.make_indexes()
    async with reader.running():
        yield reader
    await client.drop_database(f"{database}-reader")


@asynccontextmanager
async def fenced(writer: Worker) -> AsyncIterator[MongoFences]:
    """The writer runs and has noticed that it was put back."""
    fences = MongoFences(writer.database)

    async def noticed() -> bool:
        return await fences.fence() is not None

    async with writer.running() as runner:
        await until(noticed)
        async with asyncio.timeout(15):
            while runner.checks()["not_fenced"]:  # noqa: ASYNC110 - another task looks now and then
                await asyncio.sleep(0.05)
        yield fences


async def test_a_store_put_back_says_nothing_until_the_restore_is_finished(writer: Worker, reader: Worker) -> None:
    async with writer.running():
        await says(writer, 1, 2, 1)
        await heard(reader, 2, 1)
        await until(lambda: nothing_unpublished(writer))
        copy = await copied(writer)
        await says(writer, 1, 1, 2)
        await heard(reader, 4, 2)
    await put_back(writer, copy)
    await says(writer, 1, 1, 1)  # as numbers 3, 4 and 5, the first two of which others have heard as something else

    async with fenced(writer) as fences:
        fence = await fences.fence()
        assert fence is not None
        assert (fence.orphans, fence.streams) == (3, 2)
        assert not await nothing_unpublished(writer)
        assert await reader.effects(ONE) == [1, 2, 3, 4]

        assert await fences.ask_to_finish()
        await heard(reader, 7, 2)
        await says(writer, 1, 2)
        await heard(reader, 8, 3)

    assert await fences.fence() is None
    outbox = writer.database["_outbox"]
    history = await outbox.find().sort([("stream", 1), ("sequence", 1)]).to_list()
    assert [row["sequence"] for row in history] == [*range(1, 9), *range(1, 4)]
    assert sorted(row["position"] for row in history) == list(range(1, 12))
    assert await outbox.count_documents({"orphan": True}) == 3


async def test_a_store_that_was_lost_gets_its_history_back(writer: Worker, reader: Worker) -> None:
    async with writer.running():
        await says(writer, 1, 1, 2)
        await heard(reader, 2, 1)
    await put_back(writer, {})

    async with fenced(writer) as fences:
        await fences.ask_to_finish()
        await says(writer, 1, 2)
        await heard(reader, 3, 2)


async def test_a_restore_that_was_cut_short_is_finished_by_the_next_worker(
    writer: Worker, reader: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with writer.running():
        await says(writer, 1, 2, 1, 2)
        await heard(reader, 2, 2)
    await put_back(writer, {})
    adopt, adopted = MongoFences.adopt, 0

    async def cut_short(*arguments: Any) -> None:
        nonlocal adopted
        await adopt(*arguments)
        adopted += 1
        if adopted == 1:
            raise ConnectionResetError

    monkeypatch.setattr(MongoFences, "adopt", cut_short)
    async with fenced(writer) as fences:
        await fences.ask_to_finish()
        await says(writer, 1, 2)
        await heard(reader, 3, 3)


async def test_a_writer_that_only_restarts_is_not_fenced(writer: Worker, reader: Worker) -> None:
    for published in (1, 2):
        async with writer.running() as runner:
            await says(writer, 1)
            await heard(reader, published, 0)
            assert runner.checks()["not_fenced"]
