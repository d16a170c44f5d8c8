"""Whoever waits for an event to be handled elsewhere is woken, and asks the store a bounded number of times."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.monitoring import CommandListener

from careflow_events.mongo import Arrivals, MongoPositions, MongoTransactions
from careflow_events.outbox import StreamPosition
from careflow_events.testing.builders import an_id
from careflow_events.testing.worker import until

pytestmark = pytest.mark.store

STREAM = f"careflow.screening.v1/patient:{an_id(1)}"
OTHER = f"careflow.screening.v1/patient:{an_id(2)}"


class Finds(CommandListener):
    """Counts how often positions are asked for."""

    def __init__(self) -> None:
        self.count = 0

    def started(self, event: Any) -> None:
        self.count += event.command_name == "find"

    def succeeded(self, event: Any) -> None: ...

    def failed(self, event: Any) -> None: ...


@pytest.fixture
def finds() -> Finds:
    return Finds()


@pytest.fixture
async def store(store_url: str, database: str, finds: Finds) -> AsyncIterator[AsyncDatabase[dict[str, Any]]]:
    async with AsyncMongoClient[dict[str, Any]](store_url, event_listeners=[finds]) as client:
        yield client[database]


async def handle(store: AsyncDatabase[dict[str, Any]], stream: str, sequence: int) -> None:
    async def advance(_: Any) -> None:
        await MongoPositions(store, "booking").advance(stream, sequence, an_id(sequence))

    await MongoTransactions(store).run(advance, action="test", event=None)


def arrivals_listen(arrivals: Arrivals) -> Callable[[], Awaitable[bool]]:
    async def listening() -> bool:
        return arrivals.listening

    return listening


async def test_what_is_there_already_is_not_waited_for(store: AsyncDatabase[dict[str, Any]], finds: Finds) -> None:
    await handle(store, STREAM, 1)
    finds.count = 0

    await Arrivals(store, "booking").until(StreamPosition(STREAM, 1))

    assert finds.count == 1


async def test_a_waiter_is_woken_by_its_own_stream_only(store: AsyncDatabase[dict[str, Any]], finds: Finds) -> None:
    arrivals = Arrivals(store, "booking")
    await handle(store, STREAM, 1)
    await handle(store, OTHER, 1)
    waiting = asyncio.create_task(arrivals.until(StreamPosition(STREAM, 2)))
    await until(arrivals_listen(arrivals))

    for sequence in range(2, 12):
        await handle(store, OTHER, sequence)
    assert not waiting.done()
    await handle(store, STREAM, 2)

    await asyncio.wait_for(waiting, 10)


async def test_many_who_wait_share_one_change_stream(store: AsyncDatabase[dict[str, Any]]) -> None:
    arrivals = Arrivals(store, "booking")
    await handle(store, STREAM, 1)
    waiting = [asyncio.create_task(arrivals.until(StreamPosition(STREAM, 2))) for _ in range(20)]
    await until(arrivals_listen(arrivals))

    await handle(store, STREAM, 2)

    await asyncio.wait_for(asyncio.gather(*waiting), 10)


async def test_one_who_gives_up_leaves_nothing_behind(store: AsyncDatabase[dict[str, Any]]) -> None:
    arrivals = Arrivals(store, "booking")

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(arrivals.until(StreamPosition(STREAM, 1)), 0.3)

    assert arrivals.waiting == 0
