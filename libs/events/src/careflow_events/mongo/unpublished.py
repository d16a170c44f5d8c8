"""The relay's side of `_outbox`: reading what is unpublished, marking what is stored.

Reads go to the primary with read concern majority, or a failover could take back what was already published. The mark
compares the lease's epoch by writing to the lease, so a relay that lost it collides instead of committing.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from pymongo import ReadPreference, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from careflow_events.lease import Fenced, Grant
from careflow_events.mongo.collections import Document, collection
from careflow_events.mongo.indexes import UNPUBLISHED
from careflow_events.mongo.outbox import row_of
from careflow_events.outbox import OutboxRow
from careflow_events.relay import Backlog

_ORDER: Final = [("rank", 1), ("recorded_at", 1), ("stream", 1), ("sequence", 1)]
_MAJORITY: Final = ReadConcern("majority")


class MongoUnpublished:
    """The `Unpublished` port of one service."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._client = database.client
        self._leases = collection(database, "_leases")
        self._outbox = collection(database, "_outbox")
        self._committed = self._outbox.with_options(read_concern=_MAJORITY, read_preference=ReadPreference.PRIMARY)

    async def fetch(self, limit: int, without: Collection[str]) -> list[OutboxRow]:
        """See `careflow_events.relay.Unpublished.fetch`."""
        query: Document = {"published_at": None}
        if without:
            query["stream"] = {"$nin": sorted(without)}
        found = await self._committed.find(query).sort(_ORDER).limit(limit).hint(UNPUBLISHED).to_list()
        return [row_of(document) for document in found]

    async def mark(self, rows: Sequence[OutboxRow], grant: Grant, at: datetime) -> None:
        """See `careflow_events.relay.Unpublished.mark`."""

        async def mark(session: AsyncClientSession) -> None:
            lease = await self._leases.find_one_and_update(
                {"_id": grant.name, "holder": grant.holder, "epoch": grant.epoch},
                {"$inc": {"published": len(rows)}},
                session=session,
            )
            if lease is None:
                raise Fenced
            first = lease.get("published", 0) + 1
            await self._outbox.bulk_write(
                [
                    UpdateOne(
                        {"_id": row.id, "published_at": None}, {"$set": {"published_at": at, "position": position}}
                    )
                    for position, row in enumerate(rows, start=first)
                ],
                ordered=False,
                session=session,
            )

        async with self._client.start_session() as session:
            await session.with_transaction(
                mark, read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority", j=True)
            )

    async def backlog(self) -> Backlog:
        """See `careflow_events.relay.Unpublished.backlog`."""
        rows = await self._committed.count_documents({"published_at": None}, hint=UNPUBLISHED)
        if rows == 0:
            return Backlog(0, None)
        oldest: list[dict[str, Any]] = (
            await self._committed.find({"published_at": None}, {"recorded_at": 1})
            .sort([("recorded_at", 1)])
            .limit(1)
            .hint(UNPUBLISHED)
            .to_list()
        )
        return Backlog(rows, oldest[0]["recorded_at"] if oldest else None)
