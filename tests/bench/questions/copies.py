"""Fills collections with copies of real documents, so that a store is large in seconds.

Invariant: a copy is as large as its original, collides with nothing, and is found by no query that does not look for
it: its ids, keys and indexed tokens are its own, it was relayed long ago, and where it lies on a day that day is over.
"""

from __future__ import annotations

import os
import random
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from bson import Binary

from tests.bench.questions.written import Database, Document, Written

AT_ONCE: Final = 1000
"""Documents in one insert_many."""
OF_A_DAY: Final = frozenset({"appointments", "visits"})
_DAYS: Final = range(30, 2000)
"""How long ago copies of what has a day took place."""
_TOKEN: Final = 64
"""Length of a fingerprint or blind index: hexadecimal digits of 32 bytes."""
_ID: Final = 36


class Copier:
    """Makes copies. What is the same id or token in several originals is the same in their copies, too. Only what lies
    on the top of a document is renamed: nothing further down is indexed.
    """

    def __init__(self, originals: Sequence[tuple[str, Document]]) -> None:
        self._originals = [(where, _relayed(where, document)) for where, document in originals]
        self._named = [_named(document) for _, document in originals]
        self._names = {name for fields in self._named for names in fields.values() for name in names}

    def another(self) -> list[tuple[str, Document]]:
        """One more of each original."""
        renamed = {name: _another(name) for name in self._names}
        return [
            (where, self._copy(where, document, fields, renamed))
            for (where, document), fields in zip(self._originals, self._named, strict=True)
        ]

    def _copy(
        self, where: str, document: Document, fields: Mapping[str, Sequence[str]], renamed: Mapping[str, str]
    ) -> Document:
        copied = document | {
            field: _renamed(document[field], {name: renamed[name] for name in names}) for field, names in fields.items()
        }
        if isinstance(document["_id"], Binary):
            copied["_id"] = Binary(os.urandom(16), document["_id"].subtype)
        if where in OF_A_DAY:
            copied["starts_at"] = long_ago = document["starts_at"] - timedelta(days=random.choice(_DAYS))
            if "day" in document:
                copied["day"] = long_ago.date().isoformat()
        return copied


def _relayed(where: str, document: Document) -> Document:
    """An outbox row as it is once it was sent. A place in the log is nobody's twice, so copies have none."""
    if where != "_outbox":
        return document
    return document | {"published_at": document["recorded_at"], "position": None}


def _named(document: Document) -> dict[str, list[str]]:
    """Field -> the ids and tokens in it."""
    found = {}
    for field, value in document.items():
        texts = value if isinstance(value, list) else [value]
        names = [part for text in texts if isinstance(text, str) for part in _parts(text) if _is_name(part)]
        if names:
            found[field] = names
    return found


def _parts(text: str) -> list[str]:
    for separator in "|/:@":
        text = text.replace(separator, " ")
    return text.split()


def _is_name(text: str) -> bool:
    is_id = len(text) == _ID and text.count("-") == 4
    return is_id or (len(text) == _TOKEN and set(text) <= set("0123456789abcdef"))


def _another(name: str) -> str:
    return str(uuid.uuid4()) if len(name) == _ID else os.urandom(_TOKEN // 2).hex()


def _renamed(value: Any, renamed: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_renamed(each, renamed) for each in value]
    if isinstance(value, str):
        for name, other in renamed.items():
            value = value.replace(name, other)
    return value


async def fill_with_patients(database: Database, written: Written, number: int) -> None:
    """As if `number` patients had registered; those that are there already count."""
    copier = Copier(written.new)
    missing = number - await database["patients"].estimated_document_count()
    for first in range(0, missing, AT_ONCE):
        await _insert(database, [copier.another() for _ in range(min(AT_ONCE, missing - first))])


async def fill(database: Database, collections: Sequence[str], rows: int, seconds: float) -> int:
    """Copies of any document of each collection, `rows` of each or as many as the time allows; how many."""
    samples = [(name, await database[name].find_one()) for name in collections]
    copier = Copier([(name, document) for name, document in samples if document is not None])
    filled, until = 0, time.monotonic() + seconds
    while filled < rows and time.monotonic() < until:
        await _insert(database, [copier.another() for _ in range(min(AT_ONCE, rows - filled))])
        filled += AT_ONCE
    return min(filled, rows)


def rows_to_relay(row: Document, topic: str, streams: Sequence[str], began: datetime) -> list[Document]:
    """Copies of an outbox row that wait to be published to `topic`, one for each name in `streams`, oldest first."""
    sequences: dict[str, int] = {}
    rows = []
    for number, stream in enumerate(streams):
        sequences[stream] = sequences.get(stream, 0) + 1
        waiting = {
            "topic": topic,
            "published_at": None,
            "position": None,
            "key": stream.encode(),
            "_id": uuid.uuid4().hex,
        }
        place = {"stream": stream, "sequence": sequences[stream], "recorded_at": began + timedelta(milliseconds=number)}
        rows.append(row | waiting | place)
    return rows


async def insert(database: Database, where: str, documents: Sequence[Document]) -> None:
    """All of them, a thousand at a time."""
    for first in range(0, len(documents), AT_ONCE):
        await database[where].insert_many(documents[first : first + AT_ONCE], ordered=False)


async def _insert(database: Database, sets: Sequence[Sequence[tuple[str, Document]]]) -> None:
    by_collection: dict[str, list[Document]] = {}
    for where, document in (each for documents in sets for each in documents):
        by_collection.setdefault(where, []).append(document)
    for where, documents in by_collection.items():
        await insert(database, where, documents)
