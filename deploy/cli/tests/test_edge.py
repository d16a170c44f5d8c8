"""The local stack's edge before two services: what it hands on and how, what it refuses, and one login for both."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn

from careflow_cli.edge.relay import Relay
from careflow_cli.edge.sittings import COOKIE, IDLE, LOGIN_COOKIE, Sittings
from careflow_cli.edge.table import BODY_LIMIT, TITLES

TEXT = (b"content-type", b"text/plain")


@dataclass
class Service:
    """Answers with what it was asked; its pages are for whoever has its login; tells as it is told to."""

    name: str
    told: "asyncio.Queue[bytes]" = field(default_factory=asyncio.Queue)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        headers = httpx.Headers(scope["headers"])
        login = f"{LOGIN_COOKIE}={self.name}-of-"
        match scope["method"], scope["path"]:
            case _, "/v1/stream":
                await self.tells(receive, send)
            case "GET", "/v1/elsewhere":
                await answers(send, 303, [(b"location", b"/v1/here")])
            case "POST", "/pages/login":
                token = httpx.QueryParams(body.decode()).get("token", "")
                await answers(send, 200, [(b"set-cookie", f"{login}{token}; HttpOnly".encode())])
            case "POST", "/pages/logout":
                await answers(send, 200, [(b"set-cookie", f"{LOGIN_COOKIE}=; Max-Age=0".encode())])
            case "GET", path if path.startswith("/pages/") and login not in headers.get("cookie", ""):
                await answers(send, 303, [(b"location", b"../login?to=here")])
            case _, path:
                said = {"path": path, "query": scope["query_string"].decode(), "body": body.decode()}
                await answers(send, 200, [TEXT], json.dumps({**said, "headers": dict(headers)}).encode())

    async def tells(self, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [TEXT]})
        telling = asyncio.ensure_future(self._tell(send))
        await receive()
        telling.cancel()
        self.left.set()

    async def _tell(self, send: Any) -> None:
        while True:
            await send({"type": "http.response.body", "body": await self.told.get(), "more_body": True})


async def answers(send: Any, status: int, headers: list[tuple[bytes, bytes]], body: bytes = b"") -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[int]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", proxy_headers=False))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await serving


@dataclass
class Clinic:
    browser: httpx.AsyncClient
    sessions: Service
    ports: dict[str, int]
    now: list[float]

    async def reads(self, path: str) -> dict[str, Any]:
        answer = await self.browser.get(path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
async def clinic() -> AsyncIterator[Clinic]:
    async with AsyncExitStack() as opened:
        services = {name: Service(name) for name in ("booking", "sessions")}
        ports = {name: await opened.enter_async_context(served(each)) for name, each in services.items()}
        now = [1_000.0]
        edge = await opened.enter_async_context(aclosing(Relay(tuple(services), ports.get, Sittings(lambda: now[0]))))
        address = f"http://127.0.0.1:{await opened.enter_async_context(served(edge))}"
        browser = await opened.enter_async_context(httpx.AsyncClient(base_url=address, trust_env=False))
        yield Clinic(browser, services["sessions"], ports, now)


async def test_a_request_reaches_the_service_its_path_names_without_what_a_client_says_of_its_way(
    clinic: Clinic,
) -> None:
    spoofed = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9", "X-Forwarded-Host": "evil.example"}

    answer = await clinic.browser.post(
        "/sessions/v1/a%2Fb?c=%20d", content="text", headers={**spoofed, "Idempotency-Key": "k-1", "traceparent": "t"}
    )

    got = answer.json()
    assert (got["path"], got["query"], got["body"]) == ("/v1/a/b", "c=%20d", "text")
    assert (got["headers"]["idempotency-key"], got["headers"]["traceparent"]) == ("k-1", "t")
    assert got["headers"]["x-forwarded-for"] == "127.0.0.1"
    assert "forwarded" not in got["headers"]
    assert "x-forwarded-host" not in got["headers"]
    led = await clinic.browser.get("/booking/v1/elsewhere")
    assert led.headers["location"] == "/booking/v1/here"


async def test_a_stream_comes_piece_by_piece_and_its_service_hears_when_its_reader_leaves(clinic: Clinic) -> None:
    async with clinic.browser.stream("GET", "/sessions/v1/stream") as stream:
        pieces = stream.aiter_raw()
        for each in (b"one", b"two"):
            await clinic.sessions.told.put(each)
            assert await asyncio.wait_for(anext(pieces), 5) == each

    await asyncio.wait_for(clinic.sessions.left.wait(), 5)


@pytest.mark.parametrize(
    "path",
    [
        "/booking/health/ready",
        "/booking/ops/drain",
        "/booking/pages/../ops/drain",
        "/booking/pages/%2e%2e/ops/drain",
        "/booking%2fpages/ops",
        "/billing/v1/x",
        "/v1/x",
        "/booking/v1",
    ],
)
async def test_nothing_else_is_let_out(clinic: Clinic, path: str) -> None:
    url = clinic.browser.base_url
    request = httpx.Request("GET", httpx.URL(scheme=url.scheme, host=url.host, port=url.port, raw_path=path.encode()))
    request.extensions["target"] = path.encode()

    answer = await clinic.browser.send(request)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_body_that_no_service_takes_is_refused(clinic: Clinic) -> None:
    fits, too_large = [
        await clinic.browser.post("/booking/v1/x", content=b"x" * size) for size in (BODY_LIMIT, BODY_LIMIT + 1)
    ]

    assert fits.status_code == 200
    assert (too_large.status_code, too_large.json()["title"]) == (413, TITLES[413][1])


async def test_a_service_that_is_away_is_named_and_found_again_where_it_comes_back(clinic: Clinic) -> None:
    was = clinic.ports["sessions"]
    clinic.ports["sessions"] = 1

    page, answer = [await clinic.browser.get(f"/sessions/{path}") for path in ("pages/bedside", "v1/x")]

    assert (page.status_code, answer.status_code) == (503, 503)
    assert "On this machine sessions does not answer" in page.text
    assert (answer.json()["code"], answer.headers["retry-after"]) == ("unavailable", "1")
    assert (await clinic.reads("/booking/v1/x"))["path"] == "/v1/x"
    clinic.ports["sessions"] = was
    assert (await clinic.reads("/sessions/v1/x"))["path"] == "/v1/x"


async def test_who_logs_in_at_one_is_logged_in_at_the_other_and_out_of_both(clinic: Clinic) -> None:
    assert (await clinic.browser.get("/sessions/pages/a/b")).status_code == 303
    await clinic.browser.post("/booking/pages/login", data={"token": "ana"})

    there = await clinic.reads("/sessions/pages/a/b")

    assert f"{LOGIN_COOKIE}=sessions-of-ana" in there["headers"]["cookie"]
    await clinic.browser.post("/booking/pages/login", data={"token": "ben"})
    assert f"{LOGIN_COOKIE}=sessions-of-ben" in (await clinic.reads("/sessions/pages/a"))["headers"]["cookie"]
    await clinic.browser.post("/sessions/pages/logout")
    assert COOKIE not in clinic.browser.cookies
    for service in ("booking", "sessions"):
        assert (await clinic.browser.get(f"/{service}/pages/a")).status_code == 303


async def test_who_did_nothing_for_a_quarter_of_an_hour_is_nobody_and_a_page_by_itself_does_nothing(
    clinic: Clinic,
) -> None:
    await clinic.browser.post("/booking/pages/login", data={"token": "ana"})
    clinic.now[0] += IDLE - 1
    await clinic.reads("/booking/pages/a")
    clinic.now[0] += IDLE - 1
    await clinic.reads("/booking/pages/a?unattended=1")
    clinic.now[0] += 2

    assert (await clinic.browser.get("/sessions/pages/a")).status_code == 303


async def test_the_first_page_says_what_there_is_and_as_whom(clinic: Clinic) -> None:
    front = (await clinic.browser.get("/")).text

    assert '<a href="/booking/pages/day">The clinic&#x27;s day</a>, as coordinator' in front
    assert ".venv/bin/careflow token --role coordinator" in front
    assert "/billing/" not in front, "which does not run here"
