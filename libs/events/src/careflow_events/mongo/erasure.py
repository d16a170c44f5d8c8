"""Takes out of `_outbox` and `_parked` what events have said of an erased patient.

Invariant: done again it changes nothing, so it may be cut short anywhere.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Final

from pymongo import UpdateOne
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.write_concern import WriteConcern

from careflow_events.closing import Closing
from careflow_events.erasing import Stripped, stripped, stripped_of
from careflow_events.mongo.collections import Document
from careflow_events.mongo.indexes import ERASED
from careflow_events.mongo.outbox import row_of
from careflow_events.mongo.owners import OWNERS
from careflow_events.mongo.parked import PARKED, record_of
from careflow_events.publication import patient_subject
from careflow_events.topics import Topic

_MAJORITY: Final = WriteConcern("majority", j=True)
_AT_ONCE: Final = 500


class MongoErasure:
    """What one service's events hold of its patients."""

    def __init__(self, database: AsyncDatabase[Document], topics: Sequence[Topic]) -> None:
        """`topics` are those this service writes."""
        self._topics = topics
        self._owners = database.get_collection(OWNERS, write_concern=_MAJORITY)
        self._outbox = database.get_collection("_outbox", write_concern=_MAJORITY)
        self._parked = database.get_collection(PARKED, write_concern=_MAJORITY)

    async def close_again(self, patient_id: str) -> None:
        """For a store that was put back from a copy: the patient is closed for good and what came back of them is to be
        destroyed, whatever the copy says.
        """
        changed = {"$set": {"closing": Closing.ERASED.value}, "$inc": {"version": 1}}
        made = {"$setOnInsert": {"guard": 0, "heads": []}}
        await self._owners.update_one({"_id": patient_id}, {**changed, **made}, upsert=True)

    async def next(self, without: Collection[str]) -> str | None:
        """Whose things are to be destroyed next, without these."""
        query = {"closing": Closing.ERASED.value, "_id": {"$nin": sorted(without)}}
        owner = await self._owners.find_one(query, {"_id": 1}, sort=[("_id", 1)], hint=ERASED)
        return None if owner is None else str(owner["_id"])

    async def strip(self, patient_id: str) -> None:
        """Leaves of every event about the patient its place, said or waiting to be handled."""
        subject = patient_subject(patient_id)
        for topic in self._topics:
            await self._strip_stream(topic.stream(subject))
        await self._strip_parked(subject)

    async def _strip_stream(self, stream: str) -> None:
        after = 0
        while rows := [row_of(each) async for each in self._rows(stream, after)]:
            after = rows[-1].sequence
            writes = [_written(row.id, left) for row in rows if (left := stripped(row)) is not None]
            if writes:
                await self._outbox.bulk_write(writes, ordered=False)

    def _rows(self, stream: str, after: int) -> AsyncIterator[Document]:
        query = {"stream": stream, "sequence": {"$gt": after}}
        return self._outbox.find(query).sort([("sequence", 1)]).limit(_AT_ONCE)

    async def _strip_parked(self, subject: str) -> None:
        async for document in self._parked.find({"key": subject.encode()}):
            left = stripped_of(record_of(document))
            if left is None:
                continue
            value, headers = left
            fields = {"value": value, "headers": [[name, text] for name, text in headers]}
            await self._parked.update_one({"_id": document["_id"]}, {"$set": fields})


def _written(row_id: str, left: Stripped) -> UpdateOne:
    record, headers = left
    return UpdateOne({"_id": row_id}, {"$set": {"record": record, "headers": [[name, text] for name, text in headers]}})
