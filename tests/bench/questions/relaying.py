"""How fast a worker's relay drains an outbox that has grown while it was down, and whether a row waits for ever.

Invariant: the rows are copies of a real one and go to a topic that nobody reads; the clock is the relay's own, which
writes down when it published each.
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from aiokafka import AIOKafkaProducer

from tests.bench.questions.answers import PER_SECOND, Row, Turn
from tests.bench.questions.copies import insert, rows_to_relay
from tests.bench.questions.site import Site
from tests.bench.questions.written import FLOOR_DATABASE, Document, relayed
from tests.bench.stopwatch import Times
from tests.bench.topics import make_topic

_WORKER: Final = "booking-worker"
_ROWS_PER_STREAM: Final = 50
_OF_ONE_STREAM: Final = 0.05
"""The oldest rows are all of one stream, as large a share as this: the others must not wait behind it."""
_DRAINING_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Drained:
    """`overtaken`: how many younger rows left before a row of an ordinary stream did, at most."""

    per_second: float
    overtaken: int


@dataclass(slots=True)
class OutboxBacklog:
    """Makes one and lets the worker drain it."""

    site: Site
    row: Document
    topic: str

    @classmethod
    async def of(cls, site: Site) -> OutboxBacklog:
        """With a topic of its own, and a real row to copy."""
        await site.clinic.register()
        row = await site.database("booking")["_outbox"].find_one()
        assert row is not None, "a registration says something"
        return cls(site, row, await make_topic(site.stack.kafka_url, 3))

    async def drained(self, rows: int) -> Drained:
        """From the first batch to the last."""
        database, prefix = self.site.database("booking"), f"bench/{uuid.uuid4().hex}"
        of_this = {"stream": {"$gte": prefix, "$lt": f"{prefix}~"}}
        await asyncio.to_thread(self.site.stack.stop, _WORKER)
        await insert(database, "_outbox", self._rows(prefix, rows))
        await asyncio.to_thread(self.site.stack.start, _WORKER)
        await relayed(database, within=_DRAINING_SECONDS)
        found = database["_outbox"].find(of_this, {"stream": 1, "recorded_at": 1, "published_at": 1})
        published = sorted(await found.to_list(), key=lambda row: row["recorded_at"])
        await database["_outbox"].delete_many(of_this)
        assert len(published) == rows, "every row was published, none twice"
        return _drained(published, hot=f"{prefix}-hot")

    def _rows(self, prefix: str, rows: int) -> list[Document]:
        hot, streams = int(rows * _OF_ONE_STREAM), max(1, rows // _ROWS_PER_STREAM)
        ordinary = [f"{prefix}-{number % streams}" for number in range(rows - hot)]
        began = datetime.now(UTC) - timedelta(hours=1)
        return rows_to_relay(self.row, self.topic, [*[f"{prefix}-hot"] * hot, *ordinary], began)

    async def one_by_one(self, rows: int) -> float:
        """The driver alone: fetch the oldest, send, mark."""
        client = self.site.client("booking")
        outbox = client[FLOOR_DATABASE]["_outbox"]
        await outbox.create_index([("published_at", 1), ("recorded_at", 1)])
        await insert(client[FLOOR_DATABASE], "_outbox", self._rows("bench", rows))
        whole, kafka = Times(), self.site.stack.kafka_url
        async with AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True) as producer:
            with whole.lap():
                for _ in range(rows):
                    row = await outbox.find_one({"published_at": None}, sort=[("recorded_at", 1)])
                    assert row is not None
                    headers = [(name, value) for name, value in row["headers"]]
                    await producer.send_and_wait(self.topic, row["record"], key=row["key"], headers=headers)
                    await outbox.update_one({"_id": row["_id"]}, {"$set": {"published_at": datetime.now(UTC)}})
        await client.drop_database(FLOOR_DATABASE)
        return rows / whole.seconds[0]


def _drained(published: list[Document], hot: str) -> Drained:
    """`published` by age. Rows of the first batch started the clock and are not counted."""
    first, last = (pick(row["published_at"] for row in published) for pick in (min, max))
    counted = sum(row["published_at"] > first for row in published)
    took = (last - first).total_seconds()
    return Drained(counted / took if took else 0.0, most_overtaken(published, hot))


def most_overtaken(published: list[Document], hot: str) -> int:
    """The largest number of younger rows that left before one that is not of the stream `hot`."""
    ordinary = [row["published_at"] for row in published if row["stream"] != hot]
    most, order = 0, sorted(range(len(ordinary)), key=lambda age: (ordinary[age], age))
    for left, age in enumerate(order):
        most = max(most, left - age)
    return most


class Relay:
    """A worker that comes back after a while, beside a loop that sends one row after the other."""

    services: tuple[str, ...] = ("booking",)

    def __init__(self) -> None:
        self._backlog: OutboxBacklog

    async def prepare(self, site: Site) -> None:
        self._backlog = await OutboxBacklog.of(site)

    async def turn(self, site: Site) -> Turn:
        alone = await self._backlog.one_by_one(site.extent.relayed_alone)
        drained = await self._backlog.drained(site.extent.rows)
        bare = "bare loop: fetch, send, mark one row"
        return Turn(
            [
                Row(f"relay drains {site.extent.rows:,} rows", PER_SECOND, [drained.per_second], beside=bare),
                Row(bare, PER_SECOND, [alone]),
                Row("a row is overtaken by at most", "younger rows", [drained.overtaken]),
            ],
            ["no process relays one by one: batches stand beside a bare loop that does. Every row was published once"],
        )
