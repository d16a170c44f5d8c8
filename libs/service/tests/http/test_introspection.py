"""Tokens only their issuer can read, and what happens while it cannot be asked."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs

import pytest
import structlog.testing
from joserfc.jwk import KeySet

from careflow_service.identity import Actor, Role
from careflow_service.problems import Problem
from careflow_service.settings import SettingsError
from careflow_service.tokens import RotatingKeys, TokenRefused, TokenVerifier
from careflow_service.tokens.introspection import AT_ONCE, AWAY_SECONDS, GOOD_FOR_SECONDS, Introspection
from careflow_service.tokens.provider import Provider
from libs.service.tests.http.issued import NOW, Time
from libs.service.tests.http.local_server import Answers, answering

ISSUER = "https://login.example"
MACHINE: dict[str, Any] = {
    "active": True,
    "client_id": "import",
    "scope": "coordinator",
    "aud": ["careflow"],
    "iss": ISSUER,
    "exp": int(NOW) + 600,
}
OF_THE_MACHINE = Actor("client:import", frozenset({Role.COORDINATOR}))


class Asked(Provider):
    """A provider whose answer a test chooses; it keeps what it was asked."""

    def __init__(self, answer: Any = MACHINE) -> None:
        super().__init__()
        self.answer = answer
        self.asked: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self._more = asyncio.Condition()

    async def so_many(self, count: int) -> None:
        """Waits until it was asked so often."""
        async with self._more:
            await self._more.wait_for(lambda: len(self.asked) >= count)

    async def ask(self, url: str, *, at_most: int, body: bytes | None = None, headers: Any = None) -> bytes:
        self.asked.append(parse_qs((body or b"").decode())["token"][0])
        async with self._more:
            self._more.notify_all()
        await self.gate.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()


class NoKeys:
    """Nothing signed counts here."""

    async def read(self) -> KeySet:
        return KeySet([])


def a_verifier(provider: Asked, time: Time | None = None) -> TokenVerifier:
    clock = time or Time()
    introspection = Introspection(f"{ISSUER}/introspect", "careflow", "secret", provider, now=clock)
    keys = RotatingKeys(NoKeys(), now=clock)
    return TokenVerifier(keys, issuer=ISSUER, audience="careflow", introspection=introspection, now=clock)


async def test_the_issuer_says_what_a_token_is_worth_and_no_key_is_needed() -> None:
    provider = Asked()
    assert await a_verifier(provider).verify("opaque") == OF_THE_MACHINE
    assert provider.asked == ["opaque"]


@pytest.mark.parametrize(
    "changed",
    [
        {"active": False},
        {"aud": "another"},
        {"aud": None},
        {"iss": "https://other.example"},
        {"exp": int(NOW) - 60},
        {"nbf": int(NOW) + 61},
        {"client_id": None},
        {"scope": "patient"},
    ],
)
async def test_what_is_not_meant_for_us_is_refused(changed: dict[str, Any]) -> None:
    answer = {name: value for name, value in {**MACHINE, **changed}.items() if value is not None}
    with pytest.raises(TokenRefused):
        await a_verifier(Asked(answer)).verify("opaque")


async def test_an_answer_need_not_repeat_the_issuer_or_an_end() -> None:
    answer = {name: value for name, value in MACHINE.items() if name not in {"iss", "exp"}}
    assert await a_verifier(Asked(answer)).verify("opaque") == OF_THE_MACHINE


async def test_a_withdrawn_token_is_out_within_half_a_minute() -> None:
    provider, time = Asked(), Time()
    verifier = a_verifier(provider, time)
    await verifier.verify("opaque")
    provider.answer = {"active": False}
    time.now += GOOD_FOR_SECONDS - 1
    await verifier.verify("opaque")
    assert len(provider.asked) == 1
    time.now += 1
    with pytest.raises(TokenRefused):
        await verifier.verify("opaque")


async def test_an_answer_counts_no_longer_than_the_token() -> None:
    provider, time = Asked({**MACHINE, "exp": int(NOW) - 50}), Time()
    verifier = a_verifier(provider, time)
    await verifier.verify("opaque")
    time.now += 10
    with pytest.raises(TokenRefused) as refused:
        await verifier.verify("opaque")
    assert refused.value.expired
    assert len(provider.asked) == 1


async def test_a_token_that_is_worth_nothing_is_not_asked_for_again_and_again() -> None:
    provider = Asked({"active": False})
    verifier = a_verifier(provider)
    for _ in range(5):
        with pytest.raises(TokenRefused):
            await verifier.verify("opaque")
    assert len(provider.asked) == 1


def _refused(status: int) -> HTTPError:
    return HTTPError(ISSUER, status, "", None, None)  # type: ignore[arg-type] # nobody reads its headers


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (ConnectionRefusedError(), "it gave no answer"),
        (_refused(401), "our client is refused"),
        (_refused(502), "it answered 502"),
        (b"<html>", "its answer is none"),
        ([], "its answer is none"),
        ({}, "its answer is none"),
        ({"active": "yes"}, "its answer is none"),
    ],
)
async def test_without_an_answer_nobody_is_let_in_and_an_operator_reads_why(answer: Any, reason: str) -> None:
    with structlog.testing.capture_logs() as said, pytest.raises(Problem) as problem:
        await a_verifier(Asked(answer)).verify("opaque")
    assert problem.value.kind.status == 503
    assert [(each["event"], each["reason"]) for each in said] == [("token_introspection_failed", reason)]


async def test_a_provider_that_is_away_is_left_alone_for_a_while() -> None:
    provider, time = Asked(OSError()), Time()
    verifier = a_verifier(provider, time)
    for number in range(5):
        with pytest.raises(Problem):
            await verifier.verify(f"opaque-{number}")
    assert len(provider.asked) == 1
    time.now += AWAY_SECONDS
    provider.answer = MACHINE
    assert await verifier.verify("opaque-0") == OF_THE_MACHINE


async def test_what_is_known_counts_while_the_provider_is_away() -> None:
    provider = Asked()
    verifier = a_verifier(provider)
    await verifier.verify("known")
    provider.answer = OSError()
    with pytest.raises(Problem):
        await verifier.verify("unknown")
    assert await verifier.verify("known") == OF_THE_MACHINE


async def test_many_with_one_token_ask_once_and_who_gives_up_takes_nothing_from_the_rest() -> None:
    provider = Asked()
    verifier = a_verifier(provider)
    provider.gate.clear()
    waiting = [asyncio.create_task(verifier.verify("opaque")) for _ in range(50)]
    await provider.so_many(1)
    waiting.pop(0).cancel()
    provider.gate.set()
    assert set(await asyncio.gather(*waiting)) == {OF_THE_MACHINE}
    assert provider.asked == ["opaque"]


async def test_so_many_tokens_at_once_and_no_more() -> None:
    provider = Asked()
    verifier = a_verifier(provider)
    provider.gate.clear()
    waiting = [asyncio.create_task(verifier.verify(f"opaque-{number}")) for number in range(AT_ONCE)]
    await provider.so_many(AT_ONCE)
    with pytest.raises(Problem):
        await verifier.verify("one more")
    provider.gate.set()
    assert len(await asyncio.gather(*waiting)) == AT_ONCE
    assert await verifier.verify("one more") == OF_THE_MACHINE


def test_it_is_asked_over_https_only() -> None:
    with pytest.raises(SettingsError, match="CAREFLOW_TOKEN_INTROSPECTION_URL"):
        Introspection("http://login.example/introspect", "careflow", "secret", Provider())


class Answering(Answers):
    """An introspection endpoint that knows one client."""

    def do_POST(self) -> None:
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        known = self.headers["Authorization"] == "Basic Y2FyZSUzQWZsb3c6cyUyNWNyZXQ="  # care%3Aflow:s%25cret
        self.send_response(200 if known else 401)
        self.end_headers()
        self.wfile.write(json.dumps({**MACHINE, "active": asked["token"] == ["a+b&c"]}).encode())


@pytest.fixture
def url() -> Iterator[str]:
    with answering(Answering) as address:
        yield f"{address}/introspect"


async def test_the_question_is_that_of_the_standard(url: str) -> None:
    provider = Provider(development=True)
    assert await Introspection(url, "care:flow", "s%cret", provider).claims("a+b&c") == {**MACHINE, "active": True}
    assert await Introspection(url, "care:flow", "s%cret", provider).claims("another") is None
    with pytest.raises(Problem):
        await Introspection(url, "care:flow", "wrong", provider).claims("a+b&c")
