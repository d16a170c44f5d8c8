"""What a use case answers when it is asked for a list."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """A page of a list; `next` is the cursor of the page after it."""

    items: tuple[T, ...]
    next: str | None
