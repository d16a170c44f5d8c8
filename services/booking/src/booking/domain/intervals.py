"""Stretches of time. Invariant: an interval is half open, not empty, and held in UTC, so that its length is real time
on DST days.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from careflow_domain.errors import invalid

QUARTER = timedelta(minutes=15)
"""The grid every visit starts on. All zones in use are whole quarter-hours from UTC, so the grid is the same in each.
"""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """[start, end) in UTC. Raises `time_without_zone` or `end_before_start`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise invalid("time_without_zone", "A time needs its offset from UTC.")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end <= self.start:
            raise invalid("end_before_start", "The end must be later than the start.")

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def overlaps(self, other: "Interval") -> bool:
        return self.start < other.end and other.start < self.end

    def covers(self, other: "Interval") -> bool:
        return self.start <= other.start and other.end <= self.end

    def within(self, other: "Interval") -> "Interval | None":
        """The part of this interval that lies in the other one."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Interval(start, end) if start < end else None

    def without(self, other: "Interval") -> tuple["Interval", ...]:
        """The parts of this interval that do not lie in the other one."""
        if not self.overlaps(other):
            return (self,)
        before = (Interval(self.start, other.start),) if self.start < other.start else ()
        behind = (Interval(other.end, self.end),) if other.end < self.end else ()
        return (*before, *behind)

    def days(self, zone: ZoneInfo) -> tuple[date, ...]:
        """The local dates it touches, in order."""
        first = self.start.astimezone(zone).date()
        last = (self.end - timedelta(microseconds=1)).astimezone(zone).date()
        return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def day_interval(day: date, zone: ZoneInfo) -> Interval:
    """A local date from midnight to midnight: 23, 24 or 25 hours."""
    return Interval(local_instant(day, time.min, zone), local_instant(day + timedelta(days=1), time.min, zone))


def days_interval(first: date, last: date, zone: ZoneInfo) -> Interval:
    """From the midnight before the first local date to the one after the last. Raises `end_before_start`."""
    return Interval(day_interval(first, zone).start, day_interval(last, zone).end)


def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of a wall-clock time. As in RFC 5545: of a time that occurs twice the first, of one that is skipped
    as if it were not.
    """
    return datetime.combine(day, at, tzinfo=zone).replace(fold=0).astimezone(UTC)


def on_grid(instant: datetime) -> bool:
    """Whether a visit may start at this instant."""
    return (instant - datetime.min.replace(tzinfo=UTC)) % QUARTER == timedelta(0)
