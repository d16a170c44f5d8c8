"""A consumer's memory of itself in `_consumers`: one document for the consumer, one for each topic it reads; and what
operators have paused in `_pauses`: one document for each of them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from careflow_events.consumers import NEVER_STARTED, Feed, Pause, Start, StartPlace, StopReason
from careflow_events.mongo.collections import Document, collection


class MongoConsumers:
    """The `Consumers` port of one consumer."""

    def __init__(self, database: AsyncDatabase[Document], consumer: str) -> None:
        self._consumers = collection(database, "_consumers")
        self._pauses = collection(database, "_pauses")
        self._consumer = consumer

    async def feed(self, topic: str) -> Feed:
        """See `careflow_events.consumers.Consumers.feed`."""
        document = await self._consumers.find_one(self._topic(topic))
        if document is None:
            return NEVER_STARTED
        return Feed(
            topic_id=document.get("topic_id"),
            offsets={int(partition): offset for partition, offset in document.get("offsets", {}).items()},
            checkpoints={int(partition): as_of for partition, as_of in document.get("as_of", {}).items()},
            behind=frozenset(stream for named in document.get("behind", {}).values() for stream in named),
            start=None if document.get("start") is None else _start(document["start"]),
            may_start_over=document.get("may_start_over", False),
            started_over=document.get("started_over", 0),
        )

    async def note_started(self, topic: str, topic_id: str, partition: int, offset: int) -> None:
        """See `careflow_events.consumers.Consumers.note_started`."""
        started = {"topic_id": topic_id, f"offsets.{partition}": offset}
        await self._consumers.update_one(self._topic(topic), {"$set": started}, upsert=True)

    async def start_at(self, topic: str, start: Start) -> bool:
        """See `careflow_events.consumers.Consumers.start_at`."""
        never_begun: Document = {**self._topic(topic), "offsets": {"$exists": False}}
        try:
            await self._consumers.update_one(never_begun, {"$set": {"start": asdict(start)}}, upsert=True)
        except DuplicateKeyError:  # allow duplicate-key: no unit of work; the topic was begun
            return False
        return True

    async def begin(self, topic: str, topic_id: str, offsets: Mapping[int, int]) -> None:
        """See `careflow_events.consumers.Consumers.begin`."""
        begun = {"topic_id": topic_id, "offsets": {str(partition): offset for partition, offset in offsets.items()}}
        await self._consumers.update_one({**self._topic(topic), "offsets": {"$exists": False}}, {"$set": begun})

    async def note_settled(self, topic: str, noted: Mapping[int, int], settled: Mapping[int, int]) -> bool:
        """See `careflow_events.consumers.Consumers.note_settled`."""
        not_behind: Document = {f"offsets.{partition}": {"$gte": offset} for partition, offset in noted.items()}
        raised = {"$max": {f"offsets.{partition}": offset for partition, offset in settled.items()}}
        done = await self._consumers.update_one({**self._topic(topic), **not_behind}, raised)
        return done.matched_count == 1

    async def note_checkpoint(
        self, topic: str, partition: int, as_of: datetime, *, now: datetime, behind: Collection[str] = ()
    ) -> None:
        """See `careflow_events.consumers.Consumers.note_checkpoint`."""
        field = f"as_of.{partition}"
        possible = {**self._topic(topic), field: {"$not": {"$gt": now}}}
        named: Document = {f"behind.{partition}": sorted(behind)}
        try:
            await self._consumers.update_one(possible, {"$max": {field: as_of}, "$set": named}, upsert=True)
        except DuplicateKeyError:  # allow duplicate-key: no unit of work; what is stored says more than can be known
            await self._consumers.update_one(self._topic(topic), {"$set": {field: as_of, **named}})

    async def stop(self, reason: StopReason, at: datetime) -> None:
        """See `careflow_events.consumers.Consumers.stop`."""
        await self._consumers.update_one(
            {"_id": self._consumer}, {"$set": {"stopped": reason.value, "stopped_at": at}}, upsert=True
        )

    async def stopped(self) -> StopReason | None:
        """See `careflow_events.consumers.Consumers.stopped`."""
        document = await self._consumers.find_one({"_id": self._consumer})
        reason = None if document is None else document["stopped"]
        return None if reason is None else StopReason(reason)

    async def resume(self) -> None:
        """See `careflow_events.consumers.Consumers.resume`."""
        reason = await self.stopped()
        if reason is not None and reason.starts_over:
            await self._consumers.update_many(self._mine(), {"$set": {"may_start_over": True}})
        await self._consumers.update_one({"_id": self._consumer}, {"$set": {"stopped": None, "stopped_at": None}})

    async def start_over(self, topic: str, *, lost: bool) -> None:
        """See `careflow_events.consumers.Consumers.start_over`."""
        change: Document = {"$unset": {"may_start_over": 1}}
        if lost:
            change["$unset"] |= {"topic_id": 1, "offsets": 1, "start": 1}
            change["$inc"] = {"started_over": 1}
        await self._consumers.update_one({**self._topic(topic), "may_start_over": True}, change)

    async def pauses(self) -> Sequence[Pause]:
        """See `careflow_events.consumers.Consumers.pauses`."""
        found = await self._pauses.find(self._mine()).sort([("_id", 1)]).to_list()
        return [Pause(each["by"], frozenset(each["topics"]), each["since"]) for each in found]

    async def pause(self, by: str, topics: Collection[str], at: datetime) -> None:
        """See `careflow_events.consumers.Consumers.pause`."""
        named = {"$addToSet": {"topics": {"$each": sorted(topics)}}, "$setOnInsert": {"by": by, "since": at}}
        await self._pauses.update_one(self._pause(by), named, upsert=True)

    async def lift_pause(self, by: str) -> bool:
        """See `careflow_events.consumers.Consumers.lift_pause`."""
        return (await self._pauses.delete_one(self._pause(by))).deleted_count == 1

    def _mine(self) -> Document:
        """This consumer's documents of which it has several: `}` is what follows `|`."""
        return {"_id": {"$gt": f"{self._consumer}|", "$lt": f"{self._consumer}}}"}}

    def _pause(self, by: str) -> Document:
        return {"_id": f"{self._consumer}|{by}"}

    def _topic(self, topic: str) -> Document:
        return {"_id": f"{self._consumer}|{topic}"}


def _start(document: Mapping[str, Any]) -> Start:
    return Start(
        place=StartPlace(document["place"]),
        instant=document["instant"],
        by=document["by"],
        asked_at=document["asked_at"],
    )
