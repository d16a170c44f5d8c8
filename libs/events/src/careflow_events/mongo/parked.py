"""Parked records in `_parked`: open ones until they are settled, settled ones for 90 days."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pymongo.asynchronous.database import AsyncDatabase

from careflow_events.consumed import ConsumedRecord
from careflow_events.mongo.collections import Document, collection
from careflow_events.mongo.indexes import OPEN, OPEN_BY_STREAM, REQUESTED
from careflow_events.mongo.unit import unit_of_work
from careflow_events.parked import ParkedGroup, ParkedRecord, ParkedState, most_first

PARKED: Final = "_parked"
KEPT_WHEN_SETTLED: Final = timedelta(days=90)

_SETTLED: Final = (ParkedState.REPLAYED, ParkedState.DISCARDED)
_REQUESTS_AT_ONCE: Final = 100


class MongoParked:
    """The `Parked` port of one consumer."""

    def __init__(self, database: AsyncDatabase[Document], consumer: str) -> None:
        self._parked = collection(database, PARKED)
        self._consumer = consumer

    async def add(self, parked: ParkedRecord) -> None:
        """See `careflow_events.parked.Parked.add`."""
        unit_of_work().insert(PARKED, self._document(parked))

    async def find(self, parked_id: str) -> ParkedRecord | None:
        """See `careflow_events.parked.Parked.find`."""
        document = await self._parked.find_one({"_id": self._id(parked_id)})
        return None if document is None else self._record(document)

    async def of_events(self, event_ids: Collection[str]) -> Sequence[ParkedRecord]:
        """All records of these events, open or settled."""
        if not event_ids:
            return []
        query = {"consumer": self._consumer, "event_id": {"$in": sorted(event_ids)}}
        return [self._record(each) for each in await self._parked.find(query).to_list()]

    async def head(self, stream: str) -> ParkedRecord | None:
        """See `careflow_events.parked.Parked.head`."""
        first = self._parked.find({"open": True, "consumer": self._consumer, "stream": stream})
        document = await first.sort([("place", 1), ("_id", 1)]).limit(1).hint(OPEN_BY_STREAM).to_list()
        return self._record(document[0]) if document else None

    async def open_at(self, stream: str, place: int) -> Sequence[ParkedRecord]:
        """See `careflow_events.parked.Parked.open_at`."""
        query = {"open": True, "consumer": self._consumer, "stream": stream, "place": place}
        return [self._record(each) for each in await self._parked.find(query).hint(OPEN_BY_STREAM).to_list()]

    async def put_in_place(self, parked_id: str, place: int, event_id: str) -> None:
        """See `careflow_events.parked.Parked.put_in_place`."""
        unplaced = {"_id": self._id(parked_id), "open": True, "place": None}
        unit_of_work().update(PARKED, unplaced, {"$set": {"place": place, "event_id": event_id}})

    async def open_records(
        self, *, stream: str | None, cause: str | None, limit: int, after: str | None
    ) -> Sequence[ParkedRecord]:
        """See `careflow_events.parked.Parked.open_records`."""
        query: Document = {"open": True, "consumer": self._consumer}
        if stream is not None:
            query["stream"] = stream
        if cause is not None:
            query["cause"] = cause
        if after is not None:
            query["_id"] = {"$gt": self._id(after)}
        index = OPEN if stream is None else OPEN_BY_STREAM
        found = await self._parked.find(query).sort([("_id", 1)]).limit(limit).hint(index).to_list()
        return [self._record(document) for document in found]

    async def requested(self) -> Sequence[ParkedRecord]:
        """See `careflow_events.parked.Parked.requested`."""
        query = {"state": ParkedState.REPLAY_REQUESTED.value, "consumer": self._consumer}
        found = await self._parked.find(query).limit(_REQUESTS_AT_ONCE).hint(REQUESTED).to_list()
        return [self._record(document) for document in found]

    async def change(
        self,
        parked_id: str,
        *,
        expecting: Sequence[ParkedState],
        state: ParkedState,
        at: datetime,
        cause: str | None = None,
    ) -> bool:
        """See `careflow_events.parked.Parked.change`."""
        fields: Document = {"state": state.value}
        if state in _SETTLED:
            fields |= {"open": False, "settled_at": at, "expires_at": at + KEPT_WHEN_SETTLED}
        if cause is not None:
            fields["cause"] = cause
        as_expected = {"_id": self._id(parked_id), "state": {"$in": [each.value for each in expecting]}}
        if await self._parked.find_one(as_expected, {"_id": 1}) is None:
            return False
        unit_of_work().update(PARKED, as_expected, {"$set": fields, "$inc": {"attempts": 0 if cause is None else 1}})
        return True

    async def open_count(self) -> int:
        """See `careflow_events.parked.Parked.open_count`."""
        return await self._parked.count_documents({"open": True, "consumer": self._consumer}, hint=OPEN)

    async def groups(self) -> Sequence[ParkedGroup]:
        """See `careflow_events.parked.Parked.groups`."""
        requested = {"$cond": [{"$eq": ["$state", ParkedState.REPLAY_REQUESTED.value]}, 1, 0]}
        group = {
            "_id": {"cause": "$cause", "type": "$event_type"},
            "count": {"$sum": 1},
            "requested": {"$sum": requested},
            "first": {"$min": "$first_failed_at"},
            "last": {"$max": "$first_failed_at"},
        }
        asked = [{"$match": {"open": True, "consumer": self._consumer}}, {"$group": group}]
        found = await (await self._parked.aggregate(asked, hint=OPEN)).to_list()
        return most_first(
            ParkedGroup(
                cause=each["_id"]["cause"],
                event_type=each["_id"].get("type"),
                count=each["count"],
                requested=each["requested"],
                first_failed_at=each["first"],
                last_failed_at=each["last"],
            )
            for each in found
        )

    def _id(self, parked_id: str) -> str:
        return f"{self._consumer}|{parked_id}"

    def _document(self, parked: ParkedRecord) -> Document:
        record = parked.record
        return {
            "_id": self._id(parked.id),
            "consumer": self._consumer,
            "open": parked.state not in _SETTLED,
            "state": parked.state.value,
            "stream": parked.stream,
            "place": parked.place,
            "topic": record.topic,
            "origin": record.origin,
            "partition": record.partition,
            "offset": record.offset,
            "key": record.key,
            "value": record.value,
            "headers": [[name, value] for name, value in record.headers],
            "event_id": parked.event_id,
            "event_type": parked.event_type,
            "cause": parked.cause,
            "attempts": parked.attempts,
            "applied_early": parked.applied_early,
            "first_failed_at": parked.first_failed_at,
            "settled_at": parked.settled_at,
        }

    def _record(self, document: Mapping[str, Any]) -> ParkedRecord:
        return ParkedRecord(
            id=document["_id"].removeprefix(f"{self._consumer}|"),
            record=record_of(document),
            stream=document["stream"],
            place=document["place"],
            event_id=document["event_id"],
            event_type=document["event_type"],
            cause=document["cause"],
            attempts=document["attempts"],
            applied_early=document["applied_early"],
            first_failed_at=document["first_failed_at"],
            state=ParkedState(document["state"]),
            settled_at=document["settled_at"],
        )


def record_of(document: Mapping[str, Any]) -> ConsumedRecord:
    """The record a document of `_parked` holds."""
    return ConsumedRecord(
        topic=document["topic"],
        origin=document["origin"],
        partition=document["partition"],
        offset=document["offset"],
        key=document["key"],
        value=document["value"],
        headers=tuple((name, value) for name, value in document["headers"]),
    )
