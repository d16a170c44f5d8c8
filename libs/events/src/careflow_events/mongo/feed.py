"""The feed in MongoDB: pages of `_outbox` by position, and one change stream for all who wait for the next.

Invariant: where the feed ends is read before its rows, so a page never shows a row behind one that it does not show.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from pymongo.asynchronous.cursor import AsyncCursor
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from careflow_events.feed import (
    BYTES_PER_PAGE,
    EXAMINED_PER_PAGE,
    Extent,
    FeedPage,
    FeedPlace,
    PlaceGone,
    Sighted,
    Wanted,
)
from careflow_events.lease import RELAY_LEASE
from careflow_events.mongo.collections import Document, collection, committed
from careflow_events.mongo.fences import published_of, restores_of
from careflow_events.mongo.outbox import row_of, type_of
from careflow_events.mongo.watch import SharedStream

MOST_WAITING: Final = 1_000
"""Readers who wait in one process; more are answered at once."""
_ASK_SECONDS: Final = 0.25
"""How often the store is asked for all who wait while there is no change stream."""
_ASK_ANYWAY_SECONDS: Final = 2.0


class MongoFeed:
    """What one service has said, page by page, and how to wait for more of it."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._outbox = committed(database, "_outbox")
        self._leases = committed(database, "_leases")
        self._waiting: set[_Waiter] = set()
        self._hinted = asyncio.Event()
        self._stream = SharedStream(
            collection(database, "_leases"), wanted=lambda: bool(self._waiting), tell=lambda _: self._hinted.set()
        )
        self._following: asyncio.Task[None] | None = None
        self._seen = 0
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many readers wait."""
        return len(self._waiting)

    @property
    def listening(self) -> bool:
        """Whether the change stream is open."""
        return self._stream.listening

    async def page(self, wanted: Wanted, after: FeedPlace | None, limit: int) -> FeedPage:
        """Up to `limit` wanted events behind `after`, or from the oldest there is. It looks at no more than
        EXAMINED_PER_PAGE events, or at those of one subject, so it may be empty before the end. Raises PlaceGone.
        """
        extent = await self._extent()
        standing = await self._standing(extent, after)
        end = extent.head
        if wanted.subject is None:
            end = min(end, standing.position + EXAMINED_PER_PAGE)
        documents: list[Document] = []
        size = 0
        async with aclosing(self._between(wanted, standing.position, end, limit)) as found:
            async for document in found:
                if not wanted.sees(_sighted(document)):
                    continue
                size += len(document["record"])
                if documents and size > BYTES_PER_PAGE:
                    break
                documents.append(document)
                if len(documents) == limit:
                    break
        if len(documents) == limit or size > BYTES_PER_PAGE:
            end = documents[-1]["position"]
        return FeedPage(
            rows=[row_of(each) for each in documents],
            places=[extent.at(each["position"]) for each in documents],
            next=extent.at(end),
            caught_up=end == extent.head,
        )

    async def end(self) -> FeedPlace:
        """The place behind everything that is published."""
        extent = await self._extent()
        return extent.at(extent.head)

    async def since(self, instant: datetime) -> FeedPlace:
        """The place before what was published at `instant` or later, as the relay's clock had it; each look halves what
        is left, for that clock goes on with the positions.
        """
        extent = await self._extent()
        before, behind = (await self._oldest(extent)).position, extent.head + 1
        while behind - before > 1:
            middle = (before + behind) // 2
            found = await self._outbox.find_one({"position": middle}, {"published_at": 1})
            if found is not None and found["published_at"] >= instant:
                behind = middle
            else:
                before = middle
        return extent.at(before)

    async def around(self, event_id: str, wanted: Wanted) -> tuple[FeedPlace, FeedPlace] | None:
        """The places before and behind this event; None where it is not published, not among what is wanted, or was
        emptied by an erasure.
        """
        found = await self._outbox.find_one({"_id": event_id})
        if found is None or found["position"] is None or not found["record"] or not wanted.sees(_sighted(found)):
            return None
        extent = await self._extent()
        return extent.at(found["position"] - 1), extent.at(found["position"])

    async def sighted(self, behind: int, to: int) -> list[Sighted]:
        """What is at the positions behind `behind` up to `to`, in no order."""
        between = {"position": {"$gt": behind, "$lte": to}}
        shown = {"position": 1, "topic": 1, "key": 1, "headers": 1}
        return [_sighted(each) async for each in self._outbox.find(between, shown)]

    async def until(self, wanted: Wanted, behind: FeedPlace) -> bool:
        """Returns once something wanted may be behind that place; the caller limits the time. False: too many wait, or
        the process stops.
        """
        if self._closed or len(self._waiting) >= MOST_WAITING:
            return False
        waiter = _Waiter(wanted, behind.position)
        self._waiting.add(waiter)
        try:
            if self._following is None or self._following.done():
                self._following = asyncio.create_task(self._follow())
            elif self._seen > behind.position:
                return True
            await waiter.woken.wait()
            return not self._closed
        finally:
            self._waiting.discard(waiter)

    def close(self) -> None:
        """Lets go of everybody who waits, for good: the process stops."""
        self._closed = True
        for waiter in self._waiting:
            waiter.woken.set()

    async def _between(self, wanted: Wanted, after: int, end: int, first: int) -> AsyncGenerator[Document, None]:
        """What is there, by position: so many at first, which is a page where most is wanted, and what is left after
        that. About one subject there is little, and it is read at once.
        """
        if wanted.subject is None and after + first < end:
            async with self._in_order(_query(wanted, after, after + first)) as found:
                async for document in found:
                    yield document
            after += first
        async with self._in_order(_query(wanted, after, end)) as found:
            async for document in found:
                yield document

    def _in_order(self, query: Document) -> AsyncCursor[Document]:
        return self._outbox.find(query, batch_size=EXAMINED_PER_PAGE + 1).sort([("position", 1)])

    async def _extent(self) -> Extent:
        lease = await self._leases.find_one({"_id": RELAY_LEASE}, {"published": 1, "restores": 1})
        return Extent(published_of(lease), restores_of(lease))

    async def _standing(self, extent: Extent, after: FeedPlace | None) -> FeedPlace:
        """Positions have no holes, so a reader misses nothing whose next event is there."""
        standing = extent.at(0) if after is None else extent.standing(after)
        if standing is not None:
            if standing.position == extent.head:
                return standing
            if await self._outbox.find_one({"position": standing.position + 1}, {"_id": 1}) is not None:
                return standing
        oldest = await self._oldest(extent)
        if after is None:
            return oldest
        raise PlaceGone(oldest)

    async def _oldest(self, extent: Extent) -> FeedPlace:
        """The place before the oldest event there is; asked for only when something was removed."""
        known = {"position": {"$gt": 0, "$lte": extent.head}}
        first = await self._outbox.find_one(known, {"position": 1}, sort=[("position", 1)])
        return extent.at(extent.head if first is None else first["position"] - 1)

    async def _follow(self) -> None:
        """Wakes whom something new concerns, as long as anybody waits. What was published is read once for all."""
        self._seen = 0
        while self._waiting:
            self._stream.open()
            with suppress(PyMongoError):
                await self._wake((await self._extent()).head)
            with suppress(TimeoutError):
                seconds = _ASK_ANYWAY_SECONDS if self.listening else _ASK_SECONDS
                async with asyncio.timeout(seconds):
                    await self._hinted.wait()
            self._hinted.clear()

    async def _wake(self, head: int) -> None:
        if head == self._seen:
            return
        new = None
        if self._seen < head <= self._seen + EXAMINED_PER_PAGE and self._seen > 0:
            new = await self.sighted(self._seen, head)
        self._seen = head
        for waiter in self._waiting:
            if waiter.behind != head and (new is None or any(waiter.wanted.sees(each) for each in new)):
                waiter.woken.set()


@dataclass(eq=False, slots=True)
class _Waiter:
    wanted: Wanted
    behind: int
    woken: asyncio.Event = field(default_factory=asyncio.Event)


def _query(wanted: Wanted, after: int, end: int) -> Document:
    """What a page is chosen from: by what is in an index and nothing else, bounded at both ends and without a hint. A
    store may read a whole range before it limits, a hinted index whole, or say of a condition that is in no index that
    it scans. Topics and types are therefore chosen from what comes.
    """
    query: Document = {"position": {"$gt": after, "$lte": end}}
    return query if wanted.subject is None else {"key": wanted.subject.encode(), **query}


def _sighted(document: Mapping[str, Any]) -> Sighted:
    return Sighted(document["position"], document["topic"], type_of(document), document["key"].decode())
