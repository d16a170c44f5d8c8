"""Fields of a form, and how what was typed into them becomes the body the API takes for the same command.

Invariant: a form is read by the API's own body, so a page can neither say more than the API nor be believed more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from careflow_service.http.errors import faults_of
from careflow_service.pages.forms import Form

B = TypeVar("B", bound=BaseModel)

YES: Final = "yes"
NO: Final = "no"
_NAMES: Final = {"overrides": "item", "exceptions": "criterion"}
"""What each of several reasons is for, as the API calls it."""


class Kind(StrEnum):
    """How a field is asked."""

    TEXT = "text"
    PROSE = "prose"
    WHOLE = "whole"
    """A whole number."""
    AMOUNT = "amount"
    """A clinical amount, which stays text: "0.5"."""
    YES_NO = "yes_no"
    CHOICE = "choice"
    SEVERAL = "several"
    """Any of some, each with a box of its own."""
    DAY = "day"
    MOMENT = "moment"
    """A time on the clinic's clock."""
    DRAW = "draw"
    """One of the draws of the session: a container and what was drawn up of it."""
    LINE = "line"
    """One of the lines of the drug log that wait for a witness."""
    REASONS = "reasons"
    """Why somebody signs for something: one of several, each named by its field."""


PARTED: Final[Mapping[Kind, str]] = {Kind.DRAW: "draw_id", Kind.LINE: "entry_id"}
"""What is one field on the page and two in the body: a container, and something of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`name` is where it stands in the body, such as `weight.kilograms`; `word` the name its label has in the words.
    `options` are pairs of a value and what is read there, or None for the words' own.
    """

    name: str
    kind: Kind = Kind.TEXT
    options: Sequence[tuple[str, str | None]] = ()
    word: str = ""

    @property
    def named(self) -> str:
        """The name of its words."""
        return self.word or self.name.rpartition(".")[2]


def body_of(fields: Iterable[Field], form: Form, zone: ZoneInfo, also: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed as the API's JSON, with what the page itself knows; fields left empty are not in it."""
    body: dict[str, Any] = dict(also)
    for field in fields:
        value = _value(field, form, zone)
        if value is None:
            continue
        if field.kind in PARTED:
            body["container_id"], _, body[PARTED[field.kind]] = value.partition("/")
        elif field.kind is Kind.REASONS:
            listed, _, of = field.name.partition(".")
            body.setdefault(listed, []).append({_NAMES[listed]: of, "reason": value})
        else:
            _put(body, field.name.split("."), value)
    return body


def read(body: type[B], given: Mapping[str, Any]) -> tuple[B | None, dict[str, str]]:
    """The API's body, or which fields are wrong and how."""
    try:
        return body.model_validate(dict(given)), {}
    except ValidationError as error:
        return None, {fault["field"]: fault["code"] for fault in faults_of(error.errors())}


def _value(field: Field, form: Form, zone: ZoneInfo) -> Any:
    if field.kind is Kind.SEVERAL:
        chosen = [value for value, _ in field.options if form[f"{field.name}.{value}"]]
        return chosen or None
    typed = form[field.name]
    if not typed:
        return None
    match field.kind:
        case Kind.WHOLE:
            return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else typed
        case Kind.YES_NO:
            return {YES: True, NO: False}.get(typed, typed)
        case Kind.MOMENT:
            return _moment(typed, zone)
        case _:
            return typed


def _moment(typed: str, zone: ZoneInfo) -> str:
    """An instant, or what was typed where the clinic's clock never shows that time."""
    try:
        shown = datetime.fromisoformat(typed)
    except ValueError:
        return typed
    if shown.tzinfo is not None:
        return typed
    there = shown.replace(tzinfo=zone)
    if there.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != shown:
        return f"{typed} was skipped"
    return there.isoformat()


def _put(body: dict[str, Any], path: list[str], value: Any) -> None:
    """At this place of nested objects; a digit is a place in a list of one."""
    name, *rest = path
    if not rest:
        body[name] = value
    elif rest[0] == "0":
        _put(body.setdefault(name, [{}])[0], rest[1:], value)
    else:
        _put(body.setdefault(name, {}), rest, value)
