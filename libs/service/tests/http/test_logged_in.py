"""How long somebody who logged in before a page stays logged in, and what keeps them so."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from starlette.responses import Response

from careflow_service.identity import Actor, Role
from careflow_service.pages import logins as login_cookies
from careflow_service.pages.cookies import SECURE
from careflow_service.pages.login_routes import WayIn
from careflow_service.pages.logins import ASKED_AGAIN, BEGUN_FOR, COOKIE, IDLE, Logins
from careflow_service.testing.calling import verifier
from careflow_service.testing.ended_logins import MemoryEndedLogins
from careflow_service.tokens import TokenRefused
from libs.service.tests.http.logging_in import NURSE, At, Names, Standin, browsing, leaves, provider_at, serving


@pytest.fixture
def standin() -> Iterator[Standin]:
    with serving() as standin:
        yield standin


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


def logged_in(logins: Logins, actor: Actor = NURSE) -> str:
    answer = Response()
    logins.let_in(answer, {"type": "http", "scheme": "http", "headers": []}, actor)
    return answer.headers.getlist("set-cookie")[0].partition(";")[0].partition("=")[2]


async def test_whoever_leaves_is_out_after_a_quarter_of_an_hour() -> None:
    at = At()
    logins = Logins(lambda: [bytes(32)], ended=MemoryEndedLogins(), now=at)
    cookie = logged_in(logins)
    at.later(IDLE)
    assert await logins.verify(cookie) == NURSE
    at.later(timedelta(seconds=1))
    with pytest.raises(TokenRefused):
        await logins.verify(cookie)
    assert await logins.here(scope_with(cookie)) is None


@pytest.mark.parametrize(("others", "stays"), [((), True), ((Role.NURSE,), False)])
async def test_a_screen_on_a_wall_does_not_leave_unless_it_may_see_more(others: tuple[Role, ...], stays: bool) -> None:
    at = At()
    logins = Logins(lambda: [bytes(32)], ended=MemoryEndedLogins(), now=at)
    screen = Actor("screen-1", frozenset({Role.WALL_SCREEN, *others}))
    cookie = logged_in(logins, screen)

    at.later(ASKED_AGAIN)

    assert (await logins.here(scope_with(cookie)) is not None) is stays
    if stays:
        assert await logins.verify(cookie) == screen
    at.later(timedelta(seconds=1))
    with pytest.raises(TokenRefused):
        await logins.verify(cookie)


async def test_whoever_works_on_is_asked_for_at_the_provider_every_hour() -> None:
    at = At()
    logins = Logins(lambda: [bytes(32)], ended=MemoryEndedLogins(), now=at)
    cookie = logged_in(logins)
    for _ in range(6):
        at.later(ASKED_AGAIN / 6)
        assert await logins.verify(cookie) == NURSE
        cookie = await answered(logins, scope_with(cookie)) or cookie
    at.later(timedelta(seconds=1))
    with pytest.raises(TokenRefused):
        await logins.verify(cookie)
    assert await logins.here(scope_with(cookie)) is not None


async def test_a_page_that_shows_itself_anew_keeps_nobody_logged_in() -> None:
    at = At()
    logins = Logins(lambda: [bytes(32)], ended=MemoryEndedLogins(), now=at)
    cookie = logged_in(logins)
    at.later(IDLE / 2)
    assert await answered(logins, scope_with(cookie, query=b"day=2026-11-24&unattended=1")) is None
    assert await answered(logins, scope_with(cookie, path="/pages/day/1/arrived")) is None
    assert await answered(logins, scope_with("nonsense")) is None
    assert await answered(logins, scope_with(cookie)) is not None


async def test_asking_the_provider_again_by_itself_keeps_nobody_logged_in(standin: Standin) -> None:
    at = At()
    logins = Logins(lambda: [bytes(32)], ended=MemoryEndedLogins(), now=at)
    async with browsing(WayIn(logins, Names(), verifier(), provider_at(standin), by_token=False)) as client:
        sent = await leaves(client)
        await client.get("/pages/logged-in", params={"code": "c1", "state": sent["state"]})
        at.later(IDLE)
        sent = await leaves(client, "day?live=1&unattended=1")
        assert "prompt" not in sent
        await client.get("/pages/logged-in", params={"code": "c2", "state": sent["state"]})
        at.later(timedelta(seconds=1))
        with pytest.raises(TokenRefused):
            await logins.verify(client.cookies[f"{SECURE}{COOKIE}"])


async def test_a_word_that_only_contains_unattended_is_somebody() -> None:
    at = At()
    logins = Logins(lambda: [bytes(32)], ended=MemoryEndedLogins(), now=at)
    cookie = logged_in(logins)
    at.later(IDLE / 2)
    assert await answered(logins, scope_with(cookie, query=b"note=unattended")) is not None


async def test_a_role_that_is_none_any_more_grants_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    logins = Logins(lambda: [bytes(32)], ended=MemoryEndedLogins(), now=At())
    cookie = logged_in(logins)
    monkeypatch.delitem(login_cookies._GRANTED, "nurse")
    assert (await logins.verify(cookie)).roles == frozenset()


async def test_whoever_takes_too_long_at_the_provider_begins_again(standin: Standin) -> None:
    at = At()
    logins = Logins(lambda: [bytes(32)], ended=MemoryEndedLogins(), now=at)
    async with browsing(WayIn(logins, Names(), verifier(), provider_at(standin), by_token=False)) as client:
        sent = await leaves(client)
        at.later(BEGUN_FOR + timedelta(seconds=1))
        answer = await client.get("/pages/logged-in", params={"code": "c1", "state": sent["state"]})
    assert answer.status_code == 400


async def test_whoever_logs_out_is_out_with_every_copy_of_their_cookie_and_no_colleague_is() -> None:
    logins = Logins(lambda: [bytes(32)], ended=MemoryEndedLogins(), now=At())
    cookie, another = logged_in(logins), logged_in(logins)
    kept = await answered(logins, scope_with(cookie)) or cookie
    await logins.let_out(Response(), scope_with(cookie))
    for each in (cookie, kept):
        with pytest.raises(TokenRefused):
            await logins.verify(each)
        assert await logins.here(scope_with(each)) is None, "at the provider they are asked who they are"
    assert await logins.verify(another) == NURSE


async def test_whoever_logs_out_is_out_before_the_pages_of_every_service() -> None:
    answer = Response()
    await Logins(lambda: [bytes(32)], ended=MemoryEndedLogins(), beside=["/x/billing/pages"]).let_out(
        answer, scope_with("")
    )
    own, billing = answer.headers.getlist("set-cookie")
    assert own == f"{COOKIE}=; HttpOnly; SameSite=strict; Max-Age=0"
    assert billing == f"{COOKIE}=; HttpOnly; SameSite=strict; Path=/x/billing/pages; Max-Age=0"


async def test_a_login_that_a_release_before_this_gave_lets_in_as_it_did() -> None:
    at = At()
    logins = Logins(lambda: [bytes(32)], ended=MemoryEndedLogins(), now=at)
    said = {"id": "joy", "roles": ["nurse"], "patient": None, "since": at.now, "seen": at.now}
    cookie = Fernet(base64.urlsafe_b64encode(bytes(32))).encrypt(json.dumps(said).encode()).decode()
    assert await logins.verify(cookie) == NURSE
    await logins.let_out(Response(), scope_with(cookie))
