"""Staff who log in, and the provider they log in at."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import httpx
from fastapi import FastAPI

from careflow_service.clock import wall_clock
from careflow_service.identity import Actor, Role
from careflow_service.pages import login_routes
from careflow_service.pages.code_flow import CodeFlow
from careflow_service.pages.login_routes import WayIn
from careflow_service.pages.places import Places
from careflow_service.pages.site import LIBRARY, Site
from careflow_service.testing.calling import ISSUER
from careflow_service.tokens.provider import Provider
from libs.service.tests.http.local_server import Answers, answering

NURSE = Actor("joy", frozenset({Role.NURSE}))
BACK = "https://care.example.org/booking/pages/logged-in"
HEADERS = {"Accept-Language": "en"}


@dataclass(slots=True)
class Standin:
    """A provider on this machine. `says` is what its token endpoint answers; `asked` what it was sent there."""

    address: str = ""
    issuer: str | None = None
    status: int = 200
    says: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    methods: list[str] | None = None

    def configuration(self) -> dict[str, Any]:
        methods = {"token_endpoint_auth_methods_supported": self.methods} if self.methods else {}
        return {
            **methods,
            "issuer": self.issuer or self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
        }


@contextmanager
def serving() -> Iterator[Standin]:
    """A provider at which a nurse logs in."""
    standin = Standin(says={"access_token": ISSUER.token(Role.NURSE, subject="joy")})

    class Handler(Answers):
        def do_GET(self) -> None:
            self._answer(200, standin.configuration())

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(sent).items()}
            standin.asked.append({**form, "authorization": self.headers.get("Authorization", "")})
            self._answer(standin.status, standin.says)

        def _answer(self, status: int, what: object) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(what).encode())

    with answering(Handler) as standin.address:
        yield standin


@dataclass(slots=True)
class Names:
    """Hears who was let in, and what the provider calls them."""

    heard: list[tuple[str, str | None]] = field(default_factory=list)

    async def __call__(self, actor: Actor, name: str | None) -> None:
        self.heard.append((actor.id, name))


@dataclass(slots=True)
class At:
    """A clock that stands."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def later(self, by: timedelta) -> None:
        self.now += by.total_seconds()


def provider_at(standin: Standin, **changes: Any) -> CodeFlow:
    given = {"client_id": "careflow", "client_secret": "quiet", "back": BACK}
    return CodeFlow(Provider(development=True), standin.address, **{**given, **changes})


def browsing(way_in: WayIn) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(login_routes.router)
    app.state.way_in = way_in
    app.state.site = Site(
        LIBRARY,
        service="booking",
        places=Places("A", "0001"),
        zone=ZoneInfo("UTC"),
        clock=wall_clock,
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://care", headers=HEADERS)


async def leaves(client: httpx.AsyncClient, to: str = "day") -> dict[str, str]:
    """Somebody is sent to the provider; what with."""
    answer = await client.get("/pages/login", params={"to": to})
    assert answer.status_code == 303
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
