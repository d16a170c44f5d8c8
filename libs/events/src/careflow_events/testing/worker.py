"""A worker on a real Kafka and a real store, and what a test wants to know of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import ClearanceExtended, ClearanceRevoked
from careflow_events.kafka.runner import EventsRunner
from careflow_events.kafka.worker import EventsWorker
from careflow_events.mongo import INDEXES, MongoOutbox, MongoTransactions
from careflow_events.publication import patient_subject
from careflow_events.sealing import Sealer
from careflow_events.subscription import Received, hears
from careflow_events.testing.builders import an_id, publication
from careflow_events.topics import Topic

LEASE_TTL = timedelta(seconds=3)

Breaks = Callable[[Received[Any]], Awaitable[None]]


async def never(_: Received[Any]) -> None:
    """A reaction that works."""


class Worker:
    """Booking, hearing of clearances: each event leaves one effect with its number."""

    def __init__(
        self,
        client: AsyncMongoClient[dict[str, Any]],
        database: str,
        kafka_url: str,
        *,
        service: str = "booking",
        own: Sequence[Topic] = (),
        refeed: Topic | None = None,
    ) -> None:
        self.refeed = refeed
        self._service = service
        self.database: AsyncDatabase[dict[str, Any]] = client[database]
        self.breaks: Breaks = never
        self._client = client
        self._kafka_url = kafka_url
        self.own = own

    async def make_indexes(self) -> None:
        """What the `indexes` process does."""
        for name, index in INDEXES:
            await self.database[name].create_indexes([index])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[EventsRunner]:
        """Runs until the block ends, then stops gracefully."""
        runner = self.runner()
        stopping = asyncio.Event()
        running = asyncio.create_task(runner.run(stopping))
        try:
            yield runner
        finally:
            stopping.set()
            await asyncio.wait_for(running, 20)

    def runner(self) -> EventsRunner:
        """A fresh process's worth of consumers and relay."""
        return EventsWorker(
            service=self._service,
            bootstrap_servers=self._kafka_url,
            database=self.database,
            subscriptions=[hears(ClearanceExtended, self._react), hears(ClearanceRevoked, self._react)],
            ports=None,
            transactions=MongoTransactions(self.database),
            keyring=None,
            clock=now,
            wall_clock=now,
            new_id=lambda: str(uuid4()),
            own_topics=self.own,
            refeed=self.refeed,
            lease_ttl=LEASE_TTL,
        ).runner()

    async def effects(self, subject: str | None = None) -> list[int]:
        """The numbers of the events handled, in the order of their handling."""
        query = {} if subject is None else {"subject": subject}
        found = await self.database["effects"].find(query).sort([("at", 1)]).to_list()
        return [effect["sequence"] for effect in found]

    async def parked(self) -> list[dict[str, Any]]:
        """What waits for an operator."""
        return await self.database["_parked"].find({"open": True}).sort([("_id", 1)]).to_list()

    async def _react(self, event: Received[Any], tx: Any, ports: None) -> None:  # noqa: ARG002 - a reaction's arguments
        tx.insert(
            "effects", {"_id": str(uuid4()), "subject": event.subject, "sequence": event.sequence, "at": time.time_ns()}
        )
        await self.breaks(event)


async def says(writer: Worker, *patients: int) -> None:
    """One event about each of these patients, committed one after the other."""
    outbox = MongoOutbox(Sealer({"keys": []}), lambda: str(uuid4()))
    for patient in patients:

        async def say(_: Any, patient: int = patient) -> None:
            said = [publication(patient=patient)]
            await outbox.append(said, now=now(), causation=None, correlation=None, traceparent=None)

        await MongoTransactions(writer.database).run(say, action="test", event=None)


async def nothing_unpublished(writer: Worker) -> bool:
    """Whether everything it has said is published."""
    return await writer.database["_outbox"].count_documents({"published_at": None}) == 0


async def heard(reader: Worker, *events: int) -> None:
    """Waits until the reader has so many events about patient 1, 2, …, and each once and in order. Raises TimeoutError
    or AssertionError.
    """
    subjects = [patient_subject(an_id(patient)) for patient in range(1, len(events) + 1)]

    async def all_of_it() -> bool:
        return [len(await reader.effects(each)) for each in subjects] == list(events)

    await until(all_of_it)
    assert [await reader.effects(each) for each in subjects] == [[*range(1, each + 1)] for each in events]


async def copied(worker: Worker) -> dict[str, list[dict[str, Any]]]:
    """A copy of the store, as a backup holds it."""
    database = worker.database
    return {name: await database[name].find().to_list() for name in await database.list_collection_names()}


async def put_back(worker: Worker, copy: dict[str, list[dict[str, Any]]]) -> None:
    """The store as the copy has it, and nothing else."""
    for name in await worker.database.list_collection_names():
        await worker.database[name].delete_many({})
        if copy.get(name):
            await worker.database[name].insert_many(copy[name])


async def send(kafka_url: str, records: Sequence[ConsumedRecord]) -> None:
    """Puts records into their topics as they are."""
    async with AIOKafkaProducer(bootstrap_servers=kafka_url, acks="all") as producer:
        for record in records:
            await producer.send_and_wait(
                record.topic, record.value, key=record.key, headers=[(name, value) for name, value in record.headers]
            )


async def until(condition: Callable[[], Awaitable[bool]], *, within: float = 20.0) -> None:
    """Waits for a condition. Raises TimeoutError when it never holds."""
    async with asyncio.timeout(within):
        while not await condition():  # noqa: ASYNC110 - the condition is in other systems
            await asyncio.sleep(0.02)


def now() -> datetime:
    """The time in whole milliseconds."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
