"""What a decision touches, as it changes while the decision is made."""

from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

from careflow_domain.errors import not_found


class Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Named)


class Tracked(Generic[T]):
    """Things of one kind: as they are now, and which of them changed."""

    def __init__(self, name: str, found: Iterable[T]) -> None:
        self._name = name
        self._now = {each.id: each for each in found}
        self._changed: dict[str, T] = {}

    @property
    def all(self) -> tuple[T, ...]:
        return tuple(self._now.values())

    @property
    def changed(self) -> tuple[T, ...]:
        """In the order of their first change."""
        return tuple(self._changed.values())

    def find(self, thing_id: str) -> T | None:
        return self._now.get(thing_id)

    def get(self, thing_id: str) -> T:
        """Raises `..._not_found`."""
        found = self.find(thing_id)
        if found is None:
            raise not_found(self._name)
        return found

    def keep(self, thing: T) -> None:
        """This is how it is now."""
        self._now[thing.id] = self._changed[thing.id] = thing
