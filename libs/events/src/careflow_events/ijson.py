"""JSON as events carry it: I-JSON (RFC 7493), nested no deeper than any contract needs.

What two readers could understand differently is refused: names that come twice, integers that a double does not hold
(beyond 2^53 - 1), text that is no Unicode. What only wears a reader out is refused as well: nesting without an end.
"""

import json
import math
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
    _confirm(document, DEEPEST)
    try:
        _NAMES.decode(text.decode())
    except RecursionError:
        raise NotIJson(JsonFault.TOO_DEEP) from None
    return document


def _confirm(value: object, levels: int) -> None:
    match value:
        case dict():
            inner: Any = value.values()
        case list():
            inner = value
        case bool():
            return
        case int() if abs(value) > LARGEST_INTEGER:
            raise NotIJson(JsonFault.NUMBER_OUT_OF_RANGE)
        case float() if not math.isfinite(value) or abs(value) > LARGEST_INTEGER:
            raise NotIJson(JsonFault.NUMBER_OUT_OF_RANGE)
        case _:
            return
    if levels == 0:
        raise NotIJson(JsonFault.TOO_DEEP)
    for each in inner:
        if type(each) is not str:  # most of an event is text, and text is confirmed by having been parsed
            _confirm(each, levels - 1)


def _confirm_names(pairs: list[tuple[str, object]]) -> None:
    if len(pairs) > 1 and len({name for name, _ in pairs}) < len(pairs):
        raise NotIJson(JsonFault.DUPLICATE_NAME)


def _not_json(_: str) -> NoReturn:
    raise NotIJson(JsonFault.NOT_JSON)


_NAMES: Final = json.JSONDecoder(
    object_pairs_hook=_confirm_names, parse_int=len, parse_float=len, parse_constant=_not_json
)
"""Reads for nothing but the names in each object. Made once: making it costs a third of what reading an event does."""
