"""The outbox in MongoDB, as a unit of work writes it. The streams' heads stand in their owner's mark, which the commit
writes first, so that two commands about one subject collide on their first write instead of their last.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from careflow_events.envelope import TYPE_HEADER
from careflow_events.mongo.collections import Document
from careflow_events.mongo.unit import unit_of_work
from careflow_events.outbox import Composer, OutboxRow, StreamPosition, per_stream
from careflow_events.publication import Publication
from careflow_events.sealing import Sealer

URGENT: Final = 0
ORDINARY: Final = 1


class MongoOutbox:
    """Appends to `_outbox` with the commit of the unit of work."""

    def __init__(self, sealer: Sealer, new_id: Callable[[], str]) -> None:
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
        unit = unit_of_work()
        counts = per_stream(publications)
        raised = await asyncio.gather(*(unit.raise_head(stream, count, now) for stream, count in counts.items()))
        heads = dict(zip(counts, raised, strict=True))
        rows = self._composer.rows(
            publications, heads, causation=causation, correlation=correlation, traceparent=traceparent
        )
        for row in rows:
            unit.insert("_outbox", document_of(row))
        return [row.position for row in rows]


def document_of(row: OutboxRow) -> Document:
    """The document of `_outbox` that holds an unpublished row."""
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
        "correlation": row.correlation,
        "causation": row.causation,
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
        correlation=document["correlation"],
        causation=document["causation"],
    )


def type_of(document: Mapping[str, Any]) -> str:
    """The type of the event a document of `_outbox` holds, which always has it for a header."""
    type_: bytes = dict(document["headers"])[TYPE_HEADER]
    return type_.decode()
