"""When a resource can be booked: hours by weekday, with exceptions by date. Wall-clock times of the clinic's zone
become instants here and nowhere else.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from booking.domain.intervals import Interval, local_instant
from careflow_domain.errors import invalid, not_found

_MIDNIGHT = time.min
_NO_HOURS: "tuple[tuple[OpenHours, ...], ...]" = ((),) * 7


@dataclass(frozen=True, slots=True, order=True)
class OpenHours:
    """From `opens` to `closes` on one date; `closes` 00:00 means the end of that date. Raises `hours_invalid`."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens.tzinfo or self.closes.tzinfo:
            raise invalid("hours_invalid", "Hours are wall-clock times of the clinic's zone, without an offset.")
        if self.closes != _MIDNIGHT and self.closes <= self.opens:
            raise invalid("hours_invalid", "Hours must close later than they open.")

    def on(self, day: date, zone: ZoneInfo) -> Interval | None:
        """These hours on a date; nothing when the clocks skip them."""
        last = day + timedelta(days=1) if self.closes == _MIDNIGHT else day
        start, end = local_instant(day, self.opens, zone), local_instant(last, self.closes, zone)
        return Interval(start, end) if start < end else None


@dataclass(frozen=True, slots=True)
class HoursException:
    """One date on which other hours hold; none at all means closed."""

    day: date
    hours: tuple[OpenHours, ...] = ()

    def __post_init__(self) -> None:
        _refuse_overlaps(self.hours)


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours by weekday, Monday first, and the exceptions that replace them on their date. Raises `hours_invalid`."""

    weekly: tuple[tuple[OpenHours, ...], ...] = _NO_HOURS
    exceptions: tuple[HoursException, ...] = ()

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise invalid("hours_invalid", "Hours need seven weekdays, Monday first.")
        for hours in self.weekly:
            _refuse_overlaps(hours)

    def open_on(self, day: date, zone: ZoneInfo) -> tuple[Interval, ...]:
        """When it is open on a local date."""
        exception = next((e for e in self.exceptions if e.day == day), None)
        hours = self.weekly[day.weekday()] if exception is None else exception.hours
        return tuple(interval for h in sorted(hours) if (interval := h.on(day, zone)))

    def with_exception(self, exception: HoursException) -> "Hours":
        """An exception replaces the one there was for its date."""
        others = tuple(e for e in self.exceptions if e.day != exception.day)
        return replace(self, exceptions=tuple(sorted((*others, exception), key=lambda e: e.day)))

    def closed_during(self, absence: Interval, zone: ZoneInfo) -> "Hours":
        """What is left of the hours without this time, as exceptions for the dates that lose something. Left over is
        never more than there was: of a stretch that cannot be told by the clock, in the hour that comes twice, nothing.
        """
        hours = self
        for day in absence.days(zone):
            there = self.open_on(day, zone)
            left = [piece for each in there for piece in each.without(absence)]
            if list(there) != left:
                told = (_by_the_clock(piece, day, zone) for piece in left)
                hours = hours.with_exception(HoursException(day, tuple(each for each in told if each)))
        return hours

    def closed_on(self, days: Iterable[date]) -> tuple[date, ...]:
        """Those of the dates on which it is closed though the weekday may have hours: exceptions without any."""
        closed = {each.day for each in self.exceptions if not each.hours}
        return tuple(day for day in days if day in closed)

    def open_again(self, days: Iterable[date]) -> "Hours":
        """The weekday's hours hold again on those of the dates it is closed on. Raises `hours_exception_not_found`."""
        again = self.closed_on(days)
        if not again:
            raise not_found("hours_exception")
        return replace(self, exceptions=tuple(each for each in self.exceptions if each.day not in again))

    def without_exception(self, day: date) -> "Hours":
        """The weekday's hours hold again on this date."""
        kept = tuple(e for e in self.exceptions if e.day != day)
        if len(kept) == len(self.exceptions):
            raise not_found("hours_exception")
        return replace(self, exceptions=kept)


def _by_the_clock(piece: Interval, day: date, zone: ZoneInfo) -> OpenHours | None:
    opens, closes = piece.start.astimezone(zone).time(), piece.end.astimezone(zone).time()
    if closes != _MIDNIGHT and closes <= opens:
        return None
    told = OpenHours(opens, closes)
    meant = told.on(day, zone)
    return told if meant is not None and piece.covers(meant) else None


def _refuse_overlaps(hours: tuple[OpenHours, ...]) -> None:
    ordered = sorted(hours)
    for earlier, later in pairwise(ordered):
        if earlier.closes == _MIDNIGHT or earlier.closes > later.opens:
            raise invalid("hours_invalid", "Hours of one date must not overlap.")
