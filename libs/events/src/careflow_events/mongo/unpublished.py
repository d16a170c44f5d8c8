"""The relay's side of `_outbox`: reading what is unpublished, marking what is stored.

Reads go to the primary with read concern majority, or a failover could take back what was already published. The mark
compares the lease's epoch by writing to the lease, so a relay that lost it collides instead of committing.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pymongo import UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from careflow_events.lease import Fenced, Grant
from careflow_events.mongo.collections import Document, collection, committed
from careflow_events.mongo.commit import write_together
from careflow_events.mongo.indexes import UNPUBLISHED
from careflow_events.mongo.outbox import row_of
from careflow_events.mongo.unit import Overtaken, Write
from careflow_events.outbox import OutboxRow
from careflow_events.producing import Place
from careflow_events.unpublished import NOT_TOLD, Backlog

_ORDER: Final = [("rank", 1), ("recorded_at", 1), ("stream", 1), ("sequence", 1)]


class MongoUnpublished:
    """The `Unpublished` port of one service."""

    def __init__(self, database: AsyncDatabase[Document], writes: AsyncClientSession | None = None) -> None:
        """`writes` is the session the lease names: see `careflow_events.mongo.lease`."""
        self._writes = writes
        self._client = database.client
        self._database = database
        self._counted: tuple[Grant, int] | None = None
        self._leases = collection(database, "_leases")
        self._outbox = committed(database, "_outbox")

    async def fetch(self, limit: int, without: Collection[str]) -> list[OutboxRow]:
        """See `careflow_events.unpublished.Unpublished.fetch`."""
        query: Document = {"published_at": None}
        if without:
            query["stream"] = {"$nin": sorted(without)}
        found = await self._outbox.find(query).sort(_ORDER).limit(limit).hint(UNPUBLISHED).to_list()
        return [row_of(document) for document in found]

    async def mark(
        self, rows: Sequence[OutboxRow], grant: Grant, at: datetime, *, places: Mapping[str, Place] = NOT_TOLD
    ) -> None:
        """See `careflow_events.unpublished.Unpublished.mark`. One write: the lease, which counts what was published
        under it, and the rows.
        """
        before = await self._published(grant)
        lease = {"_id": grant.name, "holder": grant.holder, "epoch": grant.epoch, "published": before}
        after = (before or 0) + len(rows)
        self._counted = None  # until it is known to be committed
        writes = [Write(f"_leases/{grant.name}", self._update("_leases", lease, {"published": after}), expected=True)]
        for position, row in enumerate(rows, start=(before or 0) + 1):
            published = {"published_at": at, "position": position, **_where(places.get(row.id))}
            marked = self._update("_outbox", {"_id": row.id}, published)
            writes.append(Write(f"_outbox/{row.id}", marked, expected=True))
        try:
            await write_together(self._client, writes, self._writes)
        except Overtaken:
            raise Fenced from None
        self._counted = (grant, after)

    async def _published(self, grant: Grant) -> int | None:
        """How many rows were ever published, as the lease says; only its holder counts on, so it is read once."""
        if self._counted is not None and self._counted[0] == grant:
            return self._counted[1]
        lease = await self._leases.find_one({"_id": grant.name})
        published: int | None = None if lease is None else lease.get("published")
        return published

    def _update(self, collection: str, query: Document, changed: Document) -> UpdateOne:
        return UpdateOne(query, {"$set": changed}, namespace=f"{self._database.name}.{collection}")

    async def backlog(self) -> Backlog:
        """See `careflow_events.unpublished.Unpublished.backlog`."""
        rows = await self._outbox.count_documents({"published_at": None}, hint=UNPUBLISHED)
        if rows == 0:
            return Backlog(0, None)
        oldest: list[dict[str, Any]] = (
            await self._outbox.find({"published_at": None}, {"recorded_at": 1})
            .sort([("recorded_at", 1)])
            .limit(1)
            .hint(UNPUBLISHED)
            .to_list()
        )
        return Backlog(rows, oldest[0]["recorded_at"] if oldest else None)


def _where(place: Place | None) -> Document:
    return {} if place is None else {"partition": place.partition, "offset": place.offset}
