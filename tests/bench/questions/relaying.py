"""How fast a worker's relay drains an outbox that has grown while it was down, and whether a row waits for ever.

Invariant: the rows are copies of a real one and go to a topic that nobody reads; the clock is the relay's own, which
writes down when it published each.
"""

from __future__ import annotations

import asyncio
import uuid
from contextlib import suppress
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


@dataclass(frozen=True, slots=True)
class Drained:
    """`overtaken`: how many younger rows left before a row of an ordinary stream did, at most. `left`: rows that still
    waited when there was no more time.
    """

    per_second: float
    overtaken: int
    left: int


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
        """From the first batch to the last, or to the end of the time there is."""
        database, prefix = self.site.database("booking"), f"bench/{uuid.uuid4().hex}"
        of_this = {"stream": {"$gte": prefix, "$lt": f"{prefix}~"}}
        await asyncio.to_thread(self.site.stack.stop, _WORKER)
        await insert(database, "_outbox", self._rows(prefix, rows))
        await asyncio.to_thread(self.site.stack.start, _WORKER)
        with suppress(TimeoutError):
            await relayed(database, within=self.site.extent.relaying_seconds)
        found = database["_outbox"].find(of_this, {"stream": 1, "recorded_at": 1, "published_at": 1})
        by_age = sorted(await found.to_list(), key=lambda row: row["recorded_at"])
        assert len(by_age) == rows, "no row is lost"
        await asyncio.to_thread(self.site.stack.stop, _WORKER)
        await database["_outbox"].delete_many(of_this)
        await asyncio.to_thread(self.site.stack.start, _WORKER)
        return drained(by_age, hot=f"{prefix}-hot")

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


def drained(by_age: list[Document], hot: str) -> Drained:
    """What rows tell, from the oldest to the youngest. The rows of the first batch started the clock and are not
    counted; those of the stream `hot` have so many before them that others may go first.
    """
    at = [row["published_at"] for row in by_age if row["published_at"] is not None]
    took = (max(at) - min(at)).total_seconds() if at else 0.0
    counted = sum(each > min(at) for each in at)
    ordinary = [row["published_at"] for row in by_age if row["stream"] != hot and row["published_at"] is not None]
    order = sorted(range(len(ordinary)), key=lambda age: (ordinary[age], age))
    return Drained(
        per_second=counted / took if took else 0.0,
        overtaken=max((left - age for left, age in enumerate(order)), default=0),
        left=len(by_age) - len(at),
    )


class Relay:
    """A worker that comes back after a while, beside a loop that sends one row after the other."""

    services: tuple[str, ...] = ("booking",)
    most_turns = 1

    def __init__(self) -> None:
        self._backlog: OutboxBacklog

    async def prepare(self, site: Site) -> None:
        self._backlog = await OutboxBacklog.of(site)

    async def turn(self, site: Site) -> Turn:
        alone = await self._backlog.one_by_one(site.extent.relayed_alone)
        together = await self._backlog.drained(site.extent.rows)
        bare = "bare loop: fetch, send, mark one row"
        return Turn(
            [
                Row(f"relay drains {site.extent.rows:,} rows", PER_SECOND, [together.per_second], beside=bare),
                Row(bare, PER_SECOND, [alone]),
                Row("a row is overtaken by at most", "younger rows", [together.overtaken]),
                Row(f"rows left after {site.extent.relaying_seconds:.0f} s", "rows", [together.left]),
            ],
            ["no process relays one by one, so the batches stand beside a bare loop that does"],
        )
