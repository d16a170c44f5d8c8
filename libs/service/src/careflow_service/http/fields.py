"""What fields of every service's bodies are made of: text somebody reads, instants and days within reach.

Invariant: what passes can be stored, compared and shown without surprise. Text has no control characters, nothing that
turns the direction of what stands around it, and no blanks around it; text that must be there can be seen. Arithmetic
on an instant or a day does not leave the calendar.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

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
_BLANKS: Final = "".join(chr(each) for each in range(0x3001) if unicodedata.category(chr(each)) == "Zs")
"""Spaces of every width; the widest, of Chinese and Japanese, is the last."""
_UNREADABLE: Final = r"\x7f-\x9f\u2028-\u202e\u2066-\u2069"
_ONE_LINE_PATTERN: Final = rf"^[^\x00-\x1f{_UNREADABLE}]*$"
_PROSE_PATTERN: Final = rf"^[^\x00-\x08\x0b\x0c\x0e-\x1f{_UNREADABLE}]*$"
"""What the two sets above come to, as documents of the service say it."""
TIME_OF_DAY_PATTERN: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"


def _trimmed(text: str, blanks: str) -> str:
    """Without the blanks around it. Text of which nothing can be seen, also a zero-width space alone, is empty."""
    left = text.strip(blanks)
    return left if any(each not in blanks and not _unseen(each) for each in left) else ""


def _unseen(character: str) -> bool:
    return unicodedata.category(character) == "Cf" and character not in _TURNING


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


def _written_time(value: object) -> object:
    if not isinstance(value, str):
        return value
    if re.fullmatch(TIME_OF_DAY_PATTERN, value) is None:
        raise PydanticCustomError("wrong_type", "a time of day such as 09:30")
    return time.fromisoformat(value)


@dataclass(frozen=True, slots=True)
class _Readable:
    """Text that passes `check`, which a document says by `pattern` where the text has none of its own. The `blanks`
    around it are left out before its length counts.
    """

    check: Callable[[str], str]
    pattern: str
    blanks: str = _BLANKS

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def trim(value: object) -> object:
            return _trimmed(value, self.blanks) if isinstance(value, str) else value

        trimmed = core_schema.no_info_before_validator_function(trim, handler(source))
        return core_schema.no_info_after_validator_function(self.check, trimmed)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        documented = handler(schema)
        if documented.get("type") == "string":
            documented.setdefault("pattern", self.pattern)
        return documented


ONE_LINE: Final = _Readable(_one_line, _ONE_LINE_PATTERN)
"""For text on one line: `Annotated[str, StringConstraints(max_length=200), ONE_LINE]`."""
PROSE: Final = _Readable(_prose, _PROSE_PATTERN, _BLANKS + "".join(sorted(_LINE_BREAKS)))
"""For text that may have several lines."""
Moment = Annotated[AwareDatetime, BeforeValidator(_written_instant), AfterValidator(_in_utc)]
"""An instant with its offset from UTC; kept in UTC."""
Day = Annotated[date, BeforeValidator(_written_day), AfterValidator(_within_reach)]
"""A date of the calendar."""
TimeOfDay = Annotated[time, BeforeValidator(_written_time)]
"""A time on the clock of the place, without a zone, to the second."""
