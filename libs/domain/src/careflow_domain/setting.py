"""How a policy states a value: what holds, what we ship, and where that comes from."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Generic[T]):
    """A value the clinic may change; `default` is what the system ships with, `source` why."""

    value: T
    default: T
    source: str
