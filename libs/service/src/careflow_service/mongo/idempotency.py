"""What requests that may arrive twice came to: `_idempotency {_id, fingerprint, came_to, expires_at}`.

Invariant: a record exists exactly when the command committed, because it is inserted in the command's transaction.
Refused commands leave none, so a corrected request may use the key again. What a request came to names a patient and
what was done: it is sealed with a key that follows from the request and a secret, so that only who sends the request
again can read it, and nobody who holds the store's files.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from datetime import timedelta
from typing import Final, TypeVar

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pymongo.read_concern import ReadConcern

from careflow_events.mongo.unit import unit_of_work
from careflow_events.outbox import StreamPosition
from careflow_service.clock import Clock
from careflow_service.errors import IdempotencyKeyReused
from careflow_service.identity import RequestKey
from careflow_service.mongo.client import Database, Document
from careflow_service.typed import adapter_of
from careflow_service.work import Committed

R = TypeVar("R")

IDEMPOTENCY: Final = "_idempotency"
KEPT_FOR: Final = timedelta(hours=48)
NONCE_BYTES: Final = 12
LARGEST_RESULT: Final = 8 * 1024
"""Bytes of JSON: a result names what was done (ids, versions, codes), it does not carry documents."""


class IdempotencyRecords:
    """Reads and writes the records."""

    def __init__(self, database: Database, wall_clock: Clock, secret: bytes) -> None:
        self._records = database.get_collection(IDEMPOTENCY, read_concern=ReadConcern("majority"))
        self._wall_clock = wall_clock
        self._secret = secret

    async def find(self, request: RequestKey, returns: type[R]) -> Committed[R] | None:
        """What this request came to before, as a majority of the store's members holds it by now, or None. Raises
        IdempotencyKeyReused when it had another body then.
        """
        record = await self._records.find_one({"_id": self.id_of(request)})
        return None if record is None else self._committed(record, request, returns)

    def keep(self, request: RequestKey, returns: type[R], committed: Committed[R]) -> None:
        """Inserts the record with the unit of work one is in. Raises ValueError for a result that is too large to be
        one.
        """
        result = adapter_of(returns).dump_json(committed.value)
        if len(result) > LARGEST_RESULT:
            raise ValueError(f"a {returns.__name__} of {len(result)} bytes is not a small result")
        positions = [[each.stream, each.sequence] for each in committed.positions]
        came_to = len(result).to_bytes(4, "big") + result + orjson.dumps(positions)
        nonce = os.urandom(NONCE_BYTES)
        unit_of_work().insert(
            IDEMPOTENCY,
            {
                "_id": self.id_of(request),
                "fingerprint": request.fingerprint,
                "came_to": nonce + self._seal_of(request).encrypt(nonce, came_to, None),
                "expires_at": self._wall_clock() + KEPT_FOR,
            },
        )

    def _committed(self, record: Document, request: RequestKey, returns: type[R]) -> Committed[R]:
        if record["fingerprint"] != request.fingerprint:
            raise IdempotencyKeyReused
        nonce, sealed = record["came_to"][:NONCE_BYTES], record["came_to"][NONCE_BYTES:]
        came_to = self._seal_of(request).decrypt(nonce, sealed, None)
        end = 4 + int.from_bytes(came_to[:4], "big")
        return Committed(
            value=adapter_of(returns).validate_json(came_to[4:end]),
            positions=tuple(StreamPosition(stream, sequence) for stream, sequence in orjson.loads(came_to[end:])),
            repeated=True,
        )

    def id_of(self, request: RequestKey) -> str:
        """Of bounded length, and not to be guessed from an address and a key."""
        return self._keyed("id", request).hex()

    def _seal_of(self, request: RequestKey) -> AESGCM:
        return AESGCM(self._keyed("seal", request))

    def _keyed(self, purpose: str, request: RequestKey) -> bytes:
        message = f"careflow idempotency {purpose}\0{request.key}".encode()
        return hmac.new(self._secret, message, hashlib.sha256).digest()
