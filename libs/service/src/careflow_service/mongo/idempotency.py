"""What requests that may arrive twice came to: `_idempotency {_id, fingerprint, came_to, expires_at}`.

Invariant: a record exists exactly when the command committed, because it is inserted in the command's transaction.
Refused commands leave none, so a corrected request may use the key again. What a request came to names a patient and
what was done: it is sealed with a key that follows from the request and a secret, so that only who sends the request
again can read it, and nobody who holds the store's files. While one key of the service follows another there is a
record with each, so that of two who are asked the same with different ones one is the repeat.
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
from careflow_service.mongo.key_lines import Key, KeyLine
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

    def __init__(self, database: Database, wall_clock: Clock, secrets: KeyLine) -> None:
        self._records = database.get_collection(IDEMPOTENCY, read_concern=ReadConcern("majority"))
        self._wall_clock = wall_clock
        self._secrets = secrets

    async def find(self, request: RequestKey, returns: type[R]) -> Committed[R] | None:
        """What this request came to before, as a majority of the store's members holds it by now, or None. Raises
        IdempotencyKeyReused when it had another body then.
        """
        secrets = {_id_of(request, secret): secret for secret in self._secrets.every}
        record = await self._records.find_one(
            {"_id": {"$in": list(secrets)} if len(secrets) > 1 else next(iter(secrets))}
        )
        return None if record is None else _committed(record, request, returns, secrets[record["_id"]])

    def keep(self, request: RequestKey, returns: type[R], committed: Committed[R]) -> None:
        """Inserts the record with the unit of work one is in. Raises ValueError for a result that is too large to be
        one.
        """
        result = adapter_of(returns).dump_json(committed.value)
        if len(result) > LARGEST_RESULT:
            raise ValueError(f"a {returns.__name__} of {len(result)} bytes is not a small result")
        positions = [[each.stream, each.sequence] for each in committed.positions]
        came_to = len(result).to_bytes(4, "big") + result + orjson.dumps(positions)
        for secret in self._secrets.every:
            nonce = os.urandom(NONCE_BYTES)
            unit_of_work().insert(
                IDEMPOTENCY,
                {
                    "_id": _id_of(request, secret),
                    "fingerprint": _fingerprint_of(request, secret),
                    "came_to": nonce + _seal_of(request, secret).encrypt(nonce, came_to, None),
                    "expires_at": self._wall_clock() + KEPT_FOR,
                },
            )

    def id_of(self, request: RequestKey) -> str:
        """With the current key."""
        return _id_of(request, self._secrets.current)


def _committed(record: Document, request: RequestKey, returns: type[R], secret: Key) -> Committed[R]:
    if not hmac.compare_digest(record["fingerprint"], _fingerprint_of(request, secret)):
        raise IdempotencyKeyReused
    nonce, sealed = record["came_to"][:NONCE_BYTES], record["came_to"][NONCE_BYTES:]
    came_to = _seal_of(request, secret).decrypt(nonce, sealed, None)
    end = 4 + int.from_bytes(came_to[:4], "big")
    return Committed(
        value=adapter_of(returns).validate_json(came_to[4:end]),
        positions=tuple(StreamPosition(stream, sequence) for stream, sequence in orjson.loads(came_to[end:])),
        repeated=True,
    )


def _id_of(request: RequestKey, secret: Key) -> str:
    """Of bounded length, and not to be guessed from an address and a key."""
    return _keyed("id", request.key, secret).hex()


def _fingerprint_of(request: RequestKey, secret: Key) -> str:
    """The body may be short enough to be guessed: it is not told by what is stored."""
    return _keyed("body", request.fingerprint, secret).hex()


def _seal_of(request: RequestKey, secret: Key) -> AESGCM:
    return AESGCM(_keyed("seal", request.key, secret))


def _keyed(purpose: str, what: str, secret: Key) -> bytes:
    message = f"careflow idempotency {purpose}\0{what}".encode()
    return hmac.new(secret.material, message, hashlib.sha256).digest()
