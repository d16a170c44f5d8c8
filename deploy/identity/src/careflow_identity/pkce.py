"""Every login is bound to the program that began it: the code it ends with is of no use to who comes upon that code.

Canaille leaves proof keys for code exchange (PKCE, RFC 7636) to each program. Here nobody begins a login without one,
and `plain`, which shows the key to whoever sees the question, is none.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

AUTHORIZATION: Final = "/oauth/authorize"
REFUSED: Final = b"invalid_request: a code_challenge with the code_challenge_method S256 is needed (RFC 7636)\n"


class ProofDemanded:
    """The provider, for programs that prove to be the one that asked."""

    def __init__(self, provider: Application) -> None:
        self._provider = provider

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != AUTHORIZATION or _has_proof(scope["query_string"]):
            await self._provider(scope, receive, send)
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 400, "headers": headers})
        await send({"type": "http.response.body", "body": REFUSED})


def _has_proof(query: bytes) -> bool:
    """Each of the two once: of several the provider takes one, and nobody knows here which."""
    asked = parse_qs(query.decode("latin-1"))
    return len(asked.get("code_challenge", ())) == 1 and asked.get("code_challenge_method") == ["S256"]
