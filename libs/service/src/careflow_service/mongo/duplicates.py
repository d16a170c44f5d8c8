"""Says which unique index a duplicate key error is about, without the value: that may identify a person."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pymongo.errors import BulkWriteError, OperationFailure

DUPLICATE_KEY_CODE = 11000

_COLLECTION_AND_INDEX = re.compile(r"collection: [^.\s]+\.(?P<collection>\S+) index: (?P<index>\S+)")


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A value that must be unique was already there."""

    collection: str
    index: str


def duplicate_in(error: OperationFailure) -> Duplicate | None:
    """The duplicate that `error` reports, or None when it reports something else."""
    reports = error.details.get("writeErrors", []) if isinstance(error, BulkWriteError) else [error.details or {}]
    for report in reports:
        if report.get("code") == DUPLICATE_KEY_CODE:
            named = _COLLECTION_AND_INDEX.search(report.get("errmsg", ""))
            return Duplicate(named["collection"], named["index"]) if named else Duplicate("unknown", "unknown")
    return None
