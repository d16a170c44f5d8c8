"""Documents with blind fields, hashed anew when the line of the blind index's key has changed.

A hash cannot be turned into another: the body is opened, and the fields are hashed as they would be for a new document.
Invariant: nothing but the hashes and their mark changes, and only in the version that was read, so that whoever writes
the document meanwhile, and hashes it by themselves, is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic

from pymongo import UpdateOne
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from careflow_service.mongo.blinding import HASHED_WITH, Blinds
from careflow_service.mongo.bodies import A
from careflow_service.mongo.client import Database, Document
from careflow_service.mongo.looked import Looked
from careflow_service.mongo.vault import Hashed


class HashedDocuments(Generic[A]):
    """See `careflow_service.mongo.vault.Hashed`."""

    def __init__(
        self,
        database: Database,
        looked: Looked[A],
        *,
        fields: Callable[[A], Mapping[str, object]],
        blinds: Blinds,
    ) -> None:
        self._collection = database.get_collection(
            blinds.collection, read_concern=ReadConcern("majority"), write_concern=WriteConcern("majority", j=True)
        )
        self._looked = looked
        self._fields = fields
        self._blinds = blinds

    @property
    def name(self) -> str:
        """See `Hashed`."""
        return self._blinds.collection

    @property
    def fields(self) -> frozenset[str]:
        """See `Hashed`."""
        return self._blinds.names

    async def left(self, mark: str) -> int:
        """See `Hashed`."""
        return await self._collection.count_documents({HASHED_WITH: {"$ne": mark}})

    async def hash_anew(self, mark: str, behind: str | None, limit: int) -> tuple[int, str | None]:
        """See `Hashed`."""
        query: dict[str, Any] = {HASHED_WITH: {"$ne": mark}, **({"_id": {"$gt": behind}} if behind else {})}
        found = await self._collection.find(query, sort=[("_id", 1)], limit=limit).to_list()
        updates = [self._hashed(*each) for each in await self._looked.all_there(found)]
        if updates:
            await self._collection.bulk_write(updates, ordered=False)
        return len(found), found[-1]["_id"] if found else None

    def _hashed(self, document: Document, aggregate: A) -> UpdateOne:
        hidden = self._blinds.hidden(self._fields(aggregate))
        as_read = {name: document.get(name) for name in ("_id", "version", HASHED_WITH)}
        return UpdateOne(as_read, {"$set": {name: hidden[name] for name in (*self.fields, HASHED_WITH)}})


async def paired(database: Database, holders: Iterable[Hashed]) -> str | None:
    """An index that names two of the blind fields of a collection, as "collection.index"; None where there is none. A
    store refuses a document with two lists in one index, and while one key follows another each such field is a list.
    """
    for holder in holders:
        for name, index in (await database[holder.name].index_information()).items():
            if len(holder.fields.intersection(field for field, _ in index["key"])) > 1:
                return f"{holder.name}.{name}"
    return None
