"""Staff log in at an OpenID Connect provider, stay logged in while they work, and are out when they leave."""

import base64
import hashlib
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import Response

from careflow_service.clock import wall_clock
from careflow_service.identity import Actor, Role
from careflow_service.pages import login_routes
from careflow_service.pages import logins as login_cookies
from careflow_service.pages.code_flow import CodeFlow
from careflow_service.pages.login_routes import WayIn
from careflow_service.pages.logins import ASKED_AGAIN, BEGUN, BEGUN_FOR, COOKIE, IDLE, Logins
from careflow_service.pages.site import LIBRARY, Site
from careflow_service.problems import FORBIDDEN, UNAVAILABLE, Problem
from careflow_service.settings import SettingsError
from careflow_service.testing.calling import ISSUER, verifier
from careflow_service.testing.visiting import Page
from careflow_service.tokens import DevelopmentIssuer, TokenRefused
from careflow_service.tokens.provider import Provider

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
def serving(standin: Standin) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
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

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    standin.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(slots=True)
class At:
    """A clock that stands."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def later(self, by: timedelta) -> None:
        self.now += by.total_seconds()


@pytest.fixture
def standin() -> Iterator[Standin]:
    standin = Standin(says={"access_token": ISSUER.token(Role.NURSE, subject="joy")})
    with serving(standin):
        yield standin


def provider_at(standin: Standin, **changes: Any) -> CodeFlow:
    given = {"client_id": "careflow", "client_secret": "quiet", "back": BACK}
    return CodeFlow(Provider(development=True), standin.address, **{**given, **changes})


@pytest.fixture
def logins() -> Logins:
    return Logins(bytes(range(32)), now=At())


@pytest.fixture
def way_in(standin: Standin, logins: Logins) -> WayIn:
    return WayIn(logins, verifier(), provider_at(standin), by_token=False)


@pytest.fixture
async def client(way_in: WayIn) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(way_in) as client:
        yield client


def browsing(way_in: WayIn) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(login_routes.router)
    app.state.way_in = way_in
    app.state.site = Site(LIBRARY, clinic="A", zone=ZoneInfo("UTC"), clock=wall_clock)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://care", headers=HEADERS)


async def leaves(client: httpx.AsyncClient, to: str = "day") -> dict[str, str]:
    """Somebody is sent to the provider; what with."""
    answer = await client.get("/pages/login", params={"to": to})
    assert answer.status_code == 303
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


async def test_whoever_comes_back_with_what_they_left_with_is_logged_in(
    client: httpx.AsyncClient, standin: Standin
) -> None:
    sent = await leaves(client, "day?day=2026-11-24")
    assert (sent["response_type"], sent["scope"], sent["redirect_uri"]) == ("code", "openid", BACK)
    assert sent["prompt"] == "login"

    back = Page(await client.get("/pages/logged-in", params={"code": "c1", "state": sent["state"]}))

    assert back.h1 == "You are logged in"
    assert back.links["Go on to the page you wanted"] == "day?day=2026-11-24"
    (asked,) = standin.asked
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asked["code_verifier"].encode()).digest()).rstrip(b"=")
    assert challenge.decode() == sent["code_challenge"]
    assert {name: asked[name] for name in ("grant_type", "code", "redirect_uri")} == {
        "grant_type": "authorization_code",
        "code": "c1",
        "redirect_uri": BACK,
    }


async def test_what_a_provider_says_only_when_asked_is_asked_for(standin: Standin) -> None:
    address, _ = await provider_at(standin, scope="openid groups").begin("/pages/day", seen=1.0)
    assert "scope=openid+groups" in address


@pytest.mark.parametrize(
    ("secret", "methods", "shown"),
    [
        ("q:u et", None, {"authorization": "Basic " + base64.b64encode(b"careflow:q%3Au+et").decode()}),
        ("quiet", ["client_secret_post"], {"client_id": "careflow", "client_secret": "quiet", "authorization": ""}),
        (None, None, {"client_id": "careflow", "authorization": ""}),
    ],
)
async def test_the_provider_knows_us_in_the_way_it_asks_for(
    standin: Standin, secret: str | None, methods: list[str] | None, shown: dict[str, str]
) -> None:
    standin.methods = methods
    provider = provider_at(standin, client_secret=secret)
    _, begun = await provider.begin("day", seen=None)
    await provider.finish("c1", begun)
    (asked,) = standin.asked
    known = ("client_id", "client_secret", "authorization")
    assert {name: asked[name] for name in known if name in asked} == shown


async def test_the_cookie_is_for_these_pages_and_says_nothing(client: httpx.AsyncClient, logins: Logins) -> None:
    sent = await leaves(client)
    back = await client.get("/pages/logged-in", params={"code": "c1", "state": sent["state"]})

    cookie, begun = back.headers.get_list("set-cookie")
    name, _, value = cookie.partition(";")[0].partition("=")
    assert (name, cookie.partition("; ")[2]) == (COOKIE, "HttpOnly; SameSite=strict; Secure")
    assert b"joy" not in base64.urlsafe_b64decode(value)
    assert begun == f"{BEGUN}-{sent['state']}=; HttpOnly; SameSite=strict; Max-Age=0; Secure"
    assert await logins.verify(value) == NURSE


async def test_whoever_is_at_work_is_not_asked_again_who_they_are(client: httpx.AsyncClient) -> None:
    sent = await leaves(client)
    await client.get("/pages/logged-in", params={"code": "c1", "state": sent["state"]})
    assert "prompt" not in await leaves(client)

    await client.post("/pages/logout")
    assert (await leaves(client))["prompt"] == "login"


@pytest.mark.parametrize("state", ["", "another", "é"])
async def test_what_was_begun_elsewhere_lets_nobody_in(client: httpx.AsyncClient, standin: Standin, state: str) -> None:
    await leaves(client)
    answer = await client.get("/pages/logged-in", params={"code": "c1", "state": state})
    assert (answer.status_code, Page(answer).h1) == (400, "You are not logged in")
    assert standin.asked == []


async def test_another_browser_lets_nobody_in(client: httpx.AsyncClient, standin: Standin) -> None:
    sent = await leaves(client)
    client.cookies.clear()
    answer = await client.get("/pages/logged-in", params={"code": "c1", "state": sent["state"]})
    assert (answer.status_code, standin.asked) == (400, [])


async def test_a_login_is_not_taken_for_one_that_was_begun(client: httpx.AsyncClient, logins: Logins) -> None:
    sent = await leaves(client)
    await client.get("/pages/logged-in", params={"code": "c1", "state": sent["state"]})
    client.cookies[f"{BEGUN}-s"] = client.cookies[COOKIE]
    assert (await client.get("/pages/logged-in", params={"code": "c1", "state": "s"})).status_code == 400
    begun = client.cookies[f"{BEGUN}-{(await leaves(client))['state']}"]
    with pytest.raises(TokenRefused):
        await logins.verify(begun)


@pytest.mark.parametrize(
    ("status", "says", "answered"),
    [
        (400, {"error": "invalid_grant"}, 403),
        (401, {"error": "invalid_client"}, 403),
        (200, {}, 403),
        (200, [], 403),
        (200, {"access_token": 7}, 403),
        (200, {"access_token": DevelopmentIssuer().token(Role.NURSE)}, 403),
        (200, {"access_token": DevelopmentIssuer(audience="another").token(Role.NURSE)}, 403),
    ],
)
async def test_what_the_provider_does_not_vouch_for_lets_nobody_in(
    client: httpx.AsyncClient, standin: Standin, status: int, says: Any, answered: int
) -> None:
    standin.status, standin.says = status, says
    sent = await leaves(client)
    answer = await client.get("/pages/logged-in", params={"code": "c1", "state": sent["state"]})
    assert (answer.status_code, Page(answer).h1) == (answered, "You are not logged in")
    assert COOKIE not in client.cookies


@pytest.mark.parametrize(
    "to", ["https://elsewhere.example", "//elsewhere.example", "../ops", "a b", "day#x", "/day", f"day?a={'b' * 4096}"]
)
async def test_nobody_is_led_elsewhere(client: httpx.AsyncClient, to: str) -> None:
    sent = await leaves(client, to)
    back = await client.get("/pages/logged-in", params={"code": "c1", "state": sent["state"]})
    assert "refresh" not in back.text
    assert Page(back).links.keys() == {"Skip to the main content"}


async def test_a_provider_that_is_away_or_another_is_unavailable(standin: Standin) -> None:
    for wrong in (Standin(address="http://127.0.0.1:1"), standin):
        standin.issuer = "http://127.0.0.1:9/another"
        with pytest.raises(Problem) as refused:
            await provider_at(wrong).begin("day", seen=None)
        assert refused.value.kind is UNAVAILABLE


def test_a_provider_without_tls_is_for_development_only() -> None:
    with pytest.raises(SettingsError, match=r"CAREFLOW_TOKEN_ISSUER, .* must be an https address"):
        CodeFlow(Provider(), "http://provider", client_id="c", client_secret=None, back=BACK)


async def test_where_there_is_no_provider_a_token_lets_in_only_in_development(way_in: WayIn) -> None:
    token = ISSUER.token(Role.NURSE, subject="joy")
    for by_token, answered, said in ((False, 404, "Nobody can log in here"), (True, 200, "You are logged in")):
        async with browsing(WayIn(way_in.logins, way_in.verifier, None, by_token)) as client:
            answer = await client.post("/pages/login", data={"token": token, "to": "day"})
            assert (answer.status_code, Page(answer).h1) == (answered, said)

    async with browsing(WayIn(way_in.logins, way_in.verifier, None, by_token=True)) as client:
        answer = await client.post("/pages/login", data={"token": "nonsense", "to": "day"})
        assert answer.status_code == 422
        assert "This token does not let anybody in" in Page(answer).text
        assert "nonsense" not in answer.text


async def test_two_tabs_that_leave_at_once_both_come_back(client: httpx.AsyncClient) -> None:
    first, second = await leaves(client, "day"), await leaves(client, "day?live=1")
    for sent, to in ((first, "day"), (second, "day?live=1")):
        back = Page(await client.get("/pages/logged-in", params={"code": "c1", "state": sent["state"]}))
        assert back.links["Go on to the page you wanted"] == to


@pytest.mark.parametrize("status", [200, 400])
async def test_what_somebody_left_with_is_brought_back_once(
    client: httpx.AsyncClient, standin: Standin, status: int
) -> None:
    standin.status = status
    sent = await leaves(client)
    for _ in range(2):
        again = await client.get("/pages/logged-in", params={"code": "c1", "state": sent["state"]})
    assert (again.status_code, len(standin.asked)) == (400, 1)


async def test_what_a_browser_left_with_is_no_good_under_another_name(
    client: httpx.AsyncClient, standin: Standin
) -> None:
    sent = await leaves(client)
    client.cookies[f"{BEGUN}-mine"] = client.cookies[f"{BEGUN}-{sent['state']}"]
    assert (await client.get("/pages/logged-in", params={"code": "c1", "state": "mine"})).status_code == 400
    assert standin.asked == []


async def test_an_error_of_the_provider_lets_nobody_in_and_leads_back_to_the_login(
    client: httpx.AsyncClient, standin: Standin
) -> None:
    sent = await leaves(client)
    answer = await client.get("/pages/logged-in", params={"error": "access_denied", "state": sent["state"]})
    assert (answer.status_code, Page(answer).links["Log in again"]) == (403, "login?to=day")
    assert standin.asked == []


@pytest.mark.parametrize(("cookies", "buttons"), [("careflow-login=x", ["Log out"]), ("", [])])
def test_whoever_has_the_wrong_login_can_change_it(way_in: WayIn, cookies: str, buttons: list[str]) -> None:
    site = Site(LIBRARY, clinic="A", zone=ZoneInfo("UTC"), clock=wall_clock)
    scope = {**scope_with("", path="/pages/day/1/arrived"), "method": "GET", "headers": [(b"cookie", cookies.encode())]}
    answer = site.problem(scope, Problem(FORBIDDEN))
    page = Page(httpx.Response(403, content=bytes(answer.body), request=httpx.Request("GET", "https://care/pages/day")))
    assert [(form.action, form.buttons) for form in page.forms] == [("../../logout", [each]) for each in buttons]


# -- how long ----------------------------------------------------------------------------------------------------------


def scope_with(cookie: str, path: str = "/pages/day", query: bytes = b"") -> dict[str, Any]:
    headers = [(b"cookie", f"{COOKIE}={cookie}".encode())]
    return {"type": "http", "scheme": "http", "path": path, "query_string": query, "headers": headers}


async def answered(logins: Logins, scope: dict[str, Any]) -> str | None:
    """The login cookie with which an answer to this request goes out."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await logins.keeping(scope, send)({"type": "http.response.start", "status": 200, "headers": []})
    cookies = [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]
    return cookies[0].partition(";")[0].partition("=")[2] if cookies else None


def logged_in(logins: Logins) -> str:
    answer = Response()
    logins.let_in(answer, {"type": "http", "scheme": "http", "headers": []}, NURSE)
    return answer.headers.getlist("set-cookie")[0].partition(";")[0].partition("=")[2]


async def test_whoever_leaves_is_out_after_a_quarter_of_an_hour() -> None:
    at = At()
    logins = Logins(bytes(32), now=at)
    cookie = logged_in(logins)
    at.later(IDLE)
    assert await logins.verify(cookie) == NURSE
    at.later(timedelta(seconds=1))
    with pytest.raises(TokenRefused):
        await logins.verify(cookie)
    assert logins.seen(scope_with(cookie)) is None


async def test_whoever_works_on_is_asked_for_at_the_provider_every_hour() -> None:
    at = At()
    logins = Logins(bytes(32), now=at)
    cookie = logged_in(logins)
    for _ in range(6):
        at.later(ASKED_AGAIN / 6)
        assert await logins.verify(cookie) == NURSE
        cookie = await answered(logins, scope_with(cookie)) or cookie
    at.later(timedelta(seconds=1))
    with pytest.raises(TokenRefused):
        await logins.verify(cookie)
    assert logins.seen(scope_with(cookie)) is not None


async def test_a_page_that_shows_itself_anew_keeps_nobody_logged_in() -> None:
    at = At()
    logins = Logins(bytes(32), now=at)
    cookie = logged_in(logins)
    at.later(IDLE / 2)
    assert await answered(logins, scope_with(cookie, query=b"day=2026-11-24&unattended=1")) is None
    assert await answered(logins, scope_with(cookie, path="/pages/day/1/arrived")) is None
    assert await answered(logins, scope_with("nonsense")) is None
    assert await answered(logins, scope_with(cookie)) is not None


async def test_asking_the_provider_again_by_itself_keeps_nobody_logged_in(standin: Standin) -> None:
    at = At()
    logins = Logins(bytes(32), now=at)
    async with browsing(WayIn(logins, verifier(), provider_at(standin), by_token=False)) as client:
        sent = await leaves(client)
        await client.get("/pages/logged-in", params={"code": "c1", "state": sent["state"]})
        at.later(IDLE)
        sent = await leaves(client, "day?live=1&unattended=1")
        assert "prompt" not in sent
        await client.get("/pages/logged-in", params={"code": "c2", "state": sent["state"]})
        at.later(timedelta(seconds=1))
        with pytest.raises(TokenRefused):
            await logins.verify(client.cookies[COOKIE])


def test_whoever_asks_for_another_language_is_there() -> None:
    site = Site(LIBRARY, clinic="A", zone=ZoneInfo("UTC"), clock=wall_clock)
    scope = {**scope_with("", query=b"live=1&unattended=1"), "method": "GET"}
    answer = site.show(scope, "no_login.html")
    page = Page(httpx.Response(200, content=bytes(answer.body), request=httpx.Request("GET", "https://care/pages/day")))
    assert page.links["Español"] == "?live=1&lang=es"


async def test_a_word_that_only_contains_unattended_is_somebody(standin: Standin) -> None:
    at = At()
    logins = Logins(bytes(32), now=at)
    cookie = logged_in(logins)
    at.later(IDLE / 2)
    assert await answered(logins, scope_with(cookie, query=b"note=unattended")) is not None


async def test_a_role_that_is_none_any_more_grants_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    logins = Logins(bytes(32), now=At())
    cookie = logged_in(logins)
    monkeypatch.delitem(login_cookies._GRANTED, "nurse")
    assert (await logins.verify(cookie)).roles == frozenset()


async def test_whoever_takes_too_long_at_the_provider_begins_again(standin: Standin) -> None:
    at = At()
    logins = Logins(bytes(32), now=at)
    async with browsing(WayIn(logins, verifier(), provider_at(standin), by_token=False)) as client:
        sent = await leaves(client)
        at.later(BEGUN_FOR + timedelta(seconds=1))
        answer = await client.get("/pages/logged-in", params={"code": "c1", "state": sent["state"]})
    assert answer.status_code == 400
