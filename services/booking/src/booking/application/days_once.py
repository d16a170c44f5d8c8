"""Calendar days that are asked for again and again by one query, and read once.

Invariant: it lives as long as one query, and nobody claims by what it says: a day in it is as it was when it was first
asked for.
"""

import asyncio
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from booking.application.ports import CalendarDays
from booking.domain.calendar import Calendar, CalendarDay, DayKey
from booking.domain.ids import PatientId
from careflow_service.work import Transaction


class DaysOnce:
    """See `booking.application.ports.CalendarDays`. Searches that run side by side wait for the same reading."""

    def __init__(self, days: CalendarDays, zone: ZoneInfo) -> None:
        self._days = days
        self._zone = zone
        self._asked: dict[DayKey, asyncio.Task[Calendar]] = {}

    async def look(self, keys: Sequence[DayKey]) -> Calendar:
        missing = [key for key in keys if key not in self._asked]
        if missing:
            self._asked |= dict.fromkeys(missing, asyncio.create_task(self._read(missing)))
        read = await asyncio.gather(*dict.fromkeys(self._asked[key] for key in keys))
        known = {key: day for calendar in read for key, day in calendar.days.items()}
        return Calendar(self._zone, {key: known[key] for key in keys if key in known})

    async def load(self, keys: Sequence[DayKey]) -> Calendar:
        return await self._days.load(keys)

    async def save(self, changed: Sequence[CalendarDay], tx: Transaction) -> None:
        await self._days.save(changed, tx)

    async def forget(self, patient_id: PatientId, days: Sequence[date]) -> None:
        await self._days.forget(patient_id, days)

    async def _read(self, keys: Sequence[DayKey]) -> Calendar:
        return await self._days.look(keys)
