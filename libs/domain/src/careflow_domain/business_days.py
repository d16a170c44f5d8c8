"""Business days: what the law counts in. Which days are holidays is known outside; here is only the counting."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class BusinessCalendar(Protocol):
    """Which dates are business days: not Saturday, not Sunday, no federal holiday."""

    def is_business_day(self, day: date) -> bool: ...


def business_day_after(day: date, count: int, calendar: BusinessCalendar) -> date:
    """The `count`-th business day after a date."""
    while count > 0:
        day += timedelta(days=1)
        count -= calendar.is_business_day(day)
    return day


def business_day_before(day: date, count: int, calendar: BusinessCalendar) -> date:
    """The `count`-th business day before a date."""
    while count > 0:
        day -= timedelta(days=1)
        count -= calendar.is_business_day(day)
    return day


def is_business_days_ahead(today: date, day: date, count: int, calendar: BusinessCalendar) -> bool:
    """Whether at least so many business days lie between today, not counted, and the day itself, counted. Looks no
    further than that many, however far ahead the day is.
    """
    return business_day_after(today, count, calendar) <= day


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a date of the clinic is over."""
    return opening_of(day + timedelta(days=1), time.min, zone)


def opening_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A wall-clock time of the clinic on a date."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
