"""All store ports of one service together, in memory or on a real store, so that one suite can run on both."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import uuid4

from pymongo import AsyncMongoClient

from careflow_events.fencing import Fences
from careflow_events.handling import Stores, Transactions
from careflow_events.lease import Leases
from careflow_events.mongo import (
    INDEXES,
    MongoFences,
    MongoLeases,
    MongoOutbox,
    MongoRefeeds,
    MongoTransactions,
    MongoUnpublished,
    mongo_stores,
)
from careflow_events.outbox import Outbox
from careflow_events.refeeding import Refeeds
from careflow_events.sealing import Sealer
from careflow_events.testing.memory import MemoryStore, MemoryTransactions
from careflow_events.testing.memory_consumer import memory_stores
from careflow_events.testing.memory_outbox import MemoryLeases, MemoryOutbox
from careflow_events.testing.memory_restore import MemoryFences, MemoryRefeeds
from careflow_events.unpublished import Unpublished

CONSUMER = "booking"

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Backend:
    """The ports of one service. `published` answers the ids of the published events in the order of their positions."""

    transactions: Transactions
    stores: Stores
    outbox: Outbox
    unpublished: Unpublished
    leases: Leases
    fences: Fences
    refeeds: Refeeds
    published: Callable[[], Awaitable[list[str]]]
    """The ids of the published events, by position."""

    async def commit(self, call: Callable[[], Awaitable[R]]) -> R:
        """What one call writes, committed by itself."""

        async def work(_: Any) -> R:
            return await call()

        return await self.transactions.run(work, action="test", event=None)


def _new_id() -> str:
    return str(uuid4())


def memory_backend(sealer: Sealer) -> Backend:
    """A service in memory."""
    store = MemoryStore()
    outbox = MemoryOutbox(store, sealer, _new_id)

    async def published() -> list[str]:
        return [row.id for row in outbox.published()]

    return Backend(
        transactions=MemoryTransactions(store),
        stores=memory_stores(store),
        outbox=outbox,
        unpublished=outbox,
        leases=MemoryLeases(store, lambda: datetime.now(UTC)),
        fences=MemoryFences(store),
        refeeds=MemoryRefeeds(store),
        published=published,
    )


async def mongo_backend(
    client: AsyncMongoClient[dict[str, Any]],
    database: str,
    sealer: Sealer,
) -> Backend:
    """A service on a real store, with its indexes."""
    store = client[database]
    for name, index in INDEXES:
        await store[name].create_indexes([index])

    async def published() -> list[str]:
        rows = store["_outbox"].find({"position": {"$gt": 0}}).sort([("position", 1)])
        return [row["_id"] for row in await rows.to_list()]

    return Backend(
        transactions=MongoTransactions(store),
        stores=mongo_stores(store, CONSUMER),
        outbox=MongoOutbox(sealer, _new_id),
        unpublished=MongoUnpublished(store),
        leases=MongoLeases(store),
        fences=MongoFences(store),
        refeeds=MongoRefeeds(store),
        published=published,
    )
