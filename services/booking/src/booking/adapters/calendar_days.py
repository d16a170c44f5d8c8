"""Calendar days in MongoDB: one document per resource and local date, `{_id, version, taken}`.

Invariant: a day is made by an idempotent insert of its own and from then on changes only from the version it was read
at, so two claims on one day collide and one of them looks again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from pymongo import UpdateOne

from booking.application.ports import DaysMissing
from booking.domain.calendar import Calendar, CalendarDay, DayKey, Occupancy, Taken, Use
from booking.domain.ids import AppointmentId
from booking.domain.intervals import Interval
from careflow_domain.errors import stale
from careflow_service.mongo.client import Database
from careflow_service.work import Transaction

CALENDAR_DAYS: Final = "calendar_days"


class MongoCalendarDays:
    """See `booking.application.ports.CalendarDays`."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._collection = database[CALENDAR_DAYS]
        self._zone = zone

    async def make(self, keys: Sequence[DayKey]) -> None:
        if keys:
            empty = {"$setOnInsert": {"version": 1, "taken": []}}
            await self._collection.bulk_write(
                [UpdateOne({"_id": str(key)}, empty, upsert=True) for key in sorted(keys)], ordered=False
            )

    async def look(self, keys: Sequence[DayKey]) -> Calendar:
        names = {str(key): key for key in keys}
        found = self._collection.find({"_id": {"$in": sorted(names)}})
        days = [_day(names[document["_id"]], document) async for document in found]
        return Calendar(self._zone, {day.key: day for day in days})

    async def load(self, keys: Sequence[DayKey]) -> Calendar:
        calendar = await self.look(keys)
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


def _day(key: DayKey, document: dict[str, Any]) -> CalendarDay:
    return CalendarDay(key, tuple(_taken(each) for each in document["taken"]), document["version"])


def _taken(document: dict[str, Any]) -> Taken:
    start: datetime = document["start"]
    return Taken(
        AppointmentId(document["appointment_id"]),
        Interval(start, document["end"]),
        Occupancy(Use(document["use"]), document["places"]),
    )


def _taken_document(taken: Taken) -> dict[str, Any]:
    return {
        "appointment_id": taken.appointment_id,
        "start": taken.interval.start,
        "end": taken.interval.end,
        "use": taken.occupancy.use.value,
        "places": taken.occupancy.places,
    }
