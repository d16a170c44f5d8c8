"""Fields of a form, and how what was typed into them becomes the body the API takes for the same command.

Invariant: a form is read by the API's own body, so a page can neither say more than the API nor be believed more.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from careflow_service.http.errors import faults_of
from careflow_service.identity import Role
from careflow_service.pages.forms import UNTYPED, Form
from careflow_service.pages.names import NO_NAMES, Names
from careflow_service.pages.refusing import Refused

B = TypeVar("B", bound=BaseModel)

YES: Final = "yes"
NO: Final = "no"
_NUMBER: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")


class Kind(StrEnum):
    """How a field is asked."""

    TEXT = "text"
    PROSE = "prose"
    WHOLE = "whole"
    """A whole number."""
    NUMBER = "number"
    """A measured number."""
    AMOUNT = "amount"
    """A clinical amount, which stays text: "0.5"."""
    YES_NO = "yes_no"
    CHOICE = "choice"
    SEVERAL = "several"
    """Any of some, each with a box of its own."""
    DAY = "day"
    MOMENT = "moment"
    """A time on the clinic's clock."""
    LINES = "lines"
    """Prose of which each line is one of several."""
    PICK = "pick"
    """One of so many that they stand in a list that opens."""
    LISTED = "listed"
    """Text, with what is known offered as one types."""
    COLLEAGUE = "colleague"
    """Somebody of the clinic, by name or by their login."""
    REASONS = "reasons"
    """Why somebody signs for something: one of several, each for what its field is about."""


Option = tuple[str, str | None, *tuple[str, ...]]
"""A value, what is read there, or None for the words' own, and the ids of those of the clinic it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`name` is where it stands in the body, such as `weight.kilograms`; `word` the name its label has in the words.
    `options` are what one chooses among, `holding` the roles of the colleagues one is offered; `parts` are the names in
    the body of what is one field on the page, its value parted by slashes. `about` is what a reason is for, as the API
    calls it; `label` what stands above the field, where the words have nothing for it; `autocomplete` what of its
    reader's own a browser may fill in (HTML's tokens; WCAG 2.2, 1.3.5): nothing where one writes about somebody else.
    `offers_as` names a field before it, where what that offers is offered here, too.
    """

    name: str
    kind: Kind = Kind.TEXT
    options: Sequence[Option] = ()
    holding: Sequence[Role] = ()
    word: str = ""
    parts: Sequence[str] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    label: str = ""
    autocomplete: str = "off"
    offers_as: str = ""

    @property
    def offered(self) -> Sequence[Option]:
        """The options as they are read: those that would read alike by the end of their value, too."""
        times = Counter(each[1:] for each in self.options)
        return [_with_its_end(each) if each[1] and times[each[1:]] > 1 else each for each in self.options]

    @property
    def named(self) -> str:
        """The name of its words."""
        return self.word or self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it is shown again: what was typed, what is wrong with it by field, or why it was not done."""

    typed: Form = UNTYPED
    faults: Mapping[str, str] = field(default_factory=dict)
    refused: Refused | None = None

    @property
    def status(self) -> int:
        """What it is answered with: what refused it says that, what is typed wrong is a 422."""
        return self.refused.status if self.refused else 422 if self.faults else 200


def body_of(
    fields: Iterable[Field],
    form: Form,
    zone: ZoneInfo,
    also: Mapping[str, Any],
    *,
    names: Names = NO_NAMES,
    now: datetime | None = None,
) -> dict[str, Any]:
    """What was typed as the API's JSON, with what the page itself knows; fields left empty are not in it. `names` tell
    which colleague is meant. Of a time that the clinic's clock shows twice, the night it is set back, the last one that
    has been `now` is meant, or else the first.
    """
    body: dict[str, Any] = dict(also)
    for asked in fields:
        value = _value(asked, form, zone, now)
        if value is None:
            continue
        if asked.kind is Kind.COLLEAGUE:
            value = names.meant(value)
        if asked.parts:
            body.update(zip(asked.parts, value.split("/"), strict=False))
        elif asked.kind is Kind.REASONS:
            body.setdefault(asked.name.partition(".")[0], []).append({**asked.about, "reason": value})
        else:
            _put(body, asked.name.split("."), value)
    return body


def read(body: type[B], given: Mapping[str, Any], fields: Iterable[Field] = ()) -> tuple[B | None, dict[str, str]]:
    """The API's body, or which of its fields are wrong and how. Where all of something that has several of the `fields`
    was left empty, it is those that are missing.
    """
    try:
        return body.model_validate(dict(given)), {}
    except ValidationError as error:
        faults = {fault["field"]: fault["code"] for fault in faults_of(error.errors())}
    within = {each.name.partition(".")[0] for each in fields if "." in each.name}
    empty: dict[str, Any] = {name: {} for name in faults if name in within and name not in given}
    if empty:
        faults |= read(body, {**given, **empty})[1]
    return None, faults


def _value(asked: Field, form: Form, zone: ZoneInfo, now: datetime | None) -> Any:
    if asked.kind is Kind.SEVERAL:
        return _chosen(asked, form) or None
    typed = form[asked.name]
    if not typed:
        return None
    match asked.kind:
        case Kind.WHOLE:
            return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else typed
        case Kind.NUMBER:
            return float(typed) if _NUMBER.fullmatch(typed) else typed
        case Kind.YES_NO:
            return {YES: True, NO: False}.get(typed, typed)
        case Kind.LINES:
            return [line.strip() for line in typed.splitlines() if line.strip()]
        case Kind.MOMENT:
            return _moment(typed, zone, now)
        case _:
            return typed


def _with_its_end(option: Option) -> Option:
    value, text, *ids = option
    return (value, f"{text} (…{value.rpartition('/')[2][-4:]})", *ids)


def _chosen(asked: Field, form: Form) -> list[str]:
    """What was ticked, in the order it is offered; also what is offered no more: the second click sends what the first
    one settled, and is answered the same.
    """
    prefix = f"{asked.name}."
    ticked = [name.removeprefix(prefix) for name, value in form.fields.items() if name.startswith(prefix) and value]
    offered = [value for value, *_ in asked.options]
    return sorted(ticked, key=lambda value: offered.index(value) if value in offered else len(offered))


def _moment(typed: str, zone: ZoneInfo, now: datetime | None) -> str:
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
    again = there.replace(fold=1)
    has_been = now is not None and again.astimezone(UTC) <= now
    return (again if has_been else there).isoformat()


def _put(body: dict[str, Any], path: list[str], value: Any) -> None:
    """At this place of nested objects; a digit is a place in a list of one."""
    name, *rest = path
    if not rest:
        body[name] = value
    elif rest[0] == "0":
        _put(body.setdefault(name, [{}])[0], rest[1:], value)
    else:
        _put(body.setdefault(name, {}), rest, value)
