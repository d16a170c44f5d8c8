"""Limits per client, in bounded memory."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from careflow_service.http.limits import BodyLimit, CallerLimits, Rate, RateLimiter, client_of
from careflow_service.identity import Actor, Role
from careflow_service.problems import Problem


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


def test_so_many_at_once_and_then_one_at_a_time(time: Time) -> None:
    limiter = RateLimiter(Rate.parse("2/minute"), now=time)
    assert [limiter.take("a") for _ in range(3)] == [None, None, 30]
    time.now = 29
    assert limiter.take("a") == 1
    time.now = 30
    assert [limiter.take("a"), limiter.take("a")] == [None, 30]


def test_waiting_long_does_not_earn_more_than_the_rate(time: Time) -> None:
    limiter = RateLimiter(Rate.parse("2/second"), now=time)
    time.now = 1_000_000
    assert [limiter.take("a") for _ in range(3)] == [None, None, 1]


def test_clients_do_not_share_a_rate(time: Time) -> None:
    limiter = RateLimiter(Rate.parse("1/hour"), now=time)
    assert [limiter.take("a"), limiter.take("b"), limiter.take("a")] == [None, None, 3600]


def test_the_client_longest_unseen_is_forgotten_first(time: Time) -> None:
    limiter = RateLimiter(Rate.parse("1/hour"), remembered=2, now=time)
    for client in ("a", "b", "a", "c"):
        limiter.take(client)
    assert limiter.take("a") is not None
    assert limiter.take("b") is None


def test_a_login_that_asks_without_end_waits_and_no_other_does(time: Time) -> None:
    limits = CallerLimits(Rate.parse("1/minute"), Rate.parse("2/minute"), now=time)
    ana, ben = (Actor(each, frozenset({Role.PATIENT}), patient_id=each) for each in ("ana", "ben"))
    joy = Actor("joy", frozenset({Role.NURSE}))
    assert [limits.take(each) for each in (ana, ana, ben)] == [None, 60, None]
    assert [limits.take(joy) for _ in range(3)] == [None, None, 30]


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("a-socket", "a-socket"),
    ],
)
def test_a_client_is_its_address_or_its_network(address: str, client: str) -> None:
    assert client_of({"type": "http", "client": (address, 1)}) == client


def test_a_client_without_an_address() -> None:
    assert client_of({"type": "http", "client": None}) == "unknown"


async def unreachable(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise AssertionError("the application was reached")


async def nothing_is_sent(_message: Message) -> None:
    raise AssertionError("something was sent")


POST: Scope = {
    "type": "http",
    "method": "POST",
    "path": "/v1/things",
    "headers": [(b"content-type", b"application/json")],
}


async def test_a_body_that_never_ends_is_not_waited_for() -> None:
    async def receive() -> Message:
        await asyncio.Event().wait()
        return {"type": "http.request", "body": b""}

    with pytest.raises(Problem) as problem:
        await BodyLimit(unreachable, within=0.01)(POST, receive, nothing_is_sent)
    assert problem.value.kind.code == "body_too_slow"


async def test_a_client_that_leaves_in_the_middle_of_its_body_is_not_answered() -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    await BodyLimit(unreachable)(POST, receive, nothing_is_sent)


async def test_the_application_reads_the_whole_body_and_then_what_comes_after_it() -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.request", "body": b"}", "more_body": False},
        {"type": "http.disconnect"},
    ]
    read = []

    async def receive() -> Message:
        return messages.pop(0)

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        read.extend([await receive(), await receive()])

    await BodyLimit(app)(POST, receive, nothing_is_sent)
    assert read == [{"type": "http.request", "body": b"{}", "more_body": False}, {"type": "http.disconnect"}]
