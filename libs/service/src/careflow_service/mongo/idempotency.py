"""What requests that may arrive twice came to: `_idempotency {_id, fingerprint, result, positions, expires_at}`.

Invariant: a record exists exactly when the command committed, because it is inserted in the command's transaction.
Refused commands leave none, so a corrected request may use the key again.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter
from pymongo.read_concern import ReadConcern

from careflow_events.mongo.unit import unit_of_work
from careflow_events.outbox import StreamPosition
from careflow_service.clock import Clock
from careflow_service.errors import IdempotencyKeyReused
from careflow_service.identity import RequestKey
from careflow_service.mongo.client import Database, Document
from careflow_service.work import Committed

R = TypeVar("R")

IDEMPOTENCY: Final = "_idempotency"
KEPT_FOR: Final = timedelta(hours=48)
LARGEST_RESULT: Final = 8 * 1024
"""Bytes of JSON: a result names what was done (ids, versions, codes), it does not carry documents."""

_adapters: Final[dict[type, TypeAdapter[Any]]] = {}
"""One per result type of the service: expensive to make, few in number."""


class IdempotencyRecords:
    """Reads and writes the records."""

    def __init__(self, database: Database, wall_clock: Clock) -> None:
        self._records = database.get_collection(IDEMPOTENCY, read_concern=ReadConcern("majority"))
        self._wall_clock = wall_clock

    async def find(self, request: RequestKey, returns: type[R]) -> Committed[R] | None:
        """What this request came to before, as a majority of the store's members holds it by now, or None. Raises
        IdempotencyKeyReused when it had another body then.
        """
        return _committed(await self._records.find_one({"_id": _id(request)}), request, returns)

    def keep(self, request: RequestKey, returns: type[R], committed: Committed[R]) -> None:
        """Inserts the record with the unit of work one is in. Raises ValueError for a result that is too large to be
        one.
        """
        result = _adapter(returns).dump_json(committed.value)
        if len(result) > LARGEST_RESULT:
            raise ValueError(f"a {returns.__name__} of {len(result)} bytes is not a small result")
        unit_of_work().insert(
            IDEMPOTENCY,
            {
                "_id": _id(request),
                "fingerprint": request.fingerprint,
                "result": result,
                "positions": [{"stream": each.stream, "sequence": each.sequence} for each in committed.positions],
                "expires_at": self._wall_clock() + KEPT_FOR,
            },
        )


def _committed(record: Document | None, request: RequestKey, returns: type[R]) -> Committed[R] | None:
    if record is None:
        return None
    if record["fingerprint"] != request.fingerprint:
        raise IdempotencyKeyReused
    return Committed(
        value=_adapter(returns).validate_json(record["result"]),
        positions=tuple(StreamPosition(each["stream"], each["sequence"]) for each in record["positions"]),
        repeated=True,
    )


def _id(request: RequestKey) -> str:
    """Of bounded length, and without what a client wrote into its key."""
    return hashlib.sha256(request.key.encode()).hexdigest()


def _adapter(returns: type[R]) -> TypeAdapter[R]:
    if returns not in _adapters:
        _adapters[returns] = TypeAdapter(returns)
    return _adapters[returns]
