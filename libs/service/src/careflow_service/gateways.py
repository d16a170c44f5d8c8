"""What goes out to a clinic's own gateway: a signed POST, of which it makes a text message, a call or a push.

The body is signed with HMAC-SHA-256 over `<timestamp>.<body>`, so that the gateway can tell our requests from others
and old ones from new; the intent's id is the Idempotency-Key.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from careflow_service.clock import Clock
from careflow_service.outbound import NotReached, Outbound

TIMEOUT_SECONDS: Final = 5.0
_LATER: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS})


class Answer(StrEnum):
    """What a gateway made of a request: taken, refused for good, or not taken now."""

    TAKEN = "taken"
    REFUSED = "refused"
    NOT_NOW = "not_now"


class SignedGateway:
    """Posts to the gateway; `key` signs, `wall_clock` says when."""

    def __init__(self, key: bytes, wall_clock: Clock, outbound: Outbound) -> None:
        self._key = key
        self._wall_clock = wall_clock
        self._outbound = outbound

    async def post(self, address: str, what: Mapping[str, str | bool], *, id: str) -> Answer:  # noqa: A002 - the intent's own word
        """Hands `what` to the gateway at this address; `id` is the same however often it is tried."""
        body = json.dumps(what).encode()
        timestamp = str(int(self._wall_clock().timestamp()))
        signature = hmac.new(self._key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": id,
            "Careflow-Signature": f"t={timestamp},v1={signature}",
        }
        try:
            answer = await self._outbound.post(address, body, headers, seconds=TIMEOUT_SECONDS)
        except NotReached:
            return Answer.NOT_NOW
        if answer.is_success:
            return Answer.TAKEN
        return Answer.REFUSED if 400 <= answer.status < 500 and answer.status not in _LATER else Answer.NOT_NOW
