"""Makes one value of any type a domain is made of, every part of it filled in: also what may be absent.

For tests that need *some* whole fact or aggregate and do not care which. A value that must hold more than its types say
is given as known.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

AT: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AN_ID: Final = "0199e0a0-0000-7000-8000-000000000001"

_PLAIN: Final[Mapping[object, object]] = {
    str: "text",
    int: 1,
    bool: True,
    datetime: AT,
    date: AT.date(),
    time: AT.time(),
    Decimal: Decimal(1),
}


class Filling:
    """`known` gives the values of types, and of fields as (class, name)."""

    def __init__(self, known: Mapping[object, object]) -> None:
        self._known = {**_PLAIN, **known}

    def __call__(self, kind: type[T]) -> T:
        """A whole value of this type."""
        made: T = self._value(kind)
        return made

    def _value(self, kind: Any) -> Any:
        if kind in self._known:
            return self._known[kind]
        if hasattr(kind, "__supertype__"):  # a NewType: ids, unless something else is known
            return AN_ID if kind.__supertype__ is str else self._value(kind.__supertype__)
        origin, arguments = get_origin(kind) or kind, get_args(kind)
        if origin in (Union, UnionType):
            return self._value(next(each for each in arguments if each is not NoneType))
        if dataclasses.is_dataclass(origin):
            return self._whole(origin, arguments)
        if issubclass(origin, Enum):
            return next(iter(origin))
        if issubclass(origin, Mapping):
            return {self._value(arguments[0]): self._value(arguments[1])}
        assert issubclass(origin, Collection), f"do not know how to make {kind}"
        parts = [each for each in arguments if each is not Ellipsis]
        make: Callable[[list[Any]], Any] = origin
        return make([self._value(each) for each in parts])

    def _whole(self, kind: Any, arguments: tuple[Any, ...]) -> Any:
        types = get_type_hints(kind)
        names = [each.name for each in dataclasses.fields(kind) if each.init and each.name not in ("facts", "version")]
        return kind(**{name: self._field(kind, name, types[name], arguments) for name in names})

    def _field(self, kind: Any, name: str, type_: Any, arguments: tuple[Any, ...]) -> Any:
        for owner in kind.__mro__:
            if (owner, name) in self._known:
                return self._known[owner, name]
        return self._value(arguments[0] if isinstance(type_, TypeVar) else type_)
