"""How often somebody may have something done in a time, counted where every process sees it.

Counted is what was committed: a refused or repeated request takes nothing. No driver is imported here, so a service's
application layer may import this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` in each `per`, which are counted from midnight UTC; `name` says of what."""

    name: str
    most: int
    per: timedelta

    def window(self, now: datetime) -> tuple[int, int]:
        """When the time that `now` is in began and ends, in seconds since the epoch."""
        seconds = int(self.per.total_seconds())
        began = int(now.timestamp()) // seconds * seconds
        return began, began + seconds


class Limits(Protocol):
    """Counts within a unit of work, so that what is counted was done."""

    async def take(self, *asked: tuple[Limit, str]) -> None:
        """One more of each limit for whom it names, or of none. Raises LimitReached. Who it was cannot be read from
        what is stored.
        """
