"""Staff log in at an OpenID Connect provider: what they leave with, what they come back with, and who is let in."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from careflow_service.identity import Role
from careflow_service.pages import logins as cookies_of
from careflow_service.pages.code_flow import CodeFlow
from careflow_service.pages.cookies import SECURE
from careflow_service.pages.id_tokens import name_in
from careflow_service.pages.login_routes import WayIn
from careflow_service.pages.logins import Logins
from careflow_service.problems import UNAVAILABLE, Problem
from careflow_service.settings import SettingsError
from careflow_service.testing.calling import ISSUER, verifier
from careflow_service.testing.ended_logins import MemoryEndedLogins
from careflow_service.testing.visiting import Page
from careflow_service.tokens import DevelopmentIssuer, TokenRefused
from careflow_service.tokens.provider import Provider
from libs.service.tests.http.logging_in import BACK, NURSE, At, Names, Standin, browsing, leaves, provider_at, serving

COOKIE, BEGUN = f"{SECURE}{cookies_of.COOKIE}", f"{SECURE}{cookies_of.BEGUN}"
"""As a browser knows them where there is TLS."""


@pytest.fixture
def standin() -> Iterator[Standin]:
    with serving() as standin:
        yield standin


@pytest.fixture
def logins() -> Logins:
    return Logins(lambda: [bytes(range(32))], ended=MemoryEndedLogins(), now=At())


@pytest.fixture
def way_in(standin: Standin, logins: Logins) -> WayIn:
    return WayIn(logins, Names(), verifier(), provider_at(standin), by_token=False)


@pytest.fixture
async def client(way_in: WayIn) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(way_in) as client:
        yield client


async def test_whoever_comes_back_with_what_they_left_with_is_logged_in(
    client: httpx.AsyncClient, standin: Standin
) -> None:
    sent = await leaves(client, "day?day=2026-11-24")
    assert (sent["response_type"], sent["scope"], sent["redirect_uri"]) == ("code", "openid profile", BACK)
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
    address, _ = await provider_at(standin, scope="openid groups").begin("/pages/day", here=None)
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
    _, begun = await provider.begin("day", here=None)
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


async def test_what_somebody_on_the_way_put_into_a_browser_is_no_login(client: httpx.AsyncClient) -> None:
    """Under a name without `__Secure-` a browser takes a cookie from an answer without TLS too."""
    sent = await leaves(client)
    await client.get("/pages/logged-in", params={"code": "c1", "state": sent["state"]})
    login = client.cookies[COOKIE]
    client.cookies.clear()
    client.cookies[cookies_of.COOKIE] = login

    assert "prompt" in await leaves(client), "nobody is here"


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
    ("status", "says"),
    [
        (400, {"error": "invalid_grant"}),
        (401, {"error": "invalid_client"}),
        (200, {}),
        (200, []),
        (200, {"access_token": 7}),
        (200, {"access_token": DevelopmentIssuer().token(Role.NURSE)}),
        (200, {"access_token": DevelopmentIssuer(audience="another").token(Role.NURSE)}),
    ],
)
async def test_what_the_provider_does_not_vouch_for_lets_nobody_in(
    client: httpx.AsyncClient, standin: Standin, status: int, says: Any
) -> None:
    standin.status, standin.says = status, says
    sent = await leaves(client)
    answer = await client.get("/pages/logged-in", params={"code": "c1", "state": sent["state"]})
    assert (answer.status_code, Page(answer).h1) == (403, "You are not logged in")
    assert COOKIE not in client.cookies


@pytest.mark.parametrize(
    "to", ["https://elsewhere.example", "//elsewhere.example", "../ops", "a b", "day#x", "/day", f"day?a={'b' * 4096}"]
)
async def test_nobody_is_led_elsewhere(client: httpx.AsyncClient, to: str) -> None:
    sent = await leaves(client, to)
    back = await client.get("/pages/logged-in", params={"code": "c1", "state": sent["state"]})
    assert 'content="0; url=start"' in back.text
    assert Page(back).links == {"Skip to the main content": "#main", "Go on to the page you wanted": "start"}


async def test_a_provider_that_is_away_or_another_is_unavailable(standin: Standin) -> None:
    for wrong in (Standin(address="http://127.0.0.1:1"), standin):
        standin.issuer = "http://127.0.0.1:9/another"
        with pytest.raises(Problem) as refused:
            await provider_at(wrong).begin("day", here=None)
        assert refused.value.kind is UNAVAILABLE


def test_a_provider_without_tls_is_for_development_only() -> None:
    with pytest.raises(SettingsError, match=r"CAREFLOW_TOKEN_ISSUER, .* must be an https address"):
        CodeFlow(Provider(), "http://provider", client_id="c", client_secret=None, back=BACK)


async def test_where_there_is_no_provider_a_token_lets_in_only_in_development(way_in: WayIn) -> None:
    token = ISSUER.token(Role.NURSE, subject="joy")
    for by_token, answered, said in ((False, 404, "Nobody can log in here"), (True, 200, "You are logged in")):
        async with browsing(WayIn(way_in.logins, way_in.came_in, way_in.verifier, None, by_token)) as client:
            answer = await client.post("/pages/login", data={"token": token, "to": "day"})
            assert (answer.status_code, Page(answer).h1) == (answered, said)

    async with browsing(WayIn(way_in.logins, way_in.came_in, way_in.verifier, None, by_token=True)) as client:
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


@pytest.mark.parametrize(
    ("by_id_token", "by_token", "name"),
    [
        ({"name": "Joy  Nurse"}, {"name": "joy.n"}, "Joy Nurse"),
        ({"preferred_username": "joy"}, {"name": "Joy Nurse"}, "joy"),
        ({"name": ""}, {"name": "Joy Nurse"}, "Joy Nurse"),
        ({"name": 7}, {}, None),
        ({"name": "J" * 500}, {}, "J" * 100),
        ({"name": "Joy\u202e\u0000 Nurse"}, {}, "Joy Nurse"),
        ({}, {}, None),
    ],
)
def test_somebody_is_called_what_the_provider_says_to_be_read(
    by_id_token: dict[str, object], by_token: dict[str, object], name: str | None
) -> None:
    assert name_in(unsigned(by_id_token), unsigned(by_token)) == name


def unsigned(claims: dict[str, object]) -> str:
    """As a token says it, to whom it is believed without its signature."""
    said = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{said}."


async def test_who_is_let_in_is_told_with_their_name(
    client: httpx.AsyncClient, way_in: WayIn, standin: Standin
) -> None:
    for code, says in (("c1", dict[str, object](name="Joy Nurse")), ("c2", {})):
        standin.says["id_token"] = unsigned(says)
        sent = await leaves(client)
        await client.get("/pages/logged-in", params={"code": code, "state": sent["state"]})
    standin.says["access_token"] = "nobody's"
    sent = await leaves(client)
    await client.get("/pages/logged-in", params={"code": "c3", "state": sent["state"]})
    assert isinstance(way_in.came_in, Names)
    assert way_in.came_in.heard == [("joy", "Joy Nurse"), ("joy", None)], "and nobody who is not let in"
