"""How fresh a subscriber's view is, by the checkpoints of the partitions it reads."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from typing import Final

from careflow_events.contracts.feed import FeedCheckpoint
from careflow_events.troubles import Stale

STALE_AFTER: Final = timedelta(minutes=2)
"""Checkpoints come each 30 seconds: after so long without one, more than a moment is missing."""

Place = tuple[str, int]


class Freshness:
    """What the checkpoints of one member's partitions say. A checkpoint that is ahead of the reader's `clock` counts as
    the reader's own time.
    """

    def __init__(self, clock: Callable[[], datetime], stale_after: timedelta = STALE_AFTER) -> None:
        self._clock = clock
        self._stale_after = stale_after
        self._since: dict[Place, datetime] = {}
        self._latest: dict[Place, tuple[datetime, frozenset[str]]] = {}
        self._told: set[Place] = set()

    def assigned(self, places: Collection[Place]) -> None:
        """These partitions are read now, and no others."""
        now = self._clock()
        self._since = {place: self._since.get(place, now) for place in places}
        self._latest = {place: latest for place, latest in self._latest.items() if place in self._since}
        self._told &= self._since.keys()

    def note(self, place: Place, checkpoint: FeedCheckpoint) -> None:
        """A checkpoint was read in this partition."""
        as_of = min(checkpoint.as_of, self._clock())
        if place not in self._latest or self._latest[place][0] <= as_of:
            self._latest[place] = (as_of, frozenset(checkpoint.behind))

    def until(self) -> datetime | None:
        """Everything that was recorded before has been heard, but for the streams `behind`; None where a partition has
        had no checkpoint yet, or none is read.
        """
        if not self._since or not self._since.keys() <= self._latest.keys():
            return None
        return min(as_of for as_of, _ in self._latest.values())

    def behind(self) -> frozenset[str]:
        """Streams that may lack events from before `until`, as their writer says."""
        return frozenset().union(*(behind for _, behind in self._latest.values()))

    def stale(self) -> Iterator[Stale]:
        """The partitions that have become stale since this was last asked."""
        limit = self._clock() - self._stale_after
        for place, since in self._since.items():
            as_of = self._latest[place][0] if place in self._latest else None
            if (as_of or since) >= limit:
                self._told.discard(place)
            elif place not in self._told:
                self._told.add(place)
                yield Stale(*place, as_of)
