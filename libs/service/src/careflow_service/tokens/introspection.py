"""Tokens that only their issuer can read: it is asked what they are worth (RFC 7662).

Invariants: what it said counts for 30 seconds and no longer than the token; while it cannot be asked nobody is let in
by such a token; whoever sends many unknown tokens neither makes us ask it without bound nor keeps others waiting.
"""

import asyncio
import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlencode

from careflow_service.telemetry.logs import log
from careflow_service.tokens.provider import Provider, as_client, away

GOOD_FOR_SECONDS: Final = 30.0
"""How long an answer counts: a withdrawn token is out after that."""
AWAY_SECONDS: Final = 5.0
"""After an answer that did not come the provider is left alone for so long."""
AT_ONCE: Final = 16
"""Different tokens that are asked for at the same time."""
REMEMBERED: Final = 4_096
LARGEST_ANSWER: Final = 16 * 1024

Claims = Mapping[str, Any]


class Introspection:
    """Asks the provider at `url`, as the client whose name and secret are given. `now` is in seconds."""

    def __init__(
        self,
        url: str,
        client: str,
        secret: str,
        provider: Provider,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        provider.check("CAREFLOW_TOKEN_INTROSPECTION_URL", url)
        self._url = url
        self._provider = provider
        self._now = now
        self._headers = {
            **as_client(client, secret),
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._answers: OrderedDict[bytes, tuple[Claims | None, float]] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[Claims | None]] = {}
        self._away_until = float("-inf")

    async def claims(self, token: str) -> Claims | None:
        """What the provider says of an active token; None of any other. Raises the problem `unavailable`."""
        digest = hashlib.sha256(token.encode()).digest()
        known = self._answers.get(digest)
        if known is not None and self._now() - known[1] < GOOD_FOR_SECONDS:
            return known[0]
        if digest not in self._asking:
            if self._now() < self._away_until or len(self._asking) >= AT_ONCE:
                raise away()
            self._asking[digest] = asyncio.create_task(self._ask(token, digest))
        # Whoever stops waiting does not take the answer from the others.
        return await asyncio.shield(self._asking[digest])

    async def _ask(self, token: str, digest: bytes) -> Claims | None:
        body = urlencode({"token": token, "token_type_hint": "access_token"}).encode()
        asked_at = self._now()
        try:
            answer = await self._provider.ask(self._url, at_most=LARGEST_ANSWER, body=body, headers=self._headers)
            claims = _active(answer)
        except (OSError, ValueError) as error:
            self._away_until = self._now() + AWAY_SECONDS
            log.warning("token_introspection_failed", reason=_reason(error), error_class=type(error).__name__)
            raise away() from None
        finally:
            del self._asking[digest]
        self._answers[digest] = (claims, asked_at)
        self._answers.move_to_end(digest)
        if len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)
        return claims


def _active(answer: bytes) -> Claims | None:
    said = json.loads(answer)
    if not isinstance(said, dict) or not isinstance(said.get("active"), bool):
        raise ValueError("not an answer to an introspection")  # noqa: TRY004 - of the content, like any other
    return said if said["active"] else None


def _reason(error: Exception) -> str:
    """For an operator: whether it is the provider, the way to it, or our own name and secret there."""
    if isinstance(error, HTTPError):
        return "our client is refused" if error.code in {401, 403} else f"it answered {error.code}"
    return "it gave no answer" if isinstance(error, OSError) else "its answer is none"
