"""How long one absence is, and which other times are proposed for a visit it concerns."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from booking.domain.intervals import Interval
from careflow_domain.errors import invalid

LONGEST_ABSENCE: Final = timedelta(days=31, hours=1)
"""A month, also one with an hour more; who is away for longer says so again."""


def check_absence(absence: Interval) -> None:
    """Raises `absence_too_long`."""
    if absence.length > LONGEST_ABSENCE:
        raise invalid("absence_too_long", "One absence covers 31 days at most.", most_days=LONGEST_ABSENCE.days)


def near_to(wished: datetime, free: Iterable[datetime], zone: ZoneInfo, most: int) -> tuple[datetime, ...]:
    """Of free times in order those a patient would rather take: of each date the one nearest to the hour they had, of
    the dates the nearest; earliest first.
    """

    def from_their_hour(at: datetime) -> timedelta:
        there, here = at.astimezone(zone), wished.astimezone(zone)
        return abs(datetime.combine(there.date(), here.time(), zone) - there)

    dates = groupby(free, key=lambda at: at.astimezone(zone).date())
    best = (min(times, key=from_their_hour) for _, times in dates)
    return tuple(sorted(sorted(best, key=lambda at: abs(at - wished))[:most]))
