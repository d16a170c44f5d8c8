"""Positions in `_positions`, one document per consumer and stream: `{_id: "<consumer>|<stream>", last, last_event_id,
block}`. Moving on is one conditional write on `_id`.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any, Final

from pymongo.asynchronous.database import AsyncDatabase

from careflow_events.mongo.collections import Document, collection
from careflow_events.mongo.consumers import MongoConsumers
from careflow_events.mongo.indexes import BLOCKED
from careflow_events.mongo.owners import owner_of
from careflow_events.mongo.unit import current_unit, unit_of_work
from careflow_events.outbox import StreamPosition
from careflow_events.positions import Block, Position, Standing, meeting

POSITIONS: Final = "_positions"


class MongoPositions:
    """The `Positions` port of one consumer."""

    def __init__(self, database: AsyncDatabase[Document], consumer: str) -> None:
        self._database = database
        self._positions = collection(database, POSITIONS)
        self._consumer = consumer

    async def advance(self, stream: str, sequence: int, event_id: str) -> Standing:
        """See `careflow_events.positions.Positions.advance`. An event is taken for the next one without asking: the
        commit finds out, and then, when the unit of work runs again, the position is read.
        """
        unit = unit_of_work()
        if not unit.again:
            if sequence == 1:
                unit.insert(POSITIONS, self._first(Position(stream, sequence, event_id)), missing=True)
            else:
                unit.update(
                    POSITIONS,
                    {"_id": self._id(stream), "last": sequence - 1, "block": None},
                    {"$set": {"last": sequence, "last_event_id": event_id}},
                )
            return Standing.NEXT
        position = await self.find(stream)
        before = await meeting(self, position, stream, sequence)
        standing = before.standing(sequence, event_id)
        if standing is Standing.NEXT:
            await self.replace(position, before.handling(sequence, event_id))
        return standing

    async def find(self, stream: str) -> Position | None:
        """See `careflow_events.positions.Positions.find`."""
        document = await self._positions.find_one({"_id": self._id(stream)})
        return None if document is None else _position(stream, document)

    async def of_streams(self, streams: Collection[str]) -> dict[str, Position]:
        """Where this consumer stands in those of these streams it has begun."""
        by_id = {self._id(stream): stream for stream in streams}
        found = self._positions.find({"_id": {"$in": sorted(by_id)}}) if by_id else None
        documents = [] if found is None else await found.to_list()
        return {by_id[each["_id"]]: _position(by_id[each["_id"]], each) for each in documents}

    async def replace(self, before: Position | None, after: Position) -> None:
        """See `careflow_events.positions.Positions.replace`. Whoever loses against another runs again."""
        unit = unit_of_work()
        if after.block is not None and (before is None or before.block is None):
            unit.change(owner_of(after.stream.partition("/")[2]))  # gates that found nothing in the way look again
        if before is None:
            unit.insert(POSITIONS, self._first(after), missing=True)
            return
        as_before: Document = {"_id": self._id(before.stream), "last": before.last}
        if before.block is None:
            as_before["block"] = None
        else:
            as_before |= {"block.parked": before.block.parked, "block.settled": before.block.settled}
        unit.update(POSITIONS, as_before, {"$set": _fields(after)})

    async def began_within(self, topic: str) -> bool:
        """See `careflow_events.positions.Positions.began_within`."""
        return (await MongoConsumers(self._database, self._consumer).feed(topic)).began_within

    async def reached(self, position: StreamPosition) -> bool:
        """See `careflow_events.positions.Positions.reached`."""
        there = {"_id": self._id(position.stream), "last": {"$gte": position.sequence}}
        return await self._positions.find_one(there, {"_id": 1}) is not None

    async def blocked(self, subject: str) -> bool:
        """See `careflow_events.positions.Positions.blocked`."""
        unit = current_unit()
        if unit is not None:
            await unit.mark(owner_of(subject))
        streams = self._positions.find({"subject": subject, "consumer": self._consumer}, {"block.cause": 1})
        return any(position.get("block") is not None for position in await streams.to_list())

    async def blocked_of(self, subjects: Collection[str]) -> frozenset[str]:
        """Which of these are blocked, for somebody who only looks."""
        asked = {"subject": {"$in": list(subjects)}, "consumer": self._consumer}
        streams = await self._positions.find(asked, {"subject": 1, "block.cause": 1}).to_list()
        return frozenset(each["subject"] for each in streams if each.get("block") is not None)

    async def blocked_streams(self) -> int:
        """See `careflow_events.positions.Positions.blocked_streams`."""
        blocked = {"block.parked": {"$gt": 0}, "consumer": self._consumer}
        return await self._positions.count_documents(blocked, hint=BLOCKED)

    def _first(self, position: Position) -> Document:
        subject = position.stream.partition("/")[2]
        return {
            "_id": self._id(position.stream),
            "consumer": self._consumer,
            "subject": subject,
            **_fields(position),
        }

    def _id(self, stream: str) -> str:
        return f"{self._consumer}|{stream}"


def _fields(position: Position) -> Document:
    return {
        "last": position.last,
        "last_event_id": position.last_event_id,
        "block": None if position.block is None else asdict(position.block),
        "given_up": [list(each) for each in position.given_up],
    }


def _position(stream: str, document: Mapping[str, Any]) -> Position:
    block = document["block"]
    return Position(
        stream=stream,
        last=document["last"],
        last_event_id=document["last_event_id"],
        block=None if block is None else Block(**block),
        given_up=tuple((first, last) for first, last in document["given_up"]),
    )
