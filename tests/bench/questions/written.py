"""What a command writes, taken from the store before and after it, and the bare floor that writes the same.

Invariant: the floor writes as many documents of the same sizes as the command left behind, in one transaction of two
commands, with the same promise: majority, journaled. Nothing is assumed about how a build lays its documents out.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient, InsertOne, UpdateOne
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.write_concern import WriteConcern

Document = dict[str, Any]
Database = AsyncDatabase[Document]
NOT_OF_A_REACTION: Final = frozenset({"_leases", "_consumers", "_key_proofs", "_key_holders"})
"""What a reaction does not write itself."""
NOT_OF_A_COMMAND: Final = NOT_OF_A_REACTION | {"_positions"}
"""What a command does not write itself; others may, meanwhile."""
_RAW: Final[CodecOptions[RawBSONDocument]] = CodecOptions(document_class=RawBSONDocument)
_RELAYING_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 0.05
FLOOR_DATABASE: Final = "bench_floor"


@dataclass(frozen=True, slots=True)
class Written:
    """(collection, document) for every document that is new, and for every one that is not as it was."""

    new: list[tuple[str, Document]]
    changed: list[tuple[str, Document]]

    def __str__(self) -> str:
        size = sum(len(bson.encode(document)) for _, document in (*self.new, *self.changed))
        return f"{len(self.new)} new documents and {len(self.changed)} changed ones, {size / 1024:.1f} KiB"


async def written_by(
    database: Database, act: Callable[[], Awaitable[object]], *, ignoring: frozenset[str] = NOT_OF_A_COMMAND
) -> Written:
    """Does it, with nothing else going on, and says what the store holds now that it did not hold before."""
    await relayed(database)
    before = await _everything(database, ignoring)
    await act()
    after = await _everything(database, ignoring)
    differ = {key: bson.decode(raw) for key, raw in after.items() if before.get(key) != raw}
    return Written(
        [(key[0], document) for key, document in differ.items() if key not in before],
        [(key[0], document) for key, document in differ.items() if key in before],
    )


async def relayed(database: Database, within: float = _RELAYING_SECONDS) -> None:
    """Returns when nothing waits to be published."""
    async with asyncio.timeout(within):
        while True:
            if await database["_outbox"].find_one({"published_at": None}, {"_id": 1}) is None:
                return
            await asyncio.sleep(_POLL_SECONDS)


async def _everything(database: Database, ignoring: frozenset[str]) -> dict[tuple[str, bytes], bytes]:
    """(collection, id) -> the document, as bytes."""
    held: dict[tuple[str, bytes], bytes] = {}
    for name in await database.list_collection_names():
        if name in ignoring or name.startswith("system."):
            continue
        collection = database[name].with_options(codec_options=_RAW)
        async for document in collection.find():
            held[name, bson.encode({"_id": document["_id"]})] = bytes(document.raw)
    return held


class BareCommit:
    """One client `bulkWrite` and the commit, with the driver alone; no index but that of the ids."""

    def __init__(self, client: AsyncMongoClient[Document], written: Written) -> None:
        self._client = client
        self._written = written
        self._number = 0

    async def prepare(self) -> None:
        """Make the collections, and the documents that are to be changed."""
        database = self._client[FLOOR_DATABASE]
        existing = await database.list_collection_names()
        for name in {name for name, _ in (*self._written.new, *self._written.changed)} - set(existing):
            await database.create_collection(name)
        for name, document in self._written.changed:
            await database[name].replace_one({"_id": document["_id"]}, document, upsert=True)

    async def __call__(self) -> None:
        self._number += 1
        inserts: list[Any] = [
            InsertOne({**document, "_id": uuid.uuid4().hex}, namespace=f"{FLOOR_DATABASE}.{name}")
            for name, document in self._written.new
        ]
        updates = [
            UpdateOne({"_id": document["_id"]}, self._change(document), namespace=f"{FLOOR_DATABASE}.{name}")
            for name, document in self._written.changed
        ]
        async with (
            self._client.start_session(causal_consistency=False) as session,
            await session.start_transaction(write_concern=WriteConcern("majority", j=True)),
        ):
            await self._client.bulk_write([*inserts, *updates], session=session, ordered=True)

    def _change(self, document: Mapping[str, Any]) -> Document:
        fields = {name: value for name, value in document.items() if name != "_id"}
        return {"$set": {**fields, "bench": self._number}}

    async def forget(self) -> None:
        """Nothing of it stays in the store."""
        await self._client.drop_database(FLOOR_DATABASE)
