"""The fence in `_fence`, and what is done to `_outbox` and `_owners` when a restore is finished."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from pymongo import InsertOne, UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from careflow_events.closing import Closing
from careflow_events.contracts import PatientErased
from careflow_events.envelope import decode, encode
from careflow_events.fencing import CountedBy, Fence, OrphanCount
from careflow_events.lease import RELAY_LEASE, Fenced, Grant
from careflow_events.mongo.collections import Document, collection
from careflow_events.mongo.commit import write_together
from careflow_events.mongo.indexes import ORPHANS
from careflow_events.mongo.outbox import document_of, row_of
from careflow_events.mongo.owners import OWNERS, Mark, Owners, owner_of
from careflow_events.mongo.unit import Overtaken, Write
from careflow_events.outbox import OutboxRow, StreamHead

FENCE: Final = "_fence"
_IT: Final = {"_id": "fence"}
_BETWEEN: Final = {"first": {"$min": "$recorded_at"}, "last": {"$max": "$recorded_at"}}
_BETWEEN_COUNTED: Final = {"first": {"$min": "$first"}, "last": {"$max": "$last"}}


@dataclass(frozen=True, slots=True)
class _Stream:
    """What becomes of one stream: rows in their order under new numbers, and where it goes on."""

    renumbered: Sequence[OutboxRow]
    head: StreamHead


class MongoFences:
    """The `Fences` port of one service."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._database = database
        self._fence = collection(database, FENCE)
        self._outbox = collection(database, "_outbox")
        self._leases = collection(database, "_leases")
        self._owners = Owners(database)

    async def fence(self) -> Fence | None:
        """See `careflow_events.fencing.Fences.fence`."""
        document = await self._fence.find_one(_IT)
        if document is None:
            return None
        return Fence(**{name: value for name, value in document.items() if name != "_id"})

    async def put_up(self, fence: Fence) -> None:
        """See `careflow_events.fencing.Fences.put_up`."""
        put: Document = {"$set": asdict(fence)}
        if fence.looked:
            await self._note_restore(fence.since)
            put["$setOnInsert"] = {"finishing": put["$set"].pop("finishing")}  # it may have been asked for meanwhile
        await self._fence.update_one(_IT, put, upsert=True)

    async def _note_restore(self, since: datetime) -> None:
        """Where positions part from those that were given before, for the feed. Nothing is published under a fence."""
        lease = await self._leases.find_one({"_id": RELAY_LEASE})
        noted = restores_of(lease)
        number = int(since.timestamp() * 1000)
        if lease is None or number in noted:
            return
        restore = {"number": number, "position": published_of(lease)}
        same = {"_id": RELAY_LEASE, "published": lease.get("published")}
        noting = UpdateOne(same, {"$push": {"restores": restore}}, namespace=self._namespace("_leases"))
        try:
            await write_together(self._database.client, [Write(f"_leases/{RELAY_LEASE}", noting, expected=True)])
        except Overtaken:
            raise Fenced from None

    async def ask_to_finish(self) -> bool:
        """See `careflow_events.fencing.Fences.ask_to_finish`."""
        asked = await self._fence.update_one({**_IT, "filling": False}, {"$set": {"finishing": True}})
        return asked.matched_count == 1

    async def take_down(self) -> None:
        """See `careflow_events.fencing.Fences.take_down`."""
        await self._fence.delete_one(_IT)

    async def forgotten(self, events: Collection[OutboxRow]) -> frozenset[str]:
        """See `careflow_events.fencing.Fences.forgotten`."""
        if not events:
            return frozenset()
        ids = sorted(each.id for each in events)
        known = {each["_id"] async for each in self._outbox.find({"_id": {"$in": ids}}, {"_id": 1})}
        missing = sorted((each for each in events if each.id not in known), key=lambda row: row.stream)
        found = [await self._without_rivals(stream, list(rows)) for stream, rows in groupby(missing, _stream_of)]
        return frozenset().union(*found)

    async def _without_rivals(self, stream: str, rows: Sequence[OutboxRow]) -> frozenset[str]:
        query = {"stream": stream, "sequence": {"$in": sorted(row.sequence for row in rows)}}
        held = self._outbox.find(query, {"sequence": 1, "published_at": 1})
        taken = {each["sequence"] async for each in held if each["published_at"] is not None}
        return frozenset(row.id for row in rows if row.sequence not in taken)

    async def orphans(self, *, limit: int, after: str | None) -> list[OutboxRow]:
        """What restores have adopted, by id."""
        query: Document = {"orphan": True}
        if after is not None:
            query["_id"] = {"$gt": after}
        found = await self._outbox.find(query).sort([("_id", 1)]).limit(limit).hint(ORPHANS).to_list()
        return [row_of(each) for each in found]

    async def orphan_counts(self, by: CountedBy, *, limit: int, after: str | None) -> list[OrphanCount]:
        """How many restores have adopted, by name: counted by the store, whatever their number."""
        await self._name_types()
        each = {"_id": {"stream": "$stream", "type": "$type"}, "events": {"$sum": 1}, **_BETWEEN}
        of_type = {"_id": "$_id.type", "streams": {"$sum": 1}, "events": {"$sum": "$events"}, **_BETWEEN_COUNTED}
        of_stream = {"_id": "$_id.stream", "types": {"$push": {"type": "$_id.type", "events": "$events"}}}
        together = of_type if by is CountedBy.TYPE else {**of_stream, "events": {"$sum": "$events"}, **_BETWEEN_COUNTED}
        asked: list[Document] = [
            {"$match": {"orphan": True}},
            {"$group": each},
            {"$group": together},
            *([{"$match": {"_id": {"$gt": after}}}] if after is not None else []),
            {"$sort": {"_id": 1}},
            {"$limit": limit},
        ]
        found = await (await self._outbox.aggregate(asked, hint=ORPHANS)).to_list()
        return [_counted_of(each) for each in found]

    async def _name_types(self) -> None:
        """Orphans that a version before took in do not say of which type they are beside their record."""
        async for each in self._outbox.find({"orphan": True, "type": None}).hint(ORPHANS):
            row = row_of(each)
            named = {"$set": {"type": decode(row.record, row.headers).type}}
            await self._outbox.update_one({"_id": row.id, "orphan": True}, named)

    async def adopt(self, orphans: Sequence[OutboxRow], grant: Grant, at: datetime) -> None:
        """See `careflow_events.fencing.Fences.adopt`."""
        owner = owner_of(orphans[0].stream.partition("/")[2])
        mark = await self._owners.read(owner)
        lease = await self._leases.find_one({"_id": grant.name})
        published = published_of(lease)
        streams = {
            stream: await self._after(stream, [row for row in orphans if row.stream == stream], mark.heads)
            for stream in sorted({row.stream for row in orphans})
        }
        raised = {stream: each.head for stream, each in streams.items()}
        moved = self._owners.moved(owner, mark, raised, closing=_closing(mark, orphans))
        writes = [
            self._counted(grant, (lease or {}).get("published"), published + len(orphans)),
            Write(
                f"{OWNERS}/{owner}",
                moved,
                expected=True,
            ),
            *(write for each in streams.values() for write in self._renumbering(each.renumbered)),
            *self._adoption(orphans, published, at),
        ]
        try:
            await write_together(self._database.client, writes)
        except Overtaken:
            raise Fenced from None

    async def _after(self, stream: str, orphans: Sequence[OutboxRow], heads: Mapping[str, StreamHead]) -> _Stream:
        """Unpublished rows from the first orphan on were said under numbers that were given before: they follow."""
        taken = max(row.sequence for row in orphans)
        said = {"stream": stream, "published_at": None, "sequence": {"$gte": min(row.sequence for row in orphans)}}
        found = await self._outbox.find(said).sort([("sequence", 1)]).to_list()
        head = heads.get(stream)
        renumbered = [_numbered(row_of(each), taken + place) for place, each in enumerate(found, start=1)]
        times = [row.recorded_at for row in (*orphans, *renumbered)] + ([head.recorded_at] if head else [])
        return _Stream(renumbered, StreamHead(taken + len(renumbered), max(times)))

    def _counted(self, grant: Grant, before: int | None, after: int) -> Write:
        lease = {"_id": grant.name, "holder": grant.holder, "epoch": grant.epoch, "published": before}
        raised = UpdateOne(lease, {"$set": {"published": after}}, namespace=self._namespace("_leases"))
        return Write(f"_leases/{grant.name}", raised, expected=True)

    def _renumbering(self, rows: Sequence[OutboxRow]) -> Iterator[Write]:
        """From the last on, so that no number is ever taken twice."""
        for row in reversed(rows):
            renumbered = {"$set": {"sequence": row.sequence, "record": row.record}}
            unpublished = {"_id": row.id, "published_at": None}
            model = UpdateOne(unpublished, renumbered, namespace=self._namespace("_outbox"))
            yield Write(f"_outbox/{row.id}", model, expected=True)

    def _adoption(self, orphans: Sequence[OutboxRow], published: int, at: datetime) -> Iterator[Write]:
        for position, row in enumerate(orphans, start=published + 1):
            said = {"orphan": True, "type": decode(row.record, row.headers).type}
            adopted = {**document_of(row), "published_at": at, "position": position, **said}
            model: InsertOne[dict[str, Any]] = InsertOne(adopted, namespace=self._namespace("_outbox"))
            yield Write(f"_outbox/{row.id}", model, expected=True)

    def _namespace(self, name: str) -> str:
        return f"{self._database.name}.{name}"


def _counted_of(found: Mapping[str, Any]) -> OrphanCount:
    types = {each["type"]: each["events"] for each in found.get("types", ({**found, "type": found["_id"]},))}
    return OrphanCount(
        name=found["_id"],
        events=found["events"],
        streams=found.get("streams", 1),
        types=dict(sorted(types.items())),
        first=found["first"],
        last=found["last"],
    )


def published_of(lease: Mapping[str, Any] | None) -> int:
    """How many rows were ever published, as the relay's lease counts them: the position of the last one."""
    return (lease or {}).get("published") or 0


def restores_of(lease: Mapping[str, Any] | None) -> Mapping[int, int]:
    """Behind which position each restore, by its number, gave positions anew; noted in the relay's lease, which counts
    them.
    """
    return {each["number"]: each["position"] for each in (lease or {}).get("restores", [])}


def _stream_of(row: OutboxRow) -> str:
    return row.stream


def _numbered(row: OutboxRow, sequence: int) -> OutboxRow:
    record = encode(replace(decode(row.record, row.headers), sequence=sequence))
    return replace(row, sequence=sequence, record=record)


def _closing(mark: Mark, orphans: Sequence[OutboxRow]) -> Closing | None:
    """Whoever was erased after the copy was made, or before, is erased: what came back of them is destroyed."""
    said = {decode(row.record, row.headers).type for row in orphans}
    destroyed = mark.closing is not None and mark.closing.for_good
    return Closing.ERASED if destroyed or PatientErased.type() in said else mark.closing
