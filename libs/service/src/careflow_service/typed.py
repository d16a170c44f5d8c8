"""JSON read as a type, and what reads it made once."""

from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")

_adapters: Final[dict[type[Any], TypeAdapter[Any]]] = {}


def adapter_of(described: type[T]) -> TypeAdapter[T]:
    """Made once for each type and process: it takes milliseconds, and tens of them for a clinic's policy."""
    if described not in _adapters:
        _adapters[described] = TypeAdapter(described)
    return _adapters[described]


def read(document: Traversable | Path, described: type[T]) -> T:
    """What a file of a service's own data says. Raises OSError, and ValidationError also for what the type does not
    know.
    """
    return adapter_of(described).validate_json(document.read_bytes(), extra="forbid")
