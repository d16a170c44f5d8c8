"""What fields of every service's bodies are made of: text somebody reads, instants and days within reach.

Invariant: what passes can be stored, compared and shown without surprise: text has no control characters and nothing
that turns the direction of what stands around it, and arithmetic on an instant or a day does not leave the calendar.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Final, TypeVar

from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

T = TypeVar("T")

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""Outside these no instant means anything here."""

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(
    rf"{_DAY.pattern}[Tt ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.][0-9]{{1,9}})?)?([Zz]|[+-][0-9]{{2}}:?[0-9]{{2}})?"
)

_NOT_TEXT: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode's control characters, halves of surrogate pairs, line and paragraph separators."""
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Embeddings, overrides and isolates of the writing direction (Unicode standard annex 9)."""
_LINE_BREAKS: Final = frozenset("\n\r\t")


def _one_line(text: str) -> str:
    if any(unicodedata.category(each) in _NOT_TEXT or each in _TURNING for each in text):
        raise PydanticCustomError("wrong_form", "only characters that can be read, on one line")
    return text


def _prose(text: str) -> str:
    _one_line("".join(each for each in text if each not in _LINE_BREAKS))
    return text


def _written_instant(value: object) -> object:
    """Text is read as RFC 3339 writes it, and no digits as seconds since some year."""
    if not isinstance(value, str):
        return value
    if _INSTANT.fullmatch(value) is None:
        raise PydanticCustomError("wrong_type", "an instant such as 2026-11-23T09:00:00-08:00")
    return _parsed(datetime.fromisoformat, value.upper())


def _written_day(value: object) -> object:
    if not isinstance(value, str):
        return value
    if _DAY.fullmatch(value) is None:
        raise PydanticCustomError("wrong_type", "a date such as 2026-11-23")
    return _parsed(date.fromisoformat, value)


def _parsed(parse: Callable[[str], T], text: str) -> T:
    try:
        return parse(text)
    except ValueError:
        raise PydanticCustomError("wrong_type", "there is no such time") from None


def _in_utc(instant: datetime) -> datetime:
    if not EARLIEST <= instant < LATEST:
        raise PydanticCustomError("out_of_range", "an instant between 1900 and 2200")
    return instant.astimezone(UTC)


def _within_reach(day: date) -> date:
    if not EARLIEST.date() <= day < LATEST.date():
        raise PydanticCustomError("out_of_range", "a day between 1900 and 2200")
    return day


ONE_LINE: Final = AfterValidator(_one_line)
"""For text on one line: `Annotated[str, StringConstraints(max_length=200), ONE_LINE]`."""
PROSE: Final = AfterValidator(_prose)
"""For text that may have several lines."""
Moment = Annotated[AwareDatetime, BeforeValidator(_written_instant), AfterValidator(_in_utc)]
"""An instant with its offset from UTC; kept in UTC."""
Day = Annotated[date, BeforeValidator(_written_day), AfterValidator(_within_reach)]
"""A date of the calendar."""
