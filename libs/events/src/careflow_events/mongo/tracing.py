"""What a service's store tells of events: those it has said, and those it was told. Every question is answered by an
index and in pages, and none reads what is in an event.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pymongo.asynchronous.database import AsyncDatabase

from careflow_events.mongo.collections import Document, committed
from careflow_events.mongo.outbox import type_of
from careflow_events.mongo.owners import Owners, owner_of
from careflow_events.mongo.parked import MongoParked
from careflow_events.mongo.positions import MongoPositions
from careflow_events.outbox import StreamPosition
from careflow_events.parked import ParkedRecord
from careflow_events.positions import Position
from careflow_events.producing import Place
from careflow_events.tracing import Followed, Hears, Said, Standpoint, standpoint

_SHOWN: Final = {"record": 0, "key": 0}


class MongoTraces:
    """What one service says of events, as writer and as consumer."""

    def __init__(self, database: AsyncDatabase[Document], consumer: str, hears: Hears) -> None:
        self._outbox = committed(database, "_outbox")
        self._positions = MongoPositions(database, consumer)
        self._parked = MongoParked(database, consumer)
        self._owners = Owners(database)
        self._hears = hears

    async def said(self, event_id: str) -> Said | None:
        """The event of that id that this service has said."""
        document = await self._outbox.find_one({"_id": event_id}, _SHOWN)
        return None if document is None else _said(document)

    async def said_in_run(self, correlation: str, *, limit: int, after: str | None = None) -> list[Said]:
        """Events of one run through the system, by id, after the id `after`."""
        query: Document = {"correlation": correlation}
        if after is not None:
            query["_id"] = {"$gt": after}
        found = self._outbox.find(query, _SHOWN).sort([("_id", 1)]).limit(limit)
        return [_said(each) for each in await found.to_list()]

    async def said_in(self, streams: Sequence[str], *, limit: int, after: StreamPosition | None = None) -> list[Said]:
        """Events of these streams, stream by stream in their order, behind the place `after`."""
        found: list[Said] = []
        for stream in sorted(streams):
            if after is not None and stream < after.stream:
                continue
            beyond = after.sequence if after is not None and stream == after.stream else 0
            query = {"stream": stream, "sequence": {"$gt": beyond}}
            rows = self._outbox.find(query, _SHOWN).sort([("sequence", 1)]).limit(limit - len(found))
            found += [_said(each) for each in await rows.to_list()]
            if len(found) == limit:
                break
        return found

    async def told(self, events: Sequence[Followed]) -> list[Standpoint]:
        """How this consumer stands to each of these events."""
        heard = [each for each in events if each.topic in self._hears.topics]
        positions = await self._positions.of_streams({each.stream for each in heard})
        parked: dict[str | None, list[ParkedRecord]] = {}
        for record in await self._parked.of_events({each.id for each in heard}):
            parked.setdefault(record.event_id, []).append(record)
        erased = await self._owners.erased_among({owner_of(each.subject) for each in heard})
        return [
            standpoint(
                each,
                positions.get(each.stream, Position(each.stream, None)),
                parked.get(each.id, []),
                self._hears,
                erased=owner_of(each.subject) in erased,
            )
            for each in events
        ]

    async def parked(self, event_id: str) -> Sequence[ParkedRecord]:
        """What this consumer keeps, open or settled, under that event's id."""
        return await self._parked.of_events({event_id})

    async def waiting_in(self, subject: str, limit: int) -> list[ParkedRecord]:
        """What waits in the streams of one subject."""
        found: list[ParkedRecord] = []
        for topic in sorted(self._hears.topics):
            found += await self._parked.open_records(stream=f"{topic}/{subject}", cause=None, limit=limit, after=None)
        return found[:limit]


def _said(document: Mapping[str, Any]) -> Said:
    offset = document.get("offset")
    return Said(
        id=document["_id"],
        type=type_of(document),
        stream=document["stream"],
        sequence=document["sequence"],
        recorded_at=document["recorded_at"],
        published_at=document["published_at"],
        place=None if offset is None else Place(document["partition"], offset),
        correlation=document["correlation"],
        causation=document["causation"],
        orphan=document.get("orphan", False),
    )
