"""Hands requests on to the service their path names, and answers back as they come.

Invariant: an answer is passed on piece by piece and never held back, and of paths and queries nothing is written down.
"""

import asyncio
import json
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import httpcore

from careflow_cli.edge import refusals, sittings
from careflow_cli.edge.asking import (
    OF_THE_CONNECTION,
    Asked,
    Headers,
    Left,
    Message,
    Receive,
    Scope,
    TooLarge,
    body_of,
    understood,
)
from careflow_cli.edge.sittings import Sittings
from careflow_cli.edge.table import ANSWER_WITHIN, CONNECT_WITHIN, SEND_WITHIN, locations
from careflow_cli.processes.ports import HOST

Send = Callable[[Message], Awaitable[None]]

WITHIN: Final = {"connect": CONNECT_WITHIN, "read": ANSWER_WITHIN, "write": SEND_WITHIN, "pool": CONNECT_WITHIN}
MOST_CONNECTIONS: Final = 1_000
"""More than all services together keep up live views."""
IDLE_CONNECTION: Final = 30.0  # seconds
AWAY: Final = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)
_TO_LOGIN: Final = re.compile(r"(\.\./)*login\?")


class Broken(Exception):
    """A service ended in the middle of an answer; its reader is told by the connection, which ends too."""


class Relay:
    """The ASGI application. `port_of` says where a service listens now: one that was started again may be elsewhere."""

    def __init__(
        self, services: Sequence[str], port_of: Callable[[str], int | None], sitting: Sittings | None = None
    ) -> None:
        self._services = tuple(services)
        self._port_of = port_of
        self._locations = [re.compile(each) for each in locations(services)]
        self._sittings = sitting or Sittings()
        self._pool = httpcore.AsyncConnectionPool(max_connections=MOST_CONNECTIONS, keepalive_expiry=IDLE_CONNECTION)

    async def aclose(self) -> None:
        """Let go of the services."""
        await self._pool.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        exchange = _Exchange(send)
        asked = understood(scope, self._locations)
        try:
            if asked is None:
                await exchange.whole(self._own(scope, exchange))
            else:
                await self._hand_on(asked, receive, exchange)
        except Left:
            pass
        except AWAY:
            if exchange.status is not None:
                raise Broken from None
            await exchange.whole(_refusal(asked, 503, exchange))
        except TooLarge:
            await exchange.whole(_refusal(asked, 413, exchange))
        except TimeoutError:
            await exchange.whole(_refusal(asked, 408, exchange))
        finally:
            exchange.write_down(scope["method"], asked.service if asked else None)

    def _own(self, scope: Scope, exchange: "_Exchange") -> refusals.Answer:
        match scope["path"]:
            case "/":
                return refusals.front(self._services)
            case "/health/ready":
                return 200, [], b""
            case _:
                return refusals.problem(404, exchange.id)

    async def _hand_on(self, asked: Asked, receive: Receive, exchange: "_Exchange") -> None:
        """Until all is answered, or who asked is gone."""
        asked = replace(asked, body=await body_of(receive))
        relaying = asyncio.ensure_future(self._relay(asked, exchange))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait({relaying, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if relaying.done():
                relaying.result()
        finally:
            relaying.cancel()
            leaving.cancel()
            await asyncio.gather(relaying, leaving, return_exceptions=True)

    async def _relay(self, asked: Asked, exchange: "_Exchange") -> None:
        async with self._answered(asked) as answer:
            login = await self._logged_in(asked) if _leads_to_login(asked, answer) else None
            if login is None:
                await self._pass_on(asked, answer, exchange, self._after(asked, answer))
                return
        async with self._answered(asked.with_login(login)) as answer:
            kept = sittings.lasting(sittings.LOGIN_COOKIE, login, _pages(asked.service))
            await self._pass_on(asked, answer, exchange, [kept])

    @asynccontextmanager
    async def _answered(self, asked: Asked) -> AsyncIterator[httpcore.Response]:
        port = self._port_of(asked.service)
        if port is None:
            raise httpcore.ConnectError
        url = httpcore.URL(scheme=b"http", host=HOST.encode(), port=port, target=asked.target)
        asking: AbstractAsyncContextManager[httpcore.Response] = self._pool.stream(
            asked.method, url, headers=asked.headers, content=asked.body, extensions={"timeout": WITHIN}
        )
        async with asking as answer:
            yield answer

    async def _pass_on(
        self, asked: Asked, answer: httpcore.Response, exchange: "_Exchange", cookies: Sequence[str]
    ) -> None:
        headers = [_seen_from_here(asked, *each) for each in answer.headers if each[0].lower() not in OF_THE_CONNECTION]
        headers += [(b"set-cookie", each.encode("ascii")) for each in cookies]
        await exchange.begin(answer.status, headers)
        async for piece in answer.aiter_stream():
            await exchange.piece(piece)
        await exchange.end()

    # -- one login for all

    async def _logged_in(self, asked: Asked) -> str | None:
        """The login there of somebody who logged in elsewhere; None for whom nobody knows."""
        unattended = f"{sittings.UNATTENDED}=" in asked.query
        token = self._sittings.token(asked.cookies.get(sittings.COOKIE, ""), unattended=unattended)
        if token is None:
            return None
        kind = (b"content-type", b"application/x-www-form-urlencoded")
        host = [each for each in asked.headers if each[0] in (b"host", b"x-forwarded-for", b"x-forwarded-proto")]
        by_token = Asked(
            asked.service, "POST", sittings.LOG_IN, sittings.LOG_IN.encode(), "", [*host, kind], sittings.form_of(token)
        )
        async with self._answered(by_token) as answer:
            await answer.aread()
            return sittings.given_login(_set_cookies(answer))

    def _after(self, asked: Asked, answer: httpcore.Response) -> list[str]:
        """What the browser keeps from now on, beside what the service gave it."""
        sitting = asked.cookies.get(sittings.COOKIE, "")
        if asked.method != "POST" or asked.path not in (sittings.LOG_IN, sittings.LOG_OUT) or answer.status != 200:
            if asked.is_page and answer.status < 400:
                self._sittings.token(sitting, unattended=f"{sittings.UNATTENDED}=" in asked.query)
            return []
        self._sittings.end(sitting)
        others = [each for each in self._services if each != asked.service]
        forgotten = [sittings.gone(sittings.LOGIN_COOKIE, _pages(each)) for each in others]
        if asked.path == sittings.LOG_OUT:
            return [*forgotten, sittings.gone(sittings.COOKIE, "/")]
        begun = self._sittings.begin(sittings.token_in(asked.body or b""))
        return [*forgotten, sittings.lasting(sittings.COOKIE, begun, "/")]


class _Exchange:
    """What one reader is answered, and the line about it."""

    def __init__(self, send: Send) -> None:
        self.id = uuid.uuid4().hex
        self.status: int | None = None
        self._send = send
        self._began = time.monotonic()
        self._bytes = 0

    async def begin(self, status: int, headers: Headers) -> None:
        self.status = status
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def piece(self, body: bytes) -> None:
        self._bytes += len(body)
        await self._send({"type": "http.response.body", "body": body, "more_body": True})

    async def end(self) -> None:
        await self._send({"type": "http.response.body", "body": b""})

    async def whole(self, answer: refusals.Answer) -> None:
        status, headers, body = answer
        await self.begin(status, [*headers, (b"content-length", str(len(body)).encode())])
        await self.piece(body)
        await self.end()

    def write_down(self, method: str, service: str | None) -> None:
        entry = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "event": "request",
            "service": "edge",
            "upstream": service,
            "method": method,
            "status": self.status or 499,
            "bytes": self._bytes,
            "duration_s": round(time.monotonic() - self._began, 3),
            "request_id": self.id,
        }
        print(json.dumps(entry), flush=True)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _refusal(asked: Asked | None, status: int, exchange: _Exchange) -> refusals.Answer:
    if asked is not None and asked.is_page:
        return refusals.sorry(status, service=asked.service if status == 503 else None)
    return refusals.problem(status, exchange.id)


def _leads_to_login(asked: Asked, answer: httpcore.Response) -> bool:
    there = dict(answer.headers).get(b"location", b"").decode("latin-1")
    return asked.method == "GET" and asked.is_page and answer.status == 303 and bool(_TO_LOGIN.match(there))


def _set_cookies(answer: httpcore.Response) -> list[str]:
    return [value.decode("latin-1") for name, value in answer.headers if name.lower() == b"set-cookie"]


def _seen_from_here(asked: Asked, name: bytes, value: bytes) -> tuple[bytes, bytes]:
    if name.lower() == b"location" and value.startswith(b"/"):
        return name, b"/" + asked.service.encode() + value
    return name, value


def _pages(service: str) -> str:
    """Where a service's pages are, and cookies for them."""
    return f"/{service}/pages"
