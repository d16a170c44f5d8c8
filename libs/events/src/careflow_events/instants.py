"""Moments on the wire: RFC 3339, UTC, milliseconds, ending in `Z`."""

import re
from datetime import UTC, datetime
from typing import Final

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
"""What lies outside of these years is a slip or an attack, and what counts days up to it would never end."""

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def written(moment: datetime) -> str:
    """`2026-11-23T18:04:05.123Z`. Raises ValueError for a time without zone."""
    return to_utc(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parsed(text: str) -> datetime:
    """The moment an RFC 3339 text names, in UTC, cut to milliseconds. Raises ValueError for anything else, also for a
    time without zone.
    """
    if _RFC3339.fullmatch(text) is None:
        raise ValueError("not an RFC 3339 time")
    return to_utc(datetime.fromisoformat(text.upper()))


def to_utc(moment: datetime) -> datetime:
    """The same moment in UTC, cut to milliseconds (what the stores keep). Raises ValueError for a time without zone or
    one that is not between FIRST_YEAR and LAST_YEAR.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without zone")
    if moment.tzinfo is not UTC:
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            raise ValueError("a time outside the calendar") from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError("a time outside the calendar")
    beyond = moment.microsecond % 1000
    return moment.replace(microsecond=moment.microsecond - beyond) if beyond else moment
