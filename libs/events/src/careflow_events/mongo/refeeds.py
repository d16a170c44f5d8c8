"""Feedings in `_refeeds`: one document each, kept for 90 days after it is finished."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, Final

from pymongo.asynchronous.database import AsyncDatabase

from careflow_events.lease import RELAY_LEASE
from careflow_events.mongo.collections import Document, collection, committed
from careflow_events.mongo.fences import published_of
from careflow_events.mongo.indexes import FEEDING
from careflow_events.mongo.outbox import row_of
from careflow_events.mongo.unit import unit_of_work
from careflow_events.outbox import OutboxRow
from careflow_events.refeeding import Refeed, Selection

REFEEDS: Final = "_refeeds"
KEPT: Final = timedelta(days=90)


class MongoRefeeds:
    """The `Refeeds` port of one service."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._refeeds = collection(database, REFEEDS)
        self._outbox = committed(database, "_outbox")
        self._leases = committed(database, "_leases")

    async def count(self, selection: Selection) -> int:
        """See `careflow_events.refeeding.Refeeds.count`."""
        return await self._outbox.count_documents(_query(selection, 0))

    async def request(self, refeed: Refeed) -> None:
        """See `careflow_events.refeeding.Refeeds.request`."""
        unit_of_work().insert(REFEEDS, {"_id": refeed.id, "feeding": True, **_fields(refeed)})

    async def waiting(self) -> Sequence[Refeed]:
        """See `careflow_events.refeeding.Refeeds.waiting`."""
        found = await self._refeeds.find({"feeding": True}).sort([("_id", 1)]).hint(FEEDING).to_list()
        return [_refeed(each) for each in found]

    async def recent(self, limit: int) -> Sequence[Refeed]:
        """See `careflow_events.refeeding.Refeeds.recent`."""
        found = await self._refeeds.find({"_id": {"$gt": ""}}).sort([("_id", -1)]).limit(limit).to_list()
        return [_refeed(each) for each in found]

    async def rows(self, refeed: Refeed, limit: int) -> Sequence[OutboxRow]:
        """See `careflow_events.refeeding.Refeeds.rows`."""
        if refeed.selection.stream is not None:
            found = self._outbox.find(_query(refeed.selection, refeed.after)).sort([("sequence", 1)]).limit(limit)
            return [row_of(each) for each in await found.to_list()]
        return await self._rows_of_topic(refeed, limit)

    async def _rows_of_topic(self, refeed: Refeed, limit: int) -> Sequence[OutboxRow]:
        """So many positions at a time: a store that reads a range whole before it sorts and limits reads no more."""
        lease = await self._leases.find_one({"_id": RELAY_LEASE}, {"published": 1})
        for after in range(refeed.after, published_of(lease), limit):
            query = _query(refeed.selection, after)
            query["position"]["$lte"] = after + limit
            if rows := await self._outbox.find(query).sort([("position", 1)]).to_list():
                return [row_of(each) for each in rows]
        return []

    async def note(self, refeed: Refeed, rows: Sequence[OutboxRow]) -> Refeed:
        """See `careflow_events.refeeding.Refeeds.note`."""
        last = rows[-1]
        after = last.sequence
        if refeed.selection.stream is None:
            row = await self._outbox.find_one({"_id": last.id}, {"position": 1})
            assert row is not None
            after = row["position"]
        noted = replace(refeed, after=after, fed=refeed.fed + len(rows))
        await self._refeeds.update_one({"_id": refeed.id}, {"$set": {"after": noted.after, "fed": noted.fed}})
        return noted

    async def finish(self, refeed: Refeed, at: datetime) -> None:
        """See `careflow_events.refeeding.Refeeds.finish`."""
        done = {"$set": {"finished_at": at, "expires_at": at + KEPT}, "$unset": {"feeding": 1}}
        await self._refeeds.update_one({"_id": refeed.id}, done)


def _query(selection: Selection, after: int) -> Document:
    if selection.stream is None:
        query: Document = {"position": {"$gt": after}, "topic": selection.topic}
    else:
        numbers = {"$gt": max(after, (selection.first or 1) - 1)}
        if selection.last is not None:
            numbers["$lte"] = selection.last
        query = {"stream": selection.stream, "sequence": numbers, "published_at": {"$ne": None}}
    if selection.since is not None:
        query["recorded_at"] = {"$gte": selection.since}
    return query


def _fields(refeed: Refeed) -> Document:
    fields = asdict(refeed)
    del fields["id"]
    return fields


def _refeed(document: Mapping[str, Any]) -> Refeed:
    return Refeed(
        id=document["_id"],
        to=document["to"],
        selection=Selection(**document["selection"]),
        events=document["events"],
        requested_at=document["requested_at"],
        after=document["after"],
        fed=document["fed"],
        finished_at=document["finished_at"],
    )
