"""Calendar days in MongoDB: one document per resource and local date, `{_id, version, taken}`. A patient's is found
by a keyed hash only; while one key follows another it lies there under both, and the later version counts.

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
from careflow_service.mongo.blinding import HASHED_WITH
from careflow_service.mongo.client import Database, Document
from careflow_service.mongo.vault import BlindIndex
from careflow_service.work import Transaction

CALENDAR_DAYS: Final = "calendar_days"
PATIENTS_DAY: Final = f"{ResourceKind.PATIENT}:"
"""How the name of a patient's day begins."""
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
        return self._calendar(await asyncio.to_thread(self._days, keys, await self._find(keys)))

    async def load(self, keys: Sequence[DayKey]) -> Calendar:
        unit = unit_of_work()
        places = {key: [(CALENDAR_DAYS, name) for name in self.names(key)] for key in keys}
        seen = {place: day for each in places.values() for place in each if (day := unit.seen(place)) is not None}
        found = await self._find([key for key in keys if not seen.keys() & places[key]])
        stored = self._days(keys, found)
        for name, day in stored.items():
            # guarded where it is claimed; the others may change
            unit.read((CALENDAR_DAYS, name), day.version, day, sure=True)
        known = {name: day for (_, name), day in seen.items() if isinstance(day, CalendarDay)}
        return self._calendar({**stored, **known})

    async def save(self, changed: Sequence[CalendarDay], tx: Transaction) -> None:
        unit = unit_of_work()
        for day in changed:
            names = self.names(day.key)
            for name, mark in zip(names, self.marks(names), strict=True):
                before = unit.seen((CALENDAR_DAYS, name))
                base = before.version if isinstance(before, CalendarDay) else 0
                document = partial(_document, name, day, mark)
                unit.put((CALENDAR_DAYS, name), day, document, base=base, owner=None)
            tx.touched(f"{CALENDAR_DAYS}/{names[-1]}@{day.version + 1}")

    async def forget(self, patient_id: PatientId, days: Sequence[date]) -> None:
        """Removes when a patient is at the clinic, of these days; what rooms and staff have taken stays theirs."""
        resource = Resource(ResourceKind.PATIENT, patient_id)
        names = [name for day in days for name in self.names(DayKey(resource, day))]
        for first in range(0, len(names), AT_ONCE):
            await self._collection.delete_many({"_id": {"$in": names[first : first + AT_ONCE]}})

    def names(self, key: DayKey) -> list[str]:
        """What the day is stored under; a patient's is blind, for it says when somebody is at the clinic: with each key
        that is written with.
        """
        if key.resource.kind is not ResourceKind.PATIENT:
            return [str(key)]
        return [f"{PATIENTS_DAY}{each}" for each in self._blind_index.every(CALENDAR_DAYS, str(key))]

    def marks(self, names: Sequence[str]) -> list[str | None]:
        """With which key each of these names is made, and under which the day lies there as well."""
        mark = self._blind_index.line.mark
        if mark is None or not names[0].startswith(PATIENTS_DAY):
            return [None] * len(names)
        return [*marks_of(mark)]

    async def _find(self, keys: Sequence[DayKey]) -> list[RawBSONDocument]:
        names = sorted(name for key in keys for name in self.names(key))
        found: list[RawBSONDocument] = []
        for first in range(0, len(names), AT_ONCE):
            query = {"_id": {"$in": names[first : first + AT_ONCE]}}
            found += await self._undecoded.find(query, batch_size=AT_ONCE + 1).to_list()
        return found

    def _days(self, keys: Sequence[DayKey], documents: Sequence[RawBSONDocument]) -> dict[str, CalendarDay]:
        """By the name of each."""
        named = {name: key for key in keys for name in self.names(key)}
        found = (bson.decode(document.raw, self._codec) for document in documents)
        return {document["_id"]: _day(named[document["_id"]], document) for document in found}

    def _calendar(self, days: Mapping[str, CalendarDay]) -> Calendar:
        latest: dict[DayKey, CalendarDay] = {}
        for day in sorted(days.values(), key=lambda each: each.version):
            latest[day.key] = day
        return Calendar(self._zone, latest)


def marks_of(mark: str) -> list[str]:
    """Of "a b": "a b" for what is named with a, and "b" for what is named with b."""
    keys = mark.split()
    return [" ".join(keys[place:]) for place in range(len(keys))]


async def _document(name: str, day: CalendarDay, mark: str | None, _: bool) -> Document:
    taken = [_taken_document(each) for each in day.taken]
    marked = {} if mark is None else {HASHED_WITH: mark}
    return {"_id": name, "version": day.version + 1, "guard": 0, "taken": taken, **marked}


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
