"""How much passes in a second: the relay in batches and one by one, our delivery and a bare consumer.

Invariant: both sides of a comparison take records of the same kind from the same broker into the same store, with the
same writes and the same promises.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from typing import Any, Final

from aiokafka import AIOKafkaConsumer
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from careflow_events.checkpoint import Checkpoints
from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import ClearanceExtended
from careflow_events.delivery import Delivery, Rewind
from careflow_events.faults import diagnosis
from careflow_events.handling import Handling
from careflow_events.kafka.broker import make_broker
from careflow_events.kafka.partitions import Starts
from careflow_events.kafka.pauses import Pauses
from careflow_events.kafka.producer import KafkaRecordProducer
from careflow_events.lease import HeldLease
from careflow_events.mongo import (
    INDEXES,
    CommitWatch,
    MongoLeases,
    MongoOutbox,
    MongoTransactions,
    MongoUnpublished,
    mongo_stores,
    store_is_away,
)
from careflow_events.producing import outgoing
from careflow_events.publication import Publication
from careflow_events.relay import Relay
from careflow_events.sealing import Sealer
from careflow_events.subscription import Received, hears
from careflow_events.testing.builders import NOON, publication
from careflow_service.clock import wall_clock
from careflow_service.ids import new_id
from careflow_service.mongo.indexes import ensure_indexes
from tests.bench import listening
from tests.bench.floors import commit
from tests.bench.stopwatch import Times
from tests.bench.topics import PATIENTS, in_topic, make_topic, send

RELAY_BATCHED: Final = "relay, batched"
RELAY_ALONE: Final = "relay, one by one"
DELIVERY: Final = "our delivery"
BARE_CONSUMER: Final = "bare consumer"

LEASE_TTL: Final = timedelta(hours=1)
"""So long that renewing it is no part of what is timed."""
_ROWS_PER_APPEND: Final = 100
_PATIENCE_SECONDS: Final = 30.0
_FAULTS: Final = diagnosis(store_is_away)


@dataclass(frozen=True, slots=True)
class Throughput:
    """What -> how many a second, in each turn."""

    turns: Mapping[str, Sequence[float]]

    @property
    def per_second(self) -> dict[str, float]:
        """What -> the median of its turns."""
        return {name: median(rates) for name, rates in self.turns.items()}

    @property
    def ratios(self) -> dict[str, float]:
        """By how much each is faster than what it is compared with: the median of the turns."""
        return {
            RELAY_BATCHED: self._faster(RELAY_BATCHED, RELAY_ALONE),
            DELIVERY: self._faster(DELIVERY, BARE_CONSUMER),
            listening.SUBSCRIBER: self._faster(listening.SUBSCRIBER, listening.BARE_LOOP),
            listening.VERIFY: self._faster(listening.VERIFY, listening.BARE_LOOP),
        }

    def _faster(self, this: str, than: str) -> float:
        return median(mine / other for mine, other in zip(self.turns[this], self.turns[than], strict=True))


async def measure(
    store_url: str, kafka_url: str, *, turns: int, rows: int, alone: int, events: int, read: int
) -> Throughput:
    """In each turn relay `rows` in batches and `alone` one by one, consume `events` twice, and read `read` thrice."""
    rates: dict[str, list[float]] = {RELAY_BATCHED: [], RELAY_ALONE: [], DELIVERY: [], BARE_CONSUMER: []}
    async with _database(store_url, "bench_relay") as database:
        relay = _Relaying(database, kafka_url, await make_topic(kafka_url, 3))
        async with relay.leading():
            for _ in range(turns):
                rates[RELAY_ALONE].append(await relay.one_by_one(alone))
                rates[RELAY_BATCHED].append(await relay.batched(rows))
    for _ in range(turns):
        topic = await make_topic(kafka_url, 3)
        await send(kafka_url, topic, events)
        async with _database(store_url, "bench_bare") as database:
            rates[BARE_CONSUMER].append(await _consume_bare(database, kafka_url, topic, events))
        async with _database(store_url, "bench_delivery") as database:
            rates[DELIVERY].append(await _deliver(database, kafka_url, topic, events))
    return Throughput(rates | await listening.measure(kafka_url, turns=turns, records=read))


@asynccontextmanager
async def _database(store_url: str, name: str) -> AsyncIterator[AsyncDatabase[dict[str, Any]]]:
    async with AsyncMongoClient[dict[str, Any]](store_url, tz_aware=True) as client:
        await ensure_indexes(client[name], INDEXES)
        await client[name].create_collection("effects")
        try:
            yield client[name]
        finally:
            await client.drop_database(name)


class _Relaying:
    """The real relay on an outbox whose rows go to a topic of their own."""

    def __init__(self, database: AsyncDatabase[dict[str, Any]], kafka_url: str, topic: str) -> None:
        self._database = database
        self._topic = topic
        self._unpublished = MongoUnpublished(database)
        self._producer = KafkaRecordProducer(kafka_url, "bench-relay")
        self._lease = HeldLease(MongoLeases(database), "relay", "bench", ttl=LEASE_TTL)
        self._relay = Relay(
            unpublished=self._unpublished,
            lease=self._lease,
            producer=self._producer,
            checkpoints=Checkpoints((), self._producer, new_id),
            hint=CommitWatch(database).hint("_outbox"),
            clock=wall_clock,
            fault_of=_FAULTS,
        )

    @asynccontextmanager
    async def leading(self) -> AsyncIterator[None]:
        """Connected, with the lease, before any clock starts."""
        try:
            await self._producer.partitions(self._topic)
            await self._lease.hold()
            yield
        finally:
            await self._producer.close()

    async def batched(self, rows: int) -> float:
        """Rows a second, as the relay does it."""
        await self._append(rows)
        with _timed(rows) as rate:
            while await self._relay.turn():
                pass
        return rate()

    async def one_by_one(self, rows: int) -> float:
        """Rows a second, each fetched, sent and marked before the next."""
        await self._append(rows)
        with _timed(rows) as rate:
            for _ in range(rows):
                grant = await self._lease.hold()
                assert grant is not None
                fetched = await self._unpublished.fetch(1, ())
                (answer,) = await self._producer.publish([outgoing(row) for row in fetched])
                assert answer.stored
                await self._unpublished.mark(fetched, grant, wall_clock())
        return rate()

    async def _append(self, rows: int) -> None:
        outbox = MongoOutbox(Sealer({"keys": []}), new_id)
        for first in range(0, rows, _ROWS_PER_APPEND):
            said = [publication(patient=number) for number in range(min(_ROWS_PER_APPEND, rows - first))]

            async def append(_: Any, said: Sequence[Publication] = said) -> None:
                await outbox.append(said, now=NOON, causation=None, correlation=None, traceparent=None)

            await MongoTransactions(self._database).run(append, action="bench", event=None)
        await self._database["_outbox"].update_many({"published_at": None}, {"$set": {"topic": self._topic}})


@contextmanager
def _timed(count: int) -> Iterator[Callable[[], float]]:
    """Gives a function that answers, after the block, how many of `count` passed in a second."""
    times = Times()
    with times.lap():
        yield lambda: count / times.seconds[0]


@dataclass(slots=True)
class _Meter:
    """Counts what was handled; the first event of each patient is warming up."""

    expected: int
    handled: int = 0
    warmed_up: int = 0
    began: float | None = None
    ended: float = 0.0
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def more(self, count: int, *, since: float) -> None:
        """`since`: when these began to be handled. What began once everybody was warm is counted."""
        if self.began is None and self.handled >= min(PATIENTS, self.expected - count):
            self.began, self.warmed_up = since, self.handled
        self.handled += count
        self.ended = time.perf_counter()
        if self.handled >= self.expected:
            self.done.set()

    @property
    def per_second(self) -> float:
        assert self.began is not None
        return (self.handled - self.warmed_up) / (self.ended - self.began)


async def _deliver(database: AsyncDatabase[dict[str, Any]], kafka_url: str, topic: str, events: int) -> float:
    """FastStream, Delivery, position and effect: what a worker does with an event, without a service."""
    with in_topic(topic):
        return await _deliver_from(database, kafka_url, topic, events)


async def _deliver_from(database: AsyncDatabase[dict[str, Any]], kafka_url: str, topic: str, events: int) -> float:
    meter = _Meter(events)

    async def react(event: Received[ClearanceExtended], tx: Any, ports: None) -> None:
        tx.insert("effects", {"_id": event.id, "subject": event.subject, "sequence": event.sequence})

    handling = Handling(
        consumer="bench",
        subscriptions=[hears(ClearanceExtended, react)],
        ports=None,
        transactions=MongoTransactions(database),
        stores=mongo_stores(database, "bench"),
        keyring=None,
        clock=wall_clock,
        wall_clock=wall_clock,
    )
    delivery = Delivery(handling, fault_of=_FAULTS)

    async def deliver(records: Sequence[ConsumedRecord]) -> Sequence[Rewind]:
        began = time.perf_counter()
        rewinds = await delivery.deliver_together(records)
        meter.more(len(records), since=began)
        return rewinds

    assert await Starts(kafka_url, "bench", handling.stores.consumers).prepare(topic) is None
    begins = (await handling.stores.consumers.feed(topic)).offsets
    broker = make_broker(kafka_url, "bench", {topic: begins}, deliver=deliver, pauses=Pauses())
    await broker.start()
    try:
        await asyncio.wait_for(meter.done.wait(), _PATIENCE_SECONDS)
    finally:
        await broker.stop()
    assert await database["effects"].count_documents({}) == events
    return meter.per_second


async def _consume_bare(database: AsyncDatabase[dict[str, Any]], kafka_url: str, topic: str, events: int) -> float:
    """The least that keeps the same promise: position and effect in one transaction, then the offset."""
    meter = _Meter(events)
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=kafka_url, group_id=f"bare.{topic}", enable_auto_commit=False,
        auto_offset_reset="earliest",
    )  # fmt: skip
    async with consumer, asyncio.timeout(_PATIENCE_SECONDS):
        while not meter.done.is_set():
            record = await consumer.getone()
            began = time.perf_counter()

            async def handle(session: AsyncClientSession, record: Any = record) -> None:
                position = {"$set": {"last": record.offset}}
                await database["_positions"].update_one({"_id": record.key}, position, upsert=True, session=session)
                effect = {"_id": new_id(), "subject": record.key, "sequence": record.offset}
                await database["effects"].insert_one(effect, session=session)

            await commit(database.client, handle)
            await consumer.commit()
            meter.more(1, since=began)
    return meter.per_second
