"""Calendar days in MongoDB: one document per resource and local date, `{_id, version, taken}`. A patient's is found
by a keyed hash only.

Invariant: a day is added by the first claim on it, if it is still missing then, and changes only from the version it
was read at, so two claims on one day collide and one of them looks again.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import bson
from bson.raw_bson import RawBSONDocument

from booking.domain.calendar import Calendar, CalendarDay, DayKey, Occupancy, Resource, ResourceKind, Taken, Use
from booking.domain.ids import AppointmentId, PatientId
from booking.domain.intervals import Interval
from careflow_events.mongo.unit import unit_of_work
from careflow_service.mongo.client import Database, Document
from careflow_service.mongo.vault import BlindIndex
from careflow_service.work import Transaction

CALENDAR_DAYS: Final = "calendar_days"
AT_ONCE: Final = 128
"""How many days one query names: enough for any booking and most searches. A store that compares each document with
each name, as the local one does, takes seconds for a month of a large clinic in one query, a tenth of that in many.
"""


class MongoCalendarDays:
    """See `booking.application.ports.CalendarDays`."""

    def __init__(self, database: Database, blind_index: BlindIndex, zone: ZoneInfo) -> None:
        self._blind_index = blind_index
        self._collection = database[CALENDAR_DAYS]
        self._codec = self._collection.codec_options
        self._undecoded = self._collection.with_options(self._codec.with_options(document_class=RawBSONDocument))
        self._zone = zone

    async def look(self, keys: Sequence[DayKey]) -> Calendar:
        """Decodes in a thread: a month of a large clinic is thousands of claims, for which no other request should
        wait. Only bytes go there and frozen values come back.
        """
        return await asyncio.to_thread(self._calendar, keys, await self._find(keys))

    async def load(self, keys: Sequence[DayKey]) -> Calendar:
        unit = unit_of_work()
        taken_here = {key: unit.seen(self._place(key)) for key in keys}
        calendar = self._calendar(keys, await self._find([key for key in keys if taken_here[key] is None]))
        for key, day in calendar.days.items():
            # guarded where it is claimed; the others may change
            unit.read(self._place(key), day.version, day, sure=True)
        known = {key: day for key, day in taken_here.items() if isinstance(day, CalendarDay)}
        return Calendar(self._zone, {**calendar.days, **known})

    async def save(self, changed: Sequence[CalendarDay], tx: Transaction) -> None:
        for day in changed:
            document = partial(_document, self._name(day.key), day)
            unit_of_work().put(self._place(day.key), day, document, base=day.version, owner=None)
            tx.touched(f"{CALENDAR_DAYS}/{self._name(day.key)}@{day.version + 1}")

    async def forget(self, patient_id: PatientId, days: Sequence[date]) -> None:
        """Removes when a patient is at the clinic, of these days; what rooms and staff have taken stays theirs."""
        resource = Resource(ResourceKind.PATIENT, patient_id)
        names = [self._name(DayKey(resource, day)) for day in days]
        for first in range(0, len(names), AT_ONCE):
            await self._collection.delete_many({"_id": {"$in": names[first : first + AT_ONCE]}})

    async def _find(self, keys: Sequence[DayKey]) -> list[RawBSONDocument]:
        names = sorted(self._name(key) for key in keys)
        found: list[RawBSONDocument] = []
        for first in range(0, len(names), AT_ONCE):
            query = {"_id": {"$in": names[first : first + AT_ONCE]}}
            found += await self._undecoded.find(query, batch_size=AT_ONCE + 1).to_list()
        return found

    def _calendar(self, keys: Sequence[DayKey], documents: Sequence[RawBSONDocument]) -> Calendar:
        named = {self._name(key): key for key in keys}
        found = (bson.decode(document.raw, self._codec) for document in documents)
        days = (_day(named[document["_id"]], document) for document in found)
        return Calendar(self._zone, {day.key: day for day in days})

    def _name(self, key: DayKey) -> str:
        """What the day is stored under; a patient's is blind, for it says when somebody is at the clinic."""
        if key.resource.kind is not ResourceKind.PATIENT:
            return str(key)
        return f"{key.resource.kind}:{self._blind_index.of(CALENDAR_DAYS, str(key))}"

    def _place(self, key: DayKey) -> tuple[str, str]:
        return (CALENDAR_DAYS, self._name(key))


async def _document(name: str, day: CalendarDay, _: bool) -> Document:
    taken = [_taken_document(each) for each in day.taken]
    return {"_id": name, "version": day.version + 1, "guard": 0, "taken": taken}


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
