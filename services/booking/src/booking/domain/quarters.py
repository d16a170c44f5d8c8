"""A span of time as bits of an integer, one per quarter-hour, so that one operation asks a question of all of them.

The bits count UTC quarter-hours, so a local date has 92, 96 or 100 of them and DST needs no special case.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from math import floor, lcm

from booking.domain.calendar import Occupancy, Taken, Use
from booking.domain.intervals import QUARTER, Interval


@dataclass(frozen=True, slots=True)
class Grid:
    """A span of time as numbered quarter-hours."""

    start: datetime
    cells: int

    @classmethod
    def over(cls, span: Interval) -> "Grid":
        start = span.start - (span.start - datetime.min.replace(tzinfo=span.start.tzinfo)) % QUARTER
        return cls(start, -(-(span.end - start) // QUARTER))

    @property
    def everything(self) -> int:
        return (1 << self.cells) - 1

    def instant(self, cell: int) -> datetime:
        return self.start + cell * QUARTER

    def touched(self, interval: Interval) -> tuple[int, int]:
        """The first cell that overlaps the interval, and the first after it that does not; as if the grid went on."""
        return (interval.start - self.start) // QUARTER, -((self.start - interval.end) // QUARTER)

    def inside(self, interval: Interval) -> int:
        """The cells that lie wholly in the interval."""
        return self._part_of(-((self.start - interval.start) // QUARTER), (interval.end - self.start) // QUARTER)

    def overlapping(self, interval: Interval) -> int:
        """The cells of which any part lies in the interval."""
        return self._part_of(*self.touched(interval))

    def _part_of(self, first: int, last: int) -> int:
        return stretch(max(first, 0), min(last, self.cells))


@dataclass(frozen=True, slots=True)
class Load:
    """How much of a resource is taken, in parts of a whole, from one change to the next."""

    whole: int
    changes: tuple[tuple[int, int], ...]
    """The cell from which on so much is taken, in order; nothing before the first and after the last."""
    led: int
    """The cells in which a visit has it leading."""

    @classmethod
    def of(cls, taken: Collection[Taken], grid: Grid) -> "Load":
        whole = lcm(*{t.occupancy.places for t in taken})
        steps: defaultdict[int, int] = defaultdict(int)
        for each in taken:
            first, last = grid.touched(each.interval)
            parts = each.occupancy.parts_of(whole)
            steps[first] += parts
            steps[last] -= parts
        changes, level = [], 0
        for cell in sorted(cell for cell, step in steps.items() if step):
            level += steps[cell]
            changes.append((min(max(cell, 0), grid.cells), level))
        led = union(grid.overlapping(each.interval) for each in taken if each.occupancy.use is Use.LEADING)
        return cls(whole, tuple(changes), led)

    def full_for(self, occupancy: Occupancy) -> int:
        """The cells in which what is taken leaves no room for this occupancy."""
        most = floor(self.whole * (1 - occupancy.share))
        full, since = self.led if occupancy.use is Use.LEADING else 0, None
        for cell, level in self.changes:
            if level > most:
                since = cell if since is None else since
            elif since is not None:
                full |= stretch(since, cell)
                since = None
        return full


def stretch(first: int, last: int) -> int:
    """The cells from the first to before the last."""
    return ((1 << (last - first)) - 1) << first if first < last else 0


def runs(free: int, length: int) -> int:
    """The cells from which `length` cells in a row are free."""
    found, covered = free, 1
    while covered < length:
        step = min(covered, length - covered)
        found &= found >> step
        covered += step
    return found


def union(masks: Iterable[int]) -> int:
    """The cells that are in any of them."""
    found = 0
    for mask in masks:
        found |= mask
    return found
