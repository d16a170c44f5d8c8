"""What a use case answers when it is asked for a list."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """A page of a list; `next` is the cursor of the page after it."""

    items: tuple[T, ...]
    next: str | None


class Paged(Protocol[T]):
    """Something that there is of each patient, and of which there may be any number."""

    async def page_of(self, patient_id: str, /, *, limit: int, after: str | None) -> Listed[T]:
        """So many of a patient's, in a fixed order; nobody decides on a page."""
