"""Databases that tests have one after the other: to make a service's hundred indexes takes longer than most tests.

Invariant: whoever is given one finds no document in it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymongo import DeleteMany, MongoClient


def new_name() -> str:
    """A name of a database that nobody else has."""
    return f"test_{uuid.uuid4().hex[:16]}"


class KeptDatabases:
    """Those of one store; each is had by one test at a time."""

    def __init__(self, client: MongoClient[dict[str, Any]]) -> None:
        self._client = client
        self._free: dict[str, list[str]] = {}

    @contextmanager
    def one(self, of: str) -> Iterator[str]:
        """The name of one in which only tests of the same kind, `of`, made collections and indexes. It is dropped when
        a test left it with fewer collections than it found.
        """
        free = self._free.setdefault(of, [])
        name = free.pop() if free else new_name()
        before = self._collections(name)
        yield name
        after = self._collections(name)
        if before <= after:
            self._empty(name, after)
            free.append(name)
        else:
            self._client.drop_database(name)

    def _collections(self, name: str) -> set[str]:
        return set(self._client[name].list_collection_names())

    def _empty(self, name: str, collections: set[str]) -> None:
        if collections:
            self._client.bulk_write([DeleteMany({}, namespace=f"{name}.{each}") for each in sorted(collections)])
