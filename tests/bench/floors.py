"""The bare floors: the same work on the same store and broker with nothing but the drivers.

Invariant: a floor does as many writes as what it is compared with, with the same promises: majority, journaled,
snapshot; every replica acknowledges; the offset is committed after the writes.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pymongo import AsyncMongoClient, InsertOne, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from careflow_service.ids import new_id

PAYLOAD = os.urandom(1024)
"""About as much as a row or an event holds."""
BULK = "bulkWrite: "


async def commit(client: AsyncMongoClient[dict[str, Any]], fn: Any) -> None:
    """One transaction as the services make them."""
    async with client.start_session() as session:
        await session.with_transaction(
            fn, read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority", j=True)
        )


class BareTransaction:
    """The writes of a command or reaction, one for one, as one bulk write and its commit; none of its reads."""

    def __init__(self, database: AsyncDatabase[dict[str, Any]], round_trips: Sequence[str]) -> None:
        bulks = (trip.removeprefix(BULK) for trip in round_trips if trip.startswith(BULK))
        named = (write.partition(" ") for bulk in bulks for write in bulk.split(", "))
        self._writes = [(kind, f"{database.name}.floor_{where}") for kind, _, where in named]
        self._database = database

    async def prepare(self) -> None:
        """Make what is updated, and the collections, which no transaction of a service makes either."""
        for where in {where for _, where in self._writes}:
            updated = {"$set": {"payload": PAYLOAD, "times": 0}}
            collection = self._database[where.partition(".")[2]]
            await collection.update_one({"_id": "updated"}, updated, upsert=True)

    async def __call__(self, number: int) -> None:
        client = self._database.client
        async with client.start_session(causal_consistency=False) as session:
            await session.with_transaction(self._write, write_concern=WriteConcern("majority", j=True))

    async def _write(self, session: AsyncClientSession) -> None:
        models = [_model(kind, where) for kind, where in self._writes]
        await self._database.client.bulk_write(models, session=session, ordered=True)


def _model(kind: str, where: str) -> InsertOne[dict[str, Any]] | UpdateOne:
    if kind == "insert":
        return InsertOne({"_id": new_id(), "payload": PAYLOAD}, namespace=where)
    return UpdateOne({"_id": "updated"}, {"$inc": {"times": 1}}, namespace=where)


@dataclass(frozen=True, slots=True)
class BareKafka:
    """A producer and a consumer of one topic, without anything around them."""

    producer: AIOKafkaProducer
    consumer: AIOKafkaConsumer
    acknowledged: str
    """A topic that nobody reads."""
    consumed: str

    async def acknowledge(self, number: int) -> None:
        """One record, until every replica has it."""
        await self.producer.send_and_wait(self.acknowledged, PAYLOAD, key=b"bench")

    async def consume(self, react: BareTransaction, number: int) -> None:
        """One record, until it was consumed, its writes are committed and so is its offset."""
        await self.producer.send(self.consumed, PAYLOAD, key=b"bench")
        await self.consumer.getone()
        await react(number)
        await self.consumer.commit()


@asynccontextmanager
async def bare_kafka(kafka_url: str, *, acknowledged: str, consumed: str) -> AsyncIterator[BareKafka]:
    """Both clients, connected, the consumer with its partitions assigned."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka_url, acks="all", enable_idempotence=True)
    consumer = AIOKafkaConsumer(
        consumed, bootstrap_servers=kafka_url, group_id=f"floor.{consumed}", enable_auto_commit=False,
        auto_offset_reset="earliest",
    )  # fmt: skip
    async with producer, consumer:
        yield BareKafka(producer, consumer, acknowledged, consumed)
