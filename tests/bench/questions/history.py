"""Whether what a service has ever said makes reading of it slower: the feed's pages at both ends of its history, and
where one event, one patient and one run are.

Invariant: the rows are copies of a real one, published in the order of their positions, as a relay would have.
"""

from __future__ import annotations

import asyncio
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pymongo import AsyncMongoClient

from careflow_cli.operators import tracing
from careflow_cli.operators.access import of_stack
from careflow_cli.operators.client import Operator
from careflow_cli.stack.services import SERVICES
from careflow_events.feed import FeedPlace, Wanted
from careflow_events.mongo import INDEXES, MongoFeed
from careflow_service.mongo.paging import cursor_at
from careflow_service.testing.commands import CommandLog
from tests.bench.questions.answers import Row, Turn
from tests.bench.questions.copies import AT_ONCE, insert
from tests.bench.questions.site import Site
from tests.bench.questions.written import Database, Document, relayed
from tests.bench.stopwatch import Times

_EVENTS_OF_EACH: Final = 20
"""Events of one patient, of one run."""
_PAGE: Final = 100
_SAID_EVERY: Final = 50_000
_WORKER: Final = "booking-worker"
_RELAY: Final = {"_id": "relay"}


class History:
    """Booking's outbox, as large as the extent says."""

    services: tuple[str, ...] = tuple(spec.name for spec in SERVICES)
    most_turns = 3

    def __init__(self) -> None:
        self._before = 0
        self._rows = 0
        self._middle: Document = {}

    async def prepare(self, site: Site) -> None:
        """Fills the outbox; says on standard error how far it is."""
        database = site.database("booking")
        await site.clinic.register()
        await relayed(database)
        await asyncio.to_thread(site.stack.stop, _WORKER)
        row, lease = await database["_outbox"].find_one(), await database["_leases"].find_one(_RELAY)
        assert row is not None
        assert lease is not None, "a relay has published that row"
        self._before = lease["published"]
        self._rows = await _fill(database, row, self._before, site.extent.history_rows, site.extent.history_seconds)
        await database["_leases"].update_one(_RELAY, {"$set": {"published": self._before + self._rows}})
        await asyncio.to_thread(site.stack.start, _WORKER)
        middle = await database["_outbox"].find_one({"position": self._before + self._rows // 2})
        assert middle is not None
        self._middle = middle

    async def turn(self, site: Site) -> Turn:
        oldest, youngest = self._before, self._before + self._rows - _PAGE * site.extent.history_pages
        pages = {"beginning": (Times(), oldest), "end": (Times(), youngest)}
        for number in range(site.extent.history_pages):
            for times, place in pages.values():
                with times.lap():
                    await _page(site, place + number * _PAGE)
        traced = {what: Times() for what in ("event", "patient", "run")}
        for _ in range(site.extent.history_traces):
            for what, times in traced.items():
                with times.lap():
                    await self._trace(site, what)
        first, last = f"a page of {_PAGE} events at the beginning", f"a page of {_PAGE} events at the end"
        return Turn(
            [
                Row.of_times(last, pages["end"][0], beside=first),
                Row.of_times(first, pages["beginning"][0]),
                *[row async for row in _counted(site, {last: (youngest, first), first: (oldest, None)})],
                *[Row.of_times(f"careflow trace of one {what}", times) for what, times in traced.items()],
            ],
            [f"{self._rows:,} events in booking's outbox, {_EVENTS_OF_EACH} of each patient"],
        )

    async def _trace(self, site: Site, what: str) -> None:
        patient = self._middle["key"].decode().partition(":")[2]
        asked = {"event": self._middle["_id"], "patient": patient, "run": self._middle["correlation"]}[what]
        services = [spec.name for spec in SERVICES]
        async with Operator(of_stack(site.stack, None)) as operator:
            found = await tracing.trace(operator, services, asked, lambda _: None)
        assert len(found.events) == (1 if what == "event" else _EVENTS_OF_EACH)
        assert found.silent == {}


async def _fill(database: Database, row: Document, behind: int, rows: int, seconds: float) -> int:
    """How many it got done. Indexes are made anew behind the rows, which takes a quarter of the time."""
    outbox = database["_outbox"]
    await outbox.drop_indexes()
    filled, until = 0, time.monotonic() + seconds
    copies = _copies(row, behind)
    while filled < rows and time.monotonic() < until:
        await insert(database, "_outbox", [next(copies) for _ in range(AT_ONCE)])
        filled += AT_ONCE
        if filled % _SAID_EVERY == 0:
            _say(f"{filled:,} of {rows:,} rows")
    for name, index in INDEXES:
        if name == outbox.name:
            _say(f"index {index.document['name']}")
            await outbox.create_indexes([index])
    return filled


def _say(what: str) -> None:
    print(f"history: {what}", file=sys.stderr, flush=True)


def _copies(row: Document, behind: int) -> Iterator[Document]:
    began, position = datetime.now(UTC) - timedelta(days=365), behind
    while True:
        subject, run = f"patient:{uuid.uuid4()}", str(uuid.uuid4())
        for sequence in range(1, _EVENTS_OF_EACH + 1):
            position += 1
            at = began + timedelta(seconds=position)
            yield row | {
                "_id": str(uuid.uuid4()),
                "stream": f"{row['topic']}/{subject}",
                "sequence": sequence,
                "key": subject.encode(),
                "correlation": run,
                "causation": None,
                "position": position,
                "recorded_at": at,
                "published_at": at,
            }


async def _page(site: Site, behind: int) -> None:
    """What stands behind that position, over HTTP."""
    place = cursor_at({"position": behind, "_id": 0}, (("position", 1), ("_id", 1)), of="booking")
    asked = {"after": place, "limit": str(_PAGE)}
    found = await site.clinic.get("booking", "/v1/events", asked, role="events_operational")
    assert len(found.json()) == _PAGE


async def _counted(site: Site, pages: dict[str, tuple[int, str | None]]) -> Any:
    """What each of these pages asks of the store, and how many documents that examines: figures no machine changes."""
    log = CommandLog()
    async with AsyncMongoClient[dict[str, Any]](
        site.stack.mongo_url("booking"), event_listeners=[log], tz_aware=True
    ) as client:
        database = client[site.stack.database("booking")]
        row = await database["_outbox"].find_one()
        assert row is not None
        for name, (behind, beside) in pages.items():
            with log.recording():
                found = await MongoFeed(database).page(Wanted(frozenset({row["topic"]})), FeedPlace(behind), _PAGE)
            assert len(found.rows) == _PAGE
            trips, examined = log.round_trips, 0
            for _, query in log.queries(database.name):
                plan = await database.command("explain", query, verbosity="executionStats")
                examined += plan["executionStats"]["totalDocsExamined"]
            for what, count in (("round trips", len(trips)), ("documents examined", examined)):
                yield Row(f"{name}: {what}", "", [count], beside=f"{beside}: {what}" if beside else None)
