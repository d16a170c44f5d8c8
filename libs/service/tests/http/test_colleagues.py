"""A colleague shows who they are at somebody else's device: what they leave with, when they count, and for what."""

import base64
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from careflow_service.http.dependencies import current_actor
from careflow_service.identity import Actor, Role
from careflow_service.pages import colleagues
from careflow_service.pages import logins as cookies_of
from careflow_service.pages.cookies import SECURE
from careflow_service.pages.login_routes import WayIn
from careflow_service.pages.logins import BEGUN_FOR, BESIDE_FOR, Logins
from careflow_service.testing.calling import ISSUER, verifier
from careflow_service.testing.ended_logins import MemoryEndedLogins
from careflow_service.testing.visiting import Page
from libs.service.tests.http.logging_in import NURSE, At, Names, Standin, browsing, leaves, provider_at, serving

COOKIE, COLLEAGUE = f"{SECURE}{cookies_of.COOKIE}", f"{SECURE}{cookies_of.COLLEAGUE}"
"""As a browser knows them where there is TLS."""

PAGE = "bedside/1/witness/2/3"
JOE = Actor("joe", frozenset({Role.NURSE}))


@pytest.fixture
def standin() -> Iterator[Standin]:
    with serving() as standin:
        yield standin


@pytest.fixture
def at() -> At:
    return At()


@pytest.fixture
def logins(at: At) -> Logins:
    return Logins(lambda: [bytes(range(32))], ended=MemoryEndedLogins(), now=at)


@pytest.fixture
async def client(standin: Standin, logins: Logins, at: At) -> AsyncIterator[httpx.AsyncClient]:
    """A tablet at which joy works."""
    way_in = WayIn(logins, Names(), verifier(), provider_at(standin, wall=at), by_token=False)
    async with browsing(way_in) as client:
        app: FastAPI = client._transport.app  # type: ignore[attr-defined] # the tests' own
        app.include_router(colleagues.router)
        app.dependency_overrides[current_actor] = lambda: NURSE
        says(standin, at, "joy")
        sent = await leaves(client)
        await client.get("/pages/logged-in", params={"code": "c0", "state": sent["state"]})
        yield client


def says(standin: Standin, at: At, who: str, *, asked_ago: float | None = 0, **claims: Any) -> None:
    """Who logs in at the provider next, and how long ago it asked them."""
    said = {"iss": standin.address, "iat": at.now, **claims}
    if asked_ago is not None:
        said["auth_time"] = at.now - asked_ago
    middle = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    standin.says = {"access_token": ISSUER.token(Role.NURSE, subject=who), "id_token": f"e30.{middle}.x"}


async def sends_colleague(client: httpx.AsyncClient) -> dict[str, str]:
    answer = await client.get("/pages/colleague", params={"to": PAGE})
    assert answer.status_code == 303
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


async def comes_back(client: httpx.AsyncClient, sent: dict[str, str], **more: str) -> Page:
    asked = {"code": "c1", "state": sent["state"], **more}
    return Page(await client.get("/pages/logged-in", params={name: text for name, text in asked.items() if text}))


def scope_of(client: httpx.AsyncClient, page: str = PAGE) -> dict[str, Any]:
    """A request of that tablet for a page."""
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    headers = [(b"cookie", cookies.encode())]
    return {"type": "http", "scheme": "https", "path": f"/pages/{page}", "headers": headers}


async def test_a_colleague_stands_by_and_whoever_works_there_stays_who_they_are(
    client: httpx.AsyncClient, standin: Standin, logins: Logins, at: At
) -> None:
    login = client.cookies[COOKIE]
    sent = await sends_colleague(client)
    assert (sent["prompt"], sent["max_age"]) == ("login", "600"), "though joy was here a moment ago"
    at.later(timedelta(seconds=40))
    says(standin, at, "joe", asked_ago=30)

    back = await comes_back(client, sent)

    assert (back.h1, back.links["Go on where you were"]) == ("Your colleague has logged in", PAGE)
    assert logins.standing_by(scope_of(client), NURSE) == JOE
    assert client.cookies[COOKIE] == login
    assert await logins.verify(login) == NURSE


async def test_they_stand_by_for_one_page_beside_one_person_and_for_a_moment(
    client: httpx.AsyncClient, standin: Standin, logins: Logins, at: At
) -> None:
    says(standin, at, "joe")
    await comes_back(client, await sends_colleague(client))
    assert logins.standing_by(scope_of(client, "bedside/1/witness/2/4"), NURSE) is None
    assert logins.standing_by(scope_of(client), Actor("kim", NURSE.roles)) is None
    at.later(BESIDE_FOR)
    assert logins.standing_by(scope_of(client), NURSE) == JOE
    at.later(timedelta(seconds=1))
    assert logins.standing_by(scope_of(client), NURSE) is None


async def test_a_login_is_nobody_who_stands_by_and_who_stands_by_is_no_login(
    client: httpx.AsyncClient, standin: Standin, logins: Logins, at: At
) -> None:
    says(standin, at, "joe")
    await comes_back(client, await sends_colleague(client))
    swapped = f"{COLLEAGUE}={client.cookies[COOKIE]}; {COOKIE}={client.cookies[COLLEAGUE]}"
    scope = {**scope_of(client), "headers": [(b"cookie", swapped.encode())]}
    assert logins.standing_by(scope, NURSE) is None
    assert await logins.here(scope) is None


async def test_they_are_gone_when_whoever_works_there_goes_on_alone_or_logs_out(
    client: httpx.AsyncClient, standin: Standin, at: At
) -> None:
    for leaving in (
        client.get("/pages/colleague-gone", params={"to": "bedside?session=1"}),
        client.post("/pages/logout"),
    ):
        says(standin, at, "joe")
        await comes_back(client, await sends_colleague(client))
        assert COLLEAGUE in client.cookies
        answer = await leaving
        assert COLLEAGUE not in client.cookies
        assert answer.headers.get("location") in {"bedside?session=1", None}


async def test_nobody_is_their_own_colleague(client: httpx.AsyncClient, standin: Standin, at: At) -> None:
    says(standin, at, "joy")
    back = await comes_back(client, await sends_colleague(client))
    assert (back.status, back.h1) == (403, "No colleague has logged in")
    assert "That was your own login. Somebody else has to log in here." in back.text
    assert back.links["Go on where you were"] == PAGE
    assert COLLEAGUE not in client.cookies


async def test_a_login_that_is_broken_off_leads_back_and_changes_nothing(client: httpx.AsyncClient) -> None:
    login = client.cookies[COOKIE]
    back = await comes_back(client, await sends_colleague(client), code="", error="access_denied")
    assert (back.status, back.links["Go on where you were"]) == (403, PAGE)
    assert "Nothing was changed, and you are still logged in." in back.text
    assert (COLLEAGUE in client.cookies, client.cookies[COOKIE]) == (False, login)


@pytest.mark.parametrize("twice", [False, True])
async def test_whoever_comes_back_too_late_or_twice_is_told_so(
    client: httpx.AsyncClient, standin: Standin, at: At, twice: bool
) -> None:
    sent = await sends_colleague(client)
    if twice:
        says(standin, at, "joe")
        await comes_back(client, sent)
    else:
        at.later(BEGUN_FOR + timedelta(seconds=1))
    late = await comes_back(client, sent)
    assert (late.status, late.h1) == (400, "No colleague has logged in")
    assert "It took longer than ten minutes" in late.text


NOT_ASKED: tuple[dict[str, Any], ...] = (
    {"asked_ago": 50},
    {"asked_ago": None},
    {"iss": "https://another"},
    {"iat": "now"},
)


@pytest.mark.parametrize("told", NOT_ASKED)
async def test_a_provider_that_did_not_ask_who_stands_there_shows_nobody(
    client: httpx.AsyncClient, standin: Standin, at: At, told: dict[str, Any]
) -> None:
    sent = await sends_colleague(client)
    at.later(timedelta(seconds=40))
    says(standin, at, "joe", **told)
    back = await comes_back(client, sent)
    assert (back.status, COLLEAGUE in client.cookies) == (403, False)
    assert "the clinic's provider did not ask who it is" in back.text


@pytest.mark.parametrize("id_token", [None, "x", "e30.!.x", "e30.MQ.x", "e30._w.x", 7])
async def test_what_is_no_id_token_shows_nobody(
    client: httpx.AsyncClient, standin: Standin, at: At, id_token: object
) -> None:
    says(standin, at, "joe")
    standin.says["id_token"] = id_token
    assert (await comes_back(client, await sends_colleague(client))).status == 403


async def test_a_login_for_which_the_provider_says_it_did_not_ask_lets_nobody_in(
    client: httpx.AsyncClient, standin: Standin, at: At
) -> None:
    """Joe was here a moment ago and the provider remembers; whoever sits there took the word out of the address."""
    await client.post("/pages/logout")
    sent = await leaves(client)
    says(standin, at, "joe", asked_ago=50)
    assert (await comes_back(client, sent)).status == 403
    assert COOKIE not in client.cookies


async def test_whoever_works_there_is_asked_when_the_provider_remembers_a_colleague(
    client: httpx.AsyncClient, standin: Standin, at: At
) -> None:
    sent = await leaves(client, "day")
    assert "prompt" not in sent
    says(standin, at, "joe", asked_ago=50)

    back = await client.get("/pages/logged-in", params={"code": "c1", "state": sent["state"]})

    assert (back.status_code, back.headers["location"], COOKIE in client.cookies) == (303, "login?to=day", False)
    assert (await leaves(client, "day"))["prompt"] == "login"
