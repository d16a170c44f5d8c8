"""The keys of one kind, in the order in which each came to be the current one.

A process *holds* keys, from its files. Which of them counts is said by the *line*, kept in the store: the last key of
the line is the current one, with which everything new is written; those before it still open what they wrote.
Invariant: a key joins a line only with its own signature over the key before it and the time, so that nobody without
that key, though they write in the store, can add to the line or move the time at which it took over.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from careflow_service.errors import KeyNotHeld


class KeyKind(StrEnum):
    """What a service's keys at rest are for."""

    MASTER = "master"
    """Encrypts the data keys."""
    BLIND_INDEX = "blind_index"
    """Hashes what is looked up by and must not be read."""
    AUDIT = "audit"
    """Signs the audit trail."""

    @property
    def setting(self) -> str:
        """The variable that names the first key of this kind."""
        return f"CAREFLOW_{self.value.upper()}_KEY"


@dataclass(frozen=True, slots=True)
class Key:
    """A key and its id, a keyed hash that tells nothing of it."""

    id: str
    material: bytes = field(repr=False)

    @classmethod
    def of(cls, kind: KeyKind, material: bytes) -> Self:
        """The key of these bytes."""
        return cls(_keyed(material, f"id of {kind.value}")[:16], material)


@dataclass(frozen=True, slots=True)
class Turn:
    """From `since` on `key` is the current one, `after` the one before it (none: empty). `signed` with the key."""

    key: str
    after: str
    since: datetime
    signed: str

    @classmethod
    def of(cls, kind: KeyKind, key: Key, *, after: str, since: datetime) -> Self:
        """Signed with the key that takes over."""
        since = since.replace(microsecond=since.microsecond // 1000 * 1000)  # as a store keeps it
        return cls(key.id, after, since, _signature(kind, key, after, since))

    def is_of(self, kind: KeyKind, key: Key) -> bool:
        """Whether this key signed it."""
        return hmac.compare_digest(self.signed, _signature(kind, key, self.after, self.since))

    def as_document(self) -> dict[str, object]:
        """As it is stored."""
        return {"key": self.key, "after": self.after, "since": self.since, "signed": self.signed}

    @classmethod
    def from_document(cls, stored: Mapping[str, Any]) -> Self:
        """As it was stored."""
        return cls(stored["key"], stored["after"], stored["since"], stored["signed"])


class KeyLine:
    """The keys of one kind that a process holds, and the line it has seen last."""

    def __init__(self, kind: KeyKind, first: bytes, further: Iterable[bytes] = ()) -> None:
        """Until a line is seen, `first` is the current key."""
        self.kind = kind
        self.turns: tuple[Turn, ...] = ()
        self.retired: frozenset[str] = frozenset()
        self._first = Key.of(kind, first)
        self.held: Mapping[str, Key] = {}
        """By id; another mapping whenever it changes."""
        self.hold(further)

    def hold(self, further: Iterable[bytes]) -> None:
        """Holds the first key and these from now on."""
        keys = [self._first, *(Key.of(self.kind, material) for material in further)]
        held = {key.id: key for key in keys}
        if held != self.held:
            self.held = held

    def follow(self, turns: Sequence[Turn], retired: Iterable[str] = ()) -> None:
        """Takes over the line as the store has it."""
        self.turns, self.retired = tuple(turns), frozenset(retired)

    @property
    def current_id(self) -> str:
        """Of the key that counts, whether or not this process holds it."""
        return self.turns[-1].key if self.turns else self._first.id

    @property
    def written_with(self) -> str:
        """The id of the key that is written with; of several, where blind values are written under all of the line."""
        return (self.mark or self.current_id) if self.kind is KeyKind.BLIND_INDEX else self.current_id

    @property
    def current(self) -> Key:
        """The key that everything new is written with. Raises KeyNotHeld."""
        return self.get(self.current_id)

    @property
    def in_line(self) -> Sequence[Key]:
        """The keys of the line that are held, the current one last."""
        ids = [turn.key for turn in self.turns] or [self._first.id]
        return [self.held[id_] for id_ in ids if id_ in self.held]

    @property
    def every(self) -> Sequence[Key]:
        """The keys of the line, the current one last. Raises KeyNotHeld."""
        return [self.get(turn.key) for turn in self.turns] or [self._first]

    @property
    def counting(self) -> Sequence[Key]:
        """Every key that is held and not retired: also one that is going to take over, with which others may work
        already."""
        return [key for id_, key in self.held.items() if id_ not in self.retired]

    @property
    def mark(self) -> str | None:
        """The ids of the keys in the line; None while it has no other key than it began with."""
        turned = len(self.turns) > 1 or self.retired
        return " ".join(turn.key for turn in self.turns) if turned else None

    @property
    def new(self) -> Sequence[Key]:
        """Keys that are held and were never the current one."""
        lined = {turn.key for turn in self.turns} or {self._first.id}
        return [key for id_, key in self.held.items() if id_ not in lined | self.retired]

    def get(self, key: str) -> Key:
        """The key of that id. Raises KeyNotHeld."""
        found = self.held.get(key)
        if found is None:
            raise KeyNotHeld
        return found

    def rank(self, key: str) -> int | None:
        """Its place in the line, from 0 on; None where it has none."""
        if not self.turns:
            return 0 if key == self._first.id else None
        return next((place for place, turn in enumerate(self.turns) if turn.key == key), None)

    def until(self, key: str) -> datetime | None:
        """When another took over from it; None while it is the current one, or has no place in the line."""
        rank = self.rank(key)
        return None if rank is None or rank + 1 >= len(self.turns) else self.turns[rank + 1].since

    def missing(self, turns: Iterable[Turn]) -> str | None:
        """The first key of such a line that is not held; None where all are."""
        return next((turn.key for turn in turns if turn.key not in self.held), None)

    def forged(self, turns: Sequence[Turn], retired: Iterable[str]) -> str | None:
        """The first key that cannot stand in such a line as it does: it did not sign its turn, or counted once before
        and would count again. None where all is well. Of a key that is not held the signature is not judged.
        """
        before = {*retired}
        for turn in turns:
            key = self.held.get(turn.key)
            if turn.key in before or (key is not None and not turn.is_of(self.kind, key)):
                return turn.key
            before.add(turn.key)
        return None

    def may_become(self, turns: Sequence[Turn], retired: Iterable[str]) -> bool:
        """Whether the line that was seen last may have become this one: nothing in it is forged, no retired key counts
        again, and it does not end before that one does.
        """
        if self.forged(turns, {*retired, *self.retired}) is not None:
            return False
        return not self.turns or (bool(turns) and turns[-1].since >= self.turns[-1].since)


@dataclass(frozen=True, slots=True)
class KeyLines:
    """The lines of a service's keys at rest."""

    master: KeyLine
    blind_index: KeyLine
    audit: KeyLine

    def of(self, kind: KeyKind) -> KeyLine:
        """The line of that kind."""
        return {line.kind: line for line in (self.master, self.blind_index, self.audit)}[kind]


def _signature(kind: KeyKind, key: Key, after: str, since: datetime) -> str:
    return _keyed(key.material, f"turn of {kind.value}|{key.id}|{after}|{since.timestamp():.3f}")


def _keyed(material: bytes, message: str) -> str:
    return hmac.new(material, f"careflow key: {message}".encode(), hashlib.sha256).hexdigest()
