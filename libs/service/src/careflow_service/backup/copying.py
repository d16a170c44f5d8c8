"""A store into a backup, and back again.

Invariants: a backup is what the store held at one moment, in all collections; of that only who was alive is not put
back, so that nobody waits for processes of another time. A store that is being filled is fenced from before its first
change until an operator finishes the restore, and one that was not filled to its end can only be filled again. Whoever
is known here to be erased stays erased, whatever the backup holds of them.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import bson
from bson.codec_options import CodecOptions
from bson.errors import InvalidBSON
from bson.raw_bson import RawBSONDocument
from pymongo import IndexModel, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from careflow_events.fencing import Fence
from careflow_events.mongo import MongoErasure, MongoFences
from careflow_events.mongo.fences import FENCE
from careflow_events.mongo.store_time import store_time
from careflow_service.backup.file import BackupBroken, BackupReader, BackupWriter, Piece
from careflow_service.mongo.client import Client, Database
from careflow_service.mongo.indexes import ensure_indexes
from careflow_service.mongo.key_lines import KeyKind, KeyLines
from careflow_service.mongo.key_proofs import KEY_PROOFS, Proof, wrong
from careflow_service.mongo.key_watch import KEY_HOLDERS
from careflow_service.mongo.vault import ERASED
from careflow_service.one_shot import NotNow, Stopped

_RAW: Final[CodecOptions[RawBSONDocument]] = CodecOptions(document_class=RawBSONDocument)
_WITH_TIMES: Final[CodecOptions[Any]] = CodecOptions(tz_aware=True)
_READ_AT_ONCE: Final = 1_000
_SNAPSHOT_GONE: Final = frozenset({239, 246, 251, 290})
"""SnapshotTooOld, SnapshotUnavailable, NoSuchTransaction, TransactionExceededLifetimeLimitSeconds."""


async def take(client: Client, database: Database, writer: BackupWriter, *, stopping: Callable[[], bool]) -> None:
    """Writes everything the database holds at one moment. Raises NotNow or Stopped."""
    if await MongoFences(database).fence() is not None:
        raise NotNow("this service is being restored: finish that first")
    names = sorted(name for name in await database.list_collection_names() if not name.startswith("system."))
    try:
        async with (
            client.start_session(causal_consistency=False) as session,
            await session.start_transaction(ReadConcern("snapshot")),
        ):
            for name in names:
                raw: AsyncCollection[Any] = database.get_collection(name, codec_options=_RAW)
                async for document in raw.find({}, session=session, batch_size=_READ_AT_ONCE):
                    writer.add(name, document.raw)
                    if stopping():
                        raise Stopped
    except OperationFailure as error:
        if error.code not in _SNAPSHOT_GONE:
            raise
        raise NotNow(
            "the store kept the moment for too short a time: raise its transactionLifetimeLimitSeconds meanwhile"
        ) from None
    writer.finish()


async def check(reader: BackupReader, *, lines: KeyLines) -> Mapping[str, int]:
    """Reads a backup to its end; answers how many documents of each collection it holds. Raises BackupBroken."""
    counted: Counter[str] = Counter()
    for piece in reader.pieces():
        counted[piece.collection] += len(_documents(piece, lines))
    return _whole(reader, counted)


async def put_back(
    database: Database,
    reader: BackupReader,
    *,
    lines: KeyLines,
    indexes: Sequence[tuple[str, IndexModel]],
    at: datetime,
    stopping: Callable[[], bool],
) -> Mapping[str, int]:
    """Makes the store hold what the backup holds and nothing else, but for who was alive then, and leaves the service
    fenced. Begun again after it was cut short it begins anew. Raises NotNow, BackupBroken or Stopped; the last two
    leave a fence that says so.
    """
    await _confirm_at_rest(database)
    fences = MongoFences(database)
    await fences.put_up(Fence(at, orphans=0, streams=0, filling=True, looked=False))
    for name in await database.list_collection_names():
        if name not in {FENCE, ERASED} and not name.startswith("system."):
            await database.drop_collection(name)
    await ensure_indexes(database, indexes)
    counted: Counter[str] = Counter()
    for piece in reader.pieces():
        documents = _documents(piece, lines)
        counted[piece.collection] += len(documents)
        into = database.get_collection(piece.collection, write_concern=WriteConcern("majority", j=True))
        if piece.collection == ERASED:
            await into.bulk_write([_kept(each) for each in documents], ordered=False)
        elif piece.collection != KEY_HOLDERS:
            await into.insert_many(documents, ordered=False)
        if stopping():
            raise Stopped
    counts = _whole(reader, counted)
    await _close_the_erased(database)
    await fences.put_up(Fence(at, orphans=0, streams=0, looked=False))
    return counts


def _kept(erased: RawBSONDocument) -> UpdateOne:
    """One that is known here already stays as it is."""
    return UpdateOne({"_id": erased["_id"]}, {"$setOnInsert": {"at": erased["at"]}}, upsert=True)


async def _close_the_erased(database: Database) -> None:
    """What came back of them is destroyed as it was before, once the service runs again."""
    erasure = MongoErasure(database, topics=())
    async for erased in database[ERASED].find({}, {"_id": 1}):
        await erasure.close_again(erased["_id"])


async def _confirm_at_rest(database: Database) -> None:
    """Whoever holds a lease works on this store."""
    now = await store_time(database)
    held = await database["_leases"].find_one({"expires_at": {"$gt": now}, "holder": {"$ne": ""}})
    if held is not None:
        raise NotNow(
            f"a process of this service still holds the lease {held['_id']}: stop all of them, or wait until the lease "
            "of a killed one has run out"
        )


def _documents(piece: Piece, lines: KeyLines) -> list[RawBSONDocument]:
    try:
        documents: list[RawBSONDocument] = bson.decode_all(piece.documents, _RAW)
    except InvalidBSON:
        raise BackupBroken("it holds what is no document") from None
    if piece.collection == KEY_PROOFS:
        for each in documents:
            if complaint := wrong(lines.of(KeyKind(each["_id"])), Proof.of(bson.decode(each.raw, _WITH_TIMES))):
                raise BackupBroken(complaint)
    return documents


def _whole(reader: BackupReader, counted: Mapping[str, Any]) -> Mapping[str, int]:
    if dict(reader.counts) != dict(counted):
        raise BackupBroken("it does not hold what its end says")
    return reader.counts
