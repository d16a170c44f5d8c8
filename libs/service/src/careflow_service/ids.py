"""Ids of everything CareFlow creates: UUIDv7, so that an index on them grows at its end.

Invariant: an id says nothing about a person and is never reused.
"""

from __future__ import annotations

from collections.abc import Callable

from uuid_utils import uuid7

NewId = Callable[[], str]


def new_id() -> str:
    """A fresh UUIDv7 in its canonical text form."""
    return str(uuid7())
