"""Open fields that are looked up by, but must not be read: the store holds a keyed hash in place of the value.

Invariant: a hash is of one field of one collection, so that equal values in two of them cannot be told to be equal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from careflow_service.mongo.vault import BlindIndex

HASHED_WITH: Final = "hashed_with"
"""The ids of the keys by whose hashes a document is found; not there while no key has ever followed the first."""


@dataclass(frozen=True, slots=True)
class Blinds:
    """The fields of one collection that are kept blind: text, or a list of text; None stays None."""

    collection: str
    names: frozenset[str] = frozenset()
    index: BlindIndex | None = None

    @classmethod
    def of(cls, collection: str, names: Collection[str], index: BlindIndex | None) -> Blinds:
        """Raises ValueError for names without an index to hash them with."""
        if names and index is None:
            raise ValueError(f"{collection}: blind fields need a key")
        return cls(collection, frozenset(names), index)

    def hidden(self, fields: Mapping[str, object]) -> dict[str, object]:
        """These fields as they are stored: a hash for each text, or one with each key while one follows another; then
        also with which. Raises KeyNotHeld.
        """
        hidden = {name: self._hidden(name, value) if name in self.names else value for name, value in fields.items()}
        mark = self.index.line.mark if self.index is not None and self.names else None
        return hidden if mark is None else {**hidden, HASHED_WITH: mark}

    def asked(self, query: Mapping[str, object]) -> dict[str, object]:
        """As a query asks for them: equal to a value, or to one of several. Raises KeyNotHeld."""
        return {name: self._asked(name, value) if name in self.names else value for name, value in query.items()}

    def _hidden(self, name: str, value: object) -> object:
        match value:
            case None:
                return None
            case str():
                hashes = self._hashes(name, value)
                return hashes if len(hashes) > 1 else hashes[0]
            case Sequence():
                return [each for one in value for each in self._hashes(name, one)]
            case _:
                raise TypeError(f"{self.collection}.{name} is blind: it can only be text")

    def _asked(self, name: str, value: object) -> object:
        match value:
            case None:
                return None
            case str():
                hashes = self._hashes(name, value)
                return {"$in": hashes} if len(hashes) > 1 else hashes[0]
            case {"$in": [*several]}:
                return {"$in": [each for one in several for each in self._hashes(name, one)]}
            case _:
                raise TypeError(f"{self.collection}.{name} is blind: it can only be equal to text")

    def _hashes(self, name: str, value: object) -> list[str]:
        if self.index is None or not isinstance(value, str):
            raise TypeError(f"{self.collection}.{name} is blind: it can only be equal to text")
        return self.index.every(f"{self.collection}.{name}", value)
