"""What one client may ask of us: the size of a body and the number of requests in a time.

Invariant: the memory used for limits does not grow with the number of clients or the size of what they send.
"""

import asyncio
import ipaddress
import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from careflow_service.http.rendering import judged
from careflow_service.identity import Actor
from careflow_service.pages import FORM, PREFIX
from careflow_service.problems import BODY_TOO_LARGE, BODY_TOO_SLOW, UNSUPPORTED_MEDIA_TYPE, Problem

BODY_LIMIT = 256 * 1024
"""Bytes a request body may have; what an outbox record may have, too."""

BODY_WITHIN_SECONDS = 20.0
"""How long a client may take to send it."""

CLIENTS_REMEMBERED = 10_000
"""Clients whose rate is followed at a time, per route; beyond it the one longest unseen is forgotten."""

_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_RATE = re.compile(r"([1-9][0-9]{0,5})/(second|minute|hour)")


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` requests in `seconds`, which is also how many may come at once."""

    count: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """Read `"10/minute"`; raises ValueError."""
        found = _RATE.fullmatch(text)
        if found is None:
            raise ValueError(f"a rate looks like 10/minute, not {text!r}")
        return cls(count=int(found[1]), seconds=_SECONDS[found[2]])

    @property
    def per_second(self) -> float:
        return self.count / self.seconds


class RateLimiter:
    """A token bucket per client, for one route."""

    def __init__(
        self, rate: Rate, *, remembered: int = CLIENTS_REMEMBERED, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._remembered = remembered
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> int | None:
        """Count one request; None lets it in, a number is the seconds to wait before the next."""
        now = self._now()
        tokens, seen = self._buckets.pop(client, (float(self._rate.count), now))
        tokens = min(float(self._rate.count), tokens + (now - seen) * self._rate.per_second)
        admitted = tokens >= 1
        self._buckets[client] = (tokens - 1 if admitted else tokens, now)
        if len(self._buckets) > self._remembered:
            self._buckets.popitem(last=False)
        return None if admitted else max(1, math.ceil((1 - tokens) / self._rate.per_second))


def client_of(scope: Scope) -> str:
    """What a client is told apart by: its address, or the /64 network an IPv6 household or host usually gets."""
    host = (scope.get("client") or ("unknown", 0))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


PATIENTS: Final = Rate(600, 60)
"""What one patient's login, or link, may ask of a process of a service."""
OTHERS: Final = Rate(6_000, 60)
"""What anybody else's may: a ward's pages keep themselves current, and machines read page after page. Limits of ours: a
login that was stolen, or a program that runs wild, leaves the others their share.
"""


class CallerLimits:
    """A rate for each login, whatever it asks for and wherever it comes from."""

    def __init__(
        self, patients: Rate = PATIENTS, others: Rate = OTHERS, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._patients = RateLimiter(patients, now=now)
        self._others = RateLimiter(others, now=now)

    def take(self, actor: Actor) -> int | None:
        """As `RateLimiter.take`."""
        return (self._patients if actor.is_patient else self._others).take(actor.id)


class BodyLimit:
    """Reads the whole body before the application sees any of it, so that too much is one clear refusal.

    The announced length is checked first; without one (chunked) the bytes are counted as they come. A body that is not
    JSON, or to a page no form, is refused here, too: no route of a service takes anything else.
    """

    def __init__(self, app: ASGIApp, *, limit: int = BODY_LIMIT, within: float = BODY_WITHIN_SECONDS) -> None:
        self._app = app
        self._limit = limit
        self._within = within

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            async with asyncio.timeout(self._within):
                body = await self._read(headers, receive)
        except TimeoutError:
            raise Problem(BODY_TOO_SLOW, headers={"Connection": "close"}) from None
        if body is None:
            return
        of_a_page = scope["path"].startswith(PREFIX)
        if body:
            _require(FORM if of_a_page else "application/json", headers.get("content-type", ""))
        with nullcontext() if of_a_page or not body else judged(body):
            await self._app(scope, _replay(body, receive), send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes | None:
        """The whole body, or None when the client went away in the middle of it."""
        announced = headers.get("content-length", "0")
        if not announced.isdecimal() or int(announced[:20]) > self._limit:
            raise Problem(BODY_TOO_LARGE, extra={"limit_bytes": self._limit})
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if len(body) > self._limit:
                raise Problem(BODY_TOO_LARGE, extra={"limit_bytes": self._limit})
            if not message.get("more_body", False):
                return bytes(body)


def _require(taken: str, content_type: str) -> None:
    if content_type.partition(";")[0].strip().lower() != taken:
        raise Problem(UNSUPPORTED_MEDIA_TYPE)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the body once and then listens on, for a stream that must notice its reader leaving."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return pending.pop() if pending else await receive()

    return replayed
