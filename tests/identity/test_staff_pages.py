"""Staff log in before a page at a real provider, and out: every step a browser takes."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest
from starlette.responses import Response

from careflow_cli.processes.ports import free_ports
from careflow_service.identity import Actor, Role
from careflow_service.mongo.key_lines import KeyKind, KeyLine
from careflow_service.mongo.vault import BlindIndex
from careflow_service.pages.code_flow import ROUNDED, CodeFlow
from careflow_service.pages.logins import ASKED_AGAIN, COOKIE, Begun, Logins
from careflow_service.testing.ended_logins import MemoryEndedLogins
from careflow_service.testing.visiting import Page
from careflow_service.tokens import TokenRefused
from careflow_service.tokens.provider import Provider
from tests.identity.provider import PASSWORD, Browser, LocalProvider
from tests.identity.serving import booking_at

DAY = "day?day=2026-11-24"
BOARD = "Tuesday, November 24, 2026"


@dataclass(frozen=True, slots=True)
class Care:
    """Booking's pages at `address`; `key` seals its logins."""

    address: str
    key: bytes

    def page(self, name: str) -> str:
        return f"{self.address}/pages/{name}"

    def cookie_of(self, actor: Actor, *, since: timedelta) -> str:
        """What a browser holds whose reader logged in so long ago and was here just now."""
        now = time.time()
        answer, scope = Response(), {"type": "http", "scheme": "http", "headers": []}
        was_here = Begun(state="", verifier="", to="", seen=now)
        Logins(lambda: [self.key], ended=MemoryEndedLogins(), now=lambda: now - since.total_seconds()).let_in(
            answer, scope, actor, was_here
        )
        return answer.headers.getlist("set-cookie")[0].partition(";")[0].partition("=")[2]


@pytest.fixture
async def care(provider: LocalProvider, store_url: str, database: str, tmp_path: Path) -> AsyncIterator[Care]:
    """Entered at the provider as an operator's page says."""
    (port,) = free_ports(1)
    address, client = f"http://localhost:{port}", f"pages-{port}"
    provider.has_application(client, f"{address}/pages/logged-in", public=True)
    settings = {
        "CAREFLOW_HTTP_PORT": str(port),
        "CAREFLOW_PUBLIC_URL": address,
        "CAREFLOW_LOGIN_CLIENT_ID": client,
        "CAREFLOW_LOGIN_SCOPE": "openid profile groups",
    }
    async with booking_at(provider, store_url, database, tmp_path, **settings):
        key = (tmp_path / "BLIND_INDEX_KEY").read_bytes()
        yield Care(address, bytes.fromhex(BlindIndex(KeyLine(KeyKind.BLIND_INDEX, key)).of("staff_login", "booking")))


def opens(browser: Browser, address: str) -> tuple[httpx.Response, list[str]]:
    """The page at the end, and which ways led there."""
    page = browser.client.get(address)
    return page, [each.url.path for each in (*page.history, page)]


def goes_on(browser: Browser, care: Care, page: httpx.Response) -> str:
    """What is read where a page of ours leads on to."""
    return heading(browser.client.get(care.page(Page(page).links["Go on to the page you wanted"])))


def heading(page: httpx.Response) -> str:
    return Page(page).h1


def is_asked_for_a_password(page: httpx.Response, provider: LocalProvider) -> bool:
    return str(page.url).startswith(provider.url) and 'name="password"' in page.text


async def test_a_day_at_the_desk(provider: LocalProvider, care: Care) -> None:
    ivy = provider.somebody("ivy", "coordinator")

    asked, ways = opens(ivy, care.page(DAY))
    assert ways[:3] == ["/pages/day", "/pages/login", "/oauth/authorize"]
    back = ivy.is_asked(asked, "ivy")
    assert (back.url.path, heading(back)) == ("/pages/logged-in", "You are logged in"), "without being asked to consent"
    assert goes_on(ivy, care, back) == BOARD

    used = ivy.client.get(back.url)
    assert (used.status_code, heading(used)) == (400, "You are not logged in")
    again = ivy.client.get(care.page(Page(used).links["Log in again"]))
    assert heading(again) == "You are logged in", "without being asked again, for they are at work"
    assert heading(ivy.client.get(care.page(DAY))) == BOARD

    assert heading(ivy.client.post(care.page("logout"))) == "You are logged out"
    anew, _ = opens(ivy, care.page(DAY))
    assert is_asked_for_a_password(anew, provider), "whoever comes next is not taken for who was here"
    assert goes_on(ivy, care, ivy.sends(anew, password=PASSWORD)) == BOARD


async def test_two_tabs_of_one_browser_leave_before_either_is_back(provider: LocalProvider, care: Care) -> None:
    kit = provider.somebody("kit", "coordinator")
    kit.logs_in("kit")
    kit.client.cookies.set(COOKIE, care.cookie_of(Actor("kit", frozenset({Role.COORDINATOR})), since=ASKED_AGAIN))
    left = [kit.client.get(care.page("login"), params={"to": DAY}, follow_redirects=False) for _ in range(2)]
    for each in left:
        assert heading(kit.client.get(each.headers["location"])) == "You are logged in"


async def test_an_error_the_provider_sends_back_lets_nobody_in(provider: LocalProvider, care: Care) -> None:
    somebody = Browser(provider)
    left = somebody.client.get(care.page("login"), params={"to": DAY}, follow_redirects=False)
    (state,) = parse_qs(urlsplit(left.headers["location"]).query)["state"]
    refused = somebody.client.get(care.page("logged-in"), params={"error": "access_denied", "state": state})
    assert (refused.status_code, heading(refused)) == (403, "You are not logged in")
    assert opens(somebody, care.page(Page(refused).links["Log in again"]))[1][-1] == "/login"


async def test_a_patient_who_logs_in_for_staff_sees_nothing_and_can_leave(provider: LocalProvider, care: Care) -> None:
    patient = "0198f6b0-0000-7000-8000-00000000000a"
    visitor = provider.somebody(patient, "patient")
    back = visitor.is_asked(opens(visitor, care.page(DAY))[0], f"{patient}@example.org")
    refused = visitor.client.get(care.page(Page(back).links["Go on to the page you wanted"]))
    assert refused.status_code == 403
    assert [form.buttons for form in Page(refused).forms] == [["Log out"]]


@pytest.mark.parametrize("is_locked", [False, True])
async def test_whom_the_provider_locks_out_is_out_within_the_hour(
    provider: LocalProvider, care: Care, is_locked: bool
) -> None:
    name = f"liv-{is_locked}".lower()
    liv = provider.somebody(name, "coordinator")
    liv.logs_in(name)
    if is_locked:
        provider.command("lock", name)
    actor = Actor(name, frozenset({Role.COORDINATOR}))

    liv.client.cookies.set(COOKIE, care.cookie_of(actor, since=ASKED_AGAIN - timedelta(minutes=5)))
    assert heading(liv.client.get(care.page(DAY))) == BOARD
    liv.client.cookies.set(COOKIE, care.cookie_of(actor, since=ASKED_AGAIN + timedelta(seconds=1)))
    _, ways = opens(liv, care.page(DAY))

    assert "/oauth/authorize" in ways
    assert (ways[-1] != "/pages/logged-in") is is_locked


@pytest.mark.parametrize("tampered", [False, True])
async def test_a_colleague_is_asked_who_they_are_though_the_provider_knows(
    provider: LocalProvider, tampered: bool
) -> None:
    """On one tablet: bo logged in a moment ago, and is sent there as ada's colleague; whoever sits there may take out
    what has the provider ask.
    """
    client, back = f"tablet-{tampered}", "http://localhost/pages/logged-in"
    provider.has_application(client, back, public=True)
    bo = f"bo-{tampered}".lower()
    tablet = provider.somebody(bo, "nurse")
    tablet.logs_in(bo)
    await asyncio.sleep(2 * ROUNDED)  # what is told apart is seconds, on the provider's own clock
    flow = CodeFlow(Provider(development=True), provider.url, client_id=client, client_secret=None, back=back)
    address, begun = await flow.begin("line", here=None, beside="ada")
    if tampered:
        address = address.replace("&prompt=login", "").replace("&max_age=600", "")

    code = sent_back_with(tablet, address, bo)

    if tampered:
        with pytest.raises(TokenRefused):
            await flow.finish(code, begun)
    else:
        assert await flow.finish(code, begun)


def sent_back_with(tablet: Browser, address: str, name: str) -> str:
    """The code with which the provider sends back, after it asked where it does."""
    led = address
    tablet.client.follow_redirects = False
    while not led.startswith("http://localhost/pages/logged-in"):
        page = tablet.client.get(led)
        while not page.is_redirect:
            fields = {"password": PASSWORD} if 'name="password"' in page.text else {"login": name}
            page = tablet.sends(page, **fields)
        led = urljoin(led, page.headers["location"])
    return parse_qs(urlsplit(led).query)["code"][0]
