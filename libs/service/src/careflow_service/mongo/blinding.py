"""Open fields that are looked up by, but must not be read: the store holds a keyed hash in place of the value.

Invariant: a hash is of one field of one collection, so that equal values in two of them cannot be told to be equal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from careflow_service.mongo.vault import BlindIndex


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
        """These fields as they are stored, or as a query asks for them: equal to a value, or to one of several."""
        return {name: self._hidden(name, value) if name in self.names else value for name, value in fields.items()}

    def _hidden(self, name: str, value: object) -> object:
        match value:
            case None:
                return None
            case str() if self.index is not None:
                return self.index.of(f"{self.collection}.{name}", value)
            case {"$in": [*several]}:
                return {"$in": [self._hidden(name, each) for each in several]}
            case Sequence():
                return [self._hidden(name, each) for each in value]
            case _:
                raise TypeError(f"{self.collection}.{name} is blind: it can only be equal to text")
