"""Owners in `_owners`: one document for each patient or place, `{_id, version, guard, heads, closing?}`.

Its version is what makes everything of one owner change one commit at a time; its heads are where the streams about
the owner stand; its closing says that an erasure keeps everybody from writing about them. Invariant: a commit that
writes anything of an owner moves the version on from the one its decision was made on, and one that only read holds it,
so no decision rests on what another commit has overtaken: neither on a document that changed nor on one that was added
meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pymongo import InsertOne, UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from careflow_events.closing import Closing
from careflow_events.mongo.collections import Document, committed
from careflow_events.outbox import StreamHead

OWNERS: Final = "_owners"
_FOR_GOOD: Final = {"$in": [each.value for each in Closing if each.for_good]}


def owner_of(subject: str) -> str:
    """Whose stream it is: `patient:<uuid>` and `location:<uuid>` are about the owner with that id."""
    return subject.partition(":")[2] or subject


@dataclass(frozen=True, slots=True)
class Mark:
    """How far an owner's documents and streams have come. `version` is None while nothing of theirs was written."""

    version: int | None
    heads: Mapping[str, StreamHead]
    closing: Closing | None = None


@dataclass(frozen=True, slots=True)
class Owners:
    """Reads the marks of one service's owners, and says how one is moved on or held."""

    database: AsyncDatabase[Document]

    async def read(self, owner: str) -> Mark:
        """What a majority of the store's members holds by now."""
        document = await committed(self.database, OWNERS).find_one({"_id": owner})
        if document is None:
            return Mark(None, {})
        heads = {each["stream"]: _head(each) for each in document["heads"]}
        closing = document.get("closing")
        return Mark(document["version"], heads, None if closing is None else Closing(closing))

    async def erased_among(self, owners: Collection[str]) -> set[str]:
        """Which of these owners are erased."""
        if not owners:
            return set()
        query = {"_id": {"$in": sorted(owners)}, "closing": _FOR_GOOD}
        return {document["_id"] async for document in committed(self.database, OWNERS).find(query, {"_id": 1})}

    def moved(
        self, owner: str, mark: Mark, raised: Mapping[str, StreamHead], *, closing: Closing | None = None
    ) -> InsertOne[Document] | UpdateOne:
        """The write of a commit that changes something of the owner, and leaves them with this closing."""
        heads = [
            {"stream": stream, "sequence": head.sequence, "recorded_at": head.recorded_at}
            for stream, head in sorted({**mark.heads, **raised}.items())
        ]
        namespace = f"{self.database.name}.{OWNERS}"
        if mark.version is None:
            made: Document = {"_id": owner, "version": 1, "guard": 0, "heads": heads}
            return InsertOne(made if closing is None else {**made, "closing": closing.value}, namespace=namespace)
        changed: Document = {"$set": {"version": mark.version + 1}}
        if closing is not mark.closing:
            changed |= {"$unset": {"closing": 1}} if closing is None else {}
            changed["$set"] |= {} if closing is None else {"closing": closing.value}
        if raised:
            changed["$set"]["heads"] = heads
        return UpdateOne({"_id": owner, "version": mark.version}, changed, namespace=namespace)

    def erased(self, owner: str) -> UpdateOne:
        """The write of a commit that takes the owner for not erased: it must find nothing."""
        query = {"_id": owner, "closing": _FOR_GOOD}
        return UpdateOne(query, {"$inc": {"guard": 1}}, namespace=f"{self.database.name}.{OWNERS}")

    def held(self, owner: str, mark: Mark) -> InsertOne[Document] | UpdateOne:
        """The write of a commit that rests on what it read of the owner and changes nothing of theirs."""
        if mark.version is None:
            return self.moved(owner, mark, {}, closing=mark.closing)
        return UpdateOne(
            {"_id": owner, "version": mark.version}, {"$inc": {"guard": 1}}, namespace=f"{self.database.name}.{OWNERS}"
        )


def _head(document: Mapping[str, Any]) -> StreamHead:
    recorded_at: datetime = document["recorded_at"]
    return StreamHead(document["sequence"], recorded_at)
