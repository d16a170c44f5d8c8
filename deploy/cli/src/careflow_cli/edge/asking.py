"""One request on its way through the edge: who is asked, for what, with which headers.

Invariant: what a client says about its own way here is thrown away, and a path means to the service what it meant here.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from careflow_cli.edge import sittings
from careflow_cli.edge.table import BODY_LIMIT, BODY_WITHIN

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Headers = list[tuple[bytes, bytes]]

OF_THE_CONNECTION: Final = frozenset(
    b"connection keep-alive proxy-connection te trailer transfer-encoding upgrade".split()
)
_REPLACED: Final = frozenset(
    b"content-length forwarded "
    b"x-forwarded-for x-forwarded-host x-forwarded-port x-forwarded-prefix x-forwarded-proto".split()
)
_LOGIN: Final = sittings.LOGIN_COOKIE


class Left(Exception):
    """Who asked is gone."""


class TooLarge(Exception):
    """The body has more bytes than any service takes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What `service` is asked: `path` within it as it is understood, `target` as it was written."""

    service: str
    method: str
    path: str
    target: bytes
    query: str
    headers: Headers
    body: bytes | None = None

    @property
    def is_page(self) -> bool:
        """Whether somebody sits before it."""
        return self.path.startswith("/pages/")

    @property
    def cookies(self) -> dict[str, str]:
        """What their browser sent."""
        sent = b"; ".join(value for name, value in self.headers if name == b"cookie")
        return sittings.cookies_of(sent.decode("latin-1"))

    def with_login(self, login: str) -> "Asked":
        """The same, from somebody who is logged in."""
        kept = {**self.cookies, _LOGIN: login}
        cookie = "; ".join(f"{name}={value}" for name, value in kept.items()).encode("latin-1")
        return replace(self, headers=[*(each for each in self.headers if each[0] != b"cookie"), (b"cookie", cookie)])


def understood(scope: Scope, locations: Sequence[re.Pattern[str]]) -> Asked | None:
    """What is asked for, if it is let out."""
    path: str = scope["path"]
    found = next(filter(None, (each.match(path) for each in locations)), None)
    if found is None or any(part in (".", "..") for part in path.split("/")):
        return None
    _, service, within = (scope["raw_path"] + b"//").split(b"/", 2)
    if service.decode("latin-1") != found["service"]:
        return None
    target = b"/" + within[: -len(b"//")]
    query: bytes = scope["query_string"]
    client = scope["client"][0] if scope.get("client") else "127.0.0.1"
    return Asked(
        service=found["service"],
        method=scope["method"],
        path=found["path"],
        target=target + b"?" + query if query else target,
        query=query.decode("latin-1"),
        headers=[
            *(each for each in scope["headers"] if each[0] not in OF_THE_CONNECTION | _REPLACED),
            (b"x-forwarded-for", client.encode("ascii")),
            (b"x-forwarded-proto", scope["scheme"].encode("ascii")),
        ],
    )


async def body_of(receive: Receive) -> bytes | None:
    """The whole body, None where there is none. Raises TooLarge, TimeoutError, and Left."""
    async with asyncio.timeout(BODY_WITHIN):
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Left
            body += message.get("body", b"")
            if len(body) > BODY_LIMIT:
                raise TooLarge
            if not message.get("more_body", False):
                return bytes(body) or None
