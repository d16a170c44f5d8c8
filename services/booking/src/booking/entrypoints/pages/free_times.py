"""Free times as a page shows them: two weeks of days, and the times of one of them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from booking.domain.availability import Opening

SHOWN: Final = timedelta(days=14)
"""What one page of days covers; more quarter hours than these have are no help in choosing."""

Search = Callable[[datetime, datetime], Awaitable[Sequence[Opening]]]
"""The openings that start from the one time on and before the other."""


async def free_times(
    search: Search, *, first: date | None, day: date | None, now: datetime, clock: ZoneInfo, horizon: timedelta
) -> dict[str, Any]:
    """What the templates of free times need: `first` is the first day shown, `day` the one whose times are."""
    since = max(now, _midnight(first, clock)) if first else now
    before = _midnight(since.astimezone(clock).date() + SHOWN, clock)
    starts = sorted({opening.interval.start for opening in await search(since, before)})
    days = {on: list(times) for on, times in groupby(starts, key=lambda start: start.astimezone(clock).date())}
    return {
        "zone": clock,
        "now": now,
        "days": days,
        "chosen": day if day in days else next(iter(days), None),
        "first": since.astimezone(clock).date(),
        "earlier": max(now, since - SHOWN).astimezone(clock).date() if first and since > now else None,
        "later": before.astimezone(clock).date() if before < now + horizon else None,
    }


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
