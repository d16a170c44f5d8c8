"""A query that looks for other times for many visits reads each day of the clinic once."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from booking.application.days_once import DaysOnce
from booking.domain.calendar import Calendar, CalendarDay, DayKey, Resource, ResourceKind
from services.booking.tests.builders import ZONE

KEYS = [DayKey(Resource(ResourceKind.PRACTITIONER, who), date(2026, 11, 24)) for who in ("kim", "lee", "joy")]


class Counted:
    def __init__(self) -> None:
        self.read: Counter[DayKey] = Counter()

    async def look(self, keys: Sequence[DayKey]) -> Calendar:
        self.read.update(keys)
        await asyncio.sleep(0)
        return Calendar(ZONE, {key: CalendarDay(key) for key in keys if key is not KEYS[2]})


async def test_days_are_read_once_also_by_searches_side_by_side() -> None:
    store: Any = Counted()
    days = DaysOnce(store, ZONE)
    seen = await asyncio.gather(days.look(KEYS[:2]), days.look(KEYS[1:]), days.look(KEYS), days.look([]))
    assert [set(each.days) for each in seen] == [set(KEYS[:2]), {KEYS[1]}, set(KEYS[:2]), set()]
    assert set(store.read.values()) == {1}
