"""JSON as events carry it: I-JSON (RFC 7493), nested no deeper than any contract needs.

What two readers could understand differently is refused: names that come twice, integers that a double does not hold
(beyond 2^53 - 1), text that is no Unicode. What only wears a reader out is refused as well: nesting without an end.
"""

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final, NoReturn

import orjson

LARGEST_INTEGER: Final = 2**53 - 1
"""RFC 7493 section 2.2."""
DEEPEST: Final = 32
"""Levels of objects and arrays; contracts use fewer than ten, sealed sections fifteen."""


class JsonFault(StrEnum):
    """Why a text is not such JSON. Stable codes."""

    NOT_JSON = "not_json"
    DUPLICATE_NAME = "duplicate_name"
    TOO_DEEP = "too_deep"
    NUMBER_OUT_OF_RANGE = "number_out_of_range"


class NotIJson(Exception):
    """The text is not I-JSON."""

    def __init__(self, fault: JsonFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def parsed(text: bytes) -> object:
    """What the text says. Raises NotIJson."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise NotIJson(JsonFault.NOT_JSON) from None
    _confirm((document,), DEEPEST + 1)
    # A name that came twice is in the document once, so what says the same in as many bytes has none. That is how our
    # own events are written; of all others the names are read.
    if orjson.dumps(document) != text:
        try:
            _NAMES.decode(text.decode())
        except RecursionError:
            raise NotIJson(JsonFault.TOO_DEEP) from None
    return document


def _confirm(values: Iterable[Any], levels: int) -> None:
    """Confirms numbers, and that nothing is nested deeper than so many levels. Text is confirmed by having been parsed,
    and most of an event is text.
    """
    for value in values:
        kind = type(value)
        if kind is str:
            continue
        if kind is dict or kind is list:
            if levels == 1:
                raise NotIJson(JsonFault.TOO_DEEP)
            _confirm(value.values() if kind is dict else value, levels - 1)
        elif (kind is int or kind is float) and not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:  # nor NaN
            raise NotIJson(JsonFault.NUMBER_OUT_OF_RANGE)


def _confirm_names(pairs: list[tuple[str, object]]) -> None:
    if len(pairs) > 1 and len({name for name, _ in pairs}) < len(pairs):
        raise NotIJson(JsonFault.DUPLICATE_NAME)


def _not_json(_: str) -> NoReturn:
    raise NotIJson(JsonFault.NOT_JSON)


_NAMES: Final = json.JSONDecoder(
    object_pairs_hook=_confirm_names, parse_int=len, parse_float=len, parse_constant=_not_json
)
"""Reads for nothing but the names in each object. Made once: making it costs a third of what reading an event does."""
