"""The outbox in MongoDB, as a unit of work writes it. The counters are raised before anything else, so that two
commands about one subject collide on their first write instead of their last.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pymongo import ReturnDocument
from pymongo.asynchronous.database import AsyncDatabase

from careflow_events.mongo.collections import Document, collection
from careflow_events.outbox import Composer, OutboxRow, StreamHead, StreamPosition, per_stream
from careflow_events.publication import Publication
from careflow_events.sealing import Sealer

URGENT: Final = 0
ORDINARY: Final = 1


class MongoOutbox:
    """Appends to `_outbox` within the bound transaction: one find-and-modify per stream and one insert in all."""

    def __init__(self, database: AsyncDatabase[Document], sealer: Sealer, new_id: Callable[[], str]) -> None:
        self._streams = collection(database, "_streams")
        self._outbox = collection(database, "_outbox")
        self._composer = Composer(sealer, new_id)

    async def append(
        self,
        publications: Sequence[Publication],
        *,
        now: datetime,
        causation: str | None,
        correlation: str | None,
        traceparent: str | None,
    ) -> list[StreamPosition]:
        """See `careflow_events.outbox.Outbox.append`."""
        if not publications:
            return []
        heads = {stream: await self._raise(stream, count, now) for stream, count in per_stream(publications).items()}
        rows = self._composer.rows(
            publications, heads, causation=causation, correlation=correlation, traceparent=traceparent
        )
        await self._outbox.insert_many([_document(row) for row in rows])
        return [row.position for row in rows]

    async def _raise(self, stream: str, count: int, now: datetime) -> StreamHead:
        counter = await self._streams.find_one_and_update(
            {"_id": stream},
            {"$inc": {"sequence": count}, "$max": {"recorded_at": now}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        assert counter is not None
        return StreamHead(counter["sequence"], counter["recorded_at"])


def _document(row: OutboxRow) -> Document:
    return {
        "_id": row.id,
        "stream": row.stream,
        "sequence": row.sequence,
        "topic": row.topic,
        "rank": URGENT if row.urgent else ORDINARY,
        "key": row.key,
        "record": row.record,
        "headers": [[name, value] for name, value in row.headers],
        "published_at": None,
        "position": None,
        "recorded_at": row.recorded_at,
    }


def row_of(document: Mapping[str, Any]) -> OutboxRow:
    """The row a document of `_outbox` holds."""
    return OutboxRow(
        id=document["_id"],
        stream=document["stream"],
        sequence=document["sequence"],
        topic=document["topic"],
        key=document["key"],
        record=document["record"],
        headers=tuple((name, value) for name, value in document["headers"]),
        urgent=document["rank"] == URGENT,
        recorded_at=document["recorded_at"],
    )
