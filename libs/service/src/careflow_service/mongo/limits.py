"""Limits in `_limits`, one document for each limit, caller and time: `{_id, version, guard, expires_at}`.

The version is the count, so two who count at once collide. `_id` is a keyed hash: the store does not say who. While one
key follows another there is a document with each, and what the higher one says counts.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Final

from pymongo.read_concern import ReadConcern

from careflow_events.mongo.unit import unit_of_work
from careflow_service.clock import Clock
from careflow_service.errors import LimitReached
from careflow_service.limits import Limit
from careflow_service.mongo.client import Database, Document
from careflow_service.mongo.vault import BlindIndex

LIMITS: Final = "_limits"


class MongoLimits:
    """See `careflow_service.limits.Limits`."""

    def __init__(self, database: Database, blind_index: BlindIndex, wall_clock: Clock) -> None:
        self._counts = database.get_collection(LIMITS, read_concern=ReadConcern("majority"))
        self._blind_index = blind_index
        self._wall_clock = wall_clock

    async def take(self, *asked: tuple[Limit, str]) -> None:
        unit, now = unit_of_work(), self._wall_clock()
        windows = [(limit, self._names(limit, who, now)) for limit, who in asked]
        asked_for = sorted({name for _, names in windows for name in names})
        found = {each["_id"]: each["version"] async for each in self._counts.find({"_id": {"$in": asked_for}})}
        for limit, names in windows:
            count, (_, ends) = max(found.get(name, 0) for name in names), limit.window(now)
            if count >= limit.most:
                raise LimitReached(retry_after=max(1, ends - int(now.timestamp())))
            for name in names:
                base = found.get(name, 0)
                unit.read((LIMITS, name), base, base, sure=True)
                document = partial(_document, name, count + 1, ends)
                unit.put((LIMITS, name), count + 1, document, base=base, owner=None)

    def _names(self, limit: Limit, who: str, now: datetime) -> list[str]:
        return self._blind_index.every(f"limit.{limit.name}", f"{limit.window(now)[0]}|{who}")


async def _document(name: str, count: int, ends: int, _: bool) -> Document:
    return {"_id": name, "version": count, "guard": 0, "expires_at": datetime.fromtimestamp(ends, UTC)}
