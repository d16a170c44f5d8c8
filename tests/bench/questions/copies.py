"""Fills collections with copies of real documents, so that a store is large in seconds.

Invariant: a copy is as large as its original, collides with nothing, and is found by no query that does not look for
it: its ids, keys and indexed tokens are its own.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from bson import Binary

from tests.bench.questions.written import Database, Document, Written

AT_ONCE: Final = 1000
"""Documents in one insert_many."""
_TOKEN: Final = 64
"""Length of a fingerprint or blind index: hexadecimal digits of 32 bytes."""
_ID: Final = 36


class Copier:
    """Makes copies. What looks the same in one set of originals looks the same in one set of its copies."""

    def __init__(self, originals: Sequence[tuple[str, Document]]) -> None:
        self._originals = originals
        self._names = _names([document for _, document in originals])

    def another(self) -> list[tuple[str, Document]]:
        """One more of each original."""
        renamed = {name: _another(name) for name in self._names}
        return [(where, self._copy(document, renamed)) for where, document in self._originals]

    def _copy(self, document: Document, renamed: Mapping[str, str]) -> Document:
        copied: Document = _renamed(document, renamed)
        if isinstance(document["_id"], Binary):
            copied["_id"] = Binary(os.urandom(16), document["_id"].subtype)
        return copied


def _names(documents: Sequence[Document]) -> list[str]:
    """The ids and tokens in originals, longest first."""
    found: set[str] = set()

    def look(value: Any) -> None:
        if isinstance(value, Mapping):
            for each in value.values():
                look(each)
        elif isinstance(value, list):
            for each in value:
                look(each)
        elif isinstance(value, str):
            found.update(part for part in _parts(value) if _is_id(part) or _is_token(part))

    for document in documents:
        look(document)
    return sorted(found)


def _parts(text: str) -> list[str]:
    for separator in "|/:@":
        text = text.replace(separator, " ")
    return text.split()


def _is_id(text: str) -> bool:
    return len(text) == _ID and text.count("-") == 4


def _is_token(text: str) -> bool:
    return len(text) == _TOKEN and set(text) <= set("0123456789abcdef")


def _another(name: str) -> str:
    return str(uuid.uuid4()) if _is_id(name) else os.urandom(len(name) // 2).hex()


def _renamed(value: Any, renamed: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _renamed(each, renamed) for name, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, renamed) for each in value]
    if isinstance(value, str):
        for name in _parts(value):
            if name in renamed:
                value = value.replace(name, renamed[name])
        return value
    if type(value) is bytes:
        return _renamed_bytes(value, renamed)
    return value


def _renamed_bytes(value: bytes, renamed: Mapping[str, str]) -> bytes:
    for name, other in renamed.items():
        value = value.replace(name.encode(), other.encode())
    return value


async def fill_with_patients(database: Database, written: Written, number: int) -> None:
    """As if `number` patients had registered; those that are there already count."""
    copier = Copier(_published([*written.new]))
    missing = number - await database["patients"].estimated_document_count()
    while missing > 0:
        await _insert(database, [copier.another() for _ in range(min(missing, AT_ONCE))])
        missing -= AT_ONCE


async def fill(
    database: Database, originals: Sequence[tuple[str, Document]], rows: int, until: float, say: Callable[[str], None]
) -> int:
    """Copies until every collection of `originals` has got `rows` more or the time has come; how many each got."""
    copier, filled = Copier(_published(originals)), 0
    while filled < rows and time.monotonic() < until:
        await _insert(database, [copier.another() for _ in range(min(AT_ONCE, rows - filled))])
        filled += AT_ONCE
        say(f"{filled:,} of {rows:,}")
    return min(filled, rows)


def _published(originals: Sequence[tuple[str, Document]]) -> list[tuple[str, Document]]:
    """Rows of the outbox as they are once they were relayed: copies must not be sent. A place in the log is nobody's
    twice, so copies have none.
    """
    return [
        (
            where,
            {**document, "published_at": document["recorded_at"], "position": None} if where == "_outbox" else document,
        )
        for where, document in originals
    ]


async def _insert(database: Database, sets: Sequence[Sequence[tuple[str, Document]]]) -> None:
    by_collection: dict[str, list[Document]] = {}
    for where, document in (each for documents in sets for each in documents):
        by_collection.setdefault(where, []).append(document)
    for where, documents in by_collection.items():
        await database[where].insert_many(documents, ordered=False)
