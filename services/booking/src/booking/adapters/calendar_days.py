"""Calendar days in MongoDB: one document per resource and local date, `{_id, version, taken}`.

Invariant: a day is made by an idempotent insert of its own and from then on changes only from the version it was read
at, so two claims on one day collide and one of them looks again.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import bson
from bson.raw_bson import RawBSONDocument
from pymongo import UpdateOne

from booking.application.ports import DaysMissing
from booking.domain.calendar import Calendar, CalendarDay, DayKey, Occupancy, Taken, Use
from booking.domain.ids import AppointmentId
from booking.domain.intervals import Interval
from careflow_domain.errors import stale
from careflow_service.mongo.client import Database
from careflow_service.work import Transaction

CALENDAR_DAYS: Final = "calendar_days"
AT_ONCE: Final = 128
"""How many days one query names: enough for any booking and most searches. A store that compares each document with
each name, as the local one does, takes seconds for a month of a large clinic in one query, a tenth of that in many.
"""


class MongoCalendarDays:
    """See `booking.application.ports.CalendarDays`."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._collection = database[CALENDAR_DAYS]
        self._codec = self._collection.codec_options
        self._undecoded = self._collection.with_options(self._codec.with_options(document_class=RawBSONDocument))
        self._zone = zone

    async def make(self, keys: Sequence[DayKey]) -> None:
        if keys:
            empty = {"$setOnInsert": {"version": 1, "taken": []}}
            await self._collection.bulk_write(
                [UpdateOne({"_id": str(key)}, empty, upsert=True) for key in sorted(keys)], ordered=False
            )

    async def look(self, keys: Sequence[DayKey]) -> Calendar:
        """Decodes in a thread: a month of a large clinic is thousands of claims, for which no other request should
        wait. Only bytes go there and frozen values come back.
        """
        return await asyncio.to_thread(self._calendar, keys, await self._find(keys))

    async def load(self, keys: Sequence[DayKey]) -> Calendar:
        calendar = self._calendar(keys, await self._find(keys))
        missing = [key for key in keys if key not in calendar.days]
        if missing:
            raise DaysMissing(missing)
        return calendar

    async def save(self, changed: Sequence[CalendarDay], tx: Transaction) -> None:
        if not changed:
            return
        result = await self._collection.bulk_write(
            [
                UpdateOne(
                    {"_id": str(day.key), "version": day.version},
                    {"$set": {"taken": [_taken_document(taken) for taken in day.taken]}, "$inc": {"version": 1}},
                )
                for day in changed
            ]
        )
        if result.matched_count != len(changed):
            raise stale()
        for day in changed:
            tx.touched(f"{CALENDAR_DAYS}/{day.key}@{day.version + 1}")

    async def _find(self, keys: Sequence[DayKey]) -> list[RawBSONDocument]:
        names = sorted(str(key) for key in keys)
        found: list[RawBSONDocument] = []
        for first in range(0, len(names), AT_ONCE):
            query = {"_id": {"$in": names[first : first + AT_ONCE]}}
            found += await self._undecoded.find(query, batch_size=AT_ONCE + 1).to_list()
        return found

    def _calendar(self, keys: Sequence[DayKey], documents: Sequence[RawBSONDocument]) -> Calendar:
        named = {str(key): key for key in keys}
        found = (bson.decode(document.raw, self._codec) for document in documents)
        days = (_day(named[document["_id"]], document) for document in found)
        return Calendar(self._zone, {day.key: day for day in days})


def _day(key: DayKey, document: Mapping[str, Any]) -> CalendarDay:
    return CalendarDay(key, tuple(_taken(each) for each in document["taken"]), document["version"])


def _taken(document: dict[str, Any]) -> Taken:
    start: datetime = document["start"]
    return Taken(
        AppointmentId(document["appointment_id"]),
        Interval(start, document["end"]),
        _occupancy(document["use"], document["places"]),
    )


@lru_cache(maxsize=64)
def _occupancy(use: str, places: int) -> Occupancy:
    """The templates know a handful, each of which stands in thousands of claims."""
    return Occupancy(Use(use), places)


def _taken_document(taken: Taken) -> dict[str, Any]:
    return {
        "appointment_id": taken.appointment_id,
        "start": taken.interval.start,
        "end": taken.interval.end,
        "use": taken.occupancy.use.value,
        "places": taken.occupancy.places,
    }
