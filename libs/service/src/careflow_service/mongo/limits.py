"""Limits in `_limits`, one document for each limit, caller and time: `{_id, version, guard, expires_at}`.

The version is the count, so two who count at once collide. `_id` is a keyed hash: the store does not say who.
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
        windows = {self._name(limit, who, now): limit for limit, who in asked}
        found = {each["_id"]: each["version"] async for each in self._counts.find({"_id": {"$in": sorted(windows)}})}
        for name, limit in windows.items():
            count, (_, ends) = found.get(name, 0), limit.window(now)
            if count >= limit.most:
                raise LimitReached(retry_after=max(1, ends - int(now.timestamp())))
            unit.read((LIMITS, name), count, count, sure=True)
            document = partial(_document, name, count + 1, ends)
            unit.put((LIMITS, name), count + 1, document, base=count, owner=None)

    def _name(self, limit: Limit, who: str, now: datetime) -> str:
        return self._blind_index.of(f"limit.{limit.name}", f"{limit.window(now)[0]}|{who}")


async def _document(name: str, count: int, ends: int, _: bool) -> Document:
    return {"_id": name, "version": count, "guard": 0, "expires_at": datetime.fromtimestamp(ends, UTC)}
