"""One turn: what is due is done, what fails waits, what is not due is waited for."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from careflow_service.deadlines import Backoff, set_aside
from careflow_service.testing.store import MONDAY_NOON
from careflow_service.timers.kinds import Upcoming
from careflow_service.timers.turns import AT_ONCE, LATER, Turn


@dataclass
class Calls:
    """Patients to call, in this order; each call takes the patient off the list unless it fails."""

    waiting: list[str]
    failing: set[str] = field(default_factory=set)
    unmoved: set[str] = field(default_factory=set)
    due_in: float = 0.0
    name: str = "call_patient"
    called: list[str] = field(default_factory=list)
    failures: int = 0
    store_is_down: bool = False

    async def next(self) -> Upcoming | None:
        if self.store_is_down:
            raise ConnectionError
        open_calls = [patient for patient in self.waiting if patient not in set_aside()]
        return Upcoming(open_calls[0], MONDAY_NOON) if open_calls else None

    def wait(self, upcoming: Upcoming) -> float:
        return self.due_in

    async def do(self, upcoming: Upcoming) -> None:
        if upcoming.id in self.failing:
            raise ValueError
        self.called.append(upcoming.id)
        if upcoming.id not in self.unmoved:
            self.waiting.remove(upcoming.id)

    def failed(self) -> None:
        self.failures += 1


@dataclass
class Monotonic:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


async def test_what_is_due_is_done_one_a_turn() -> None:
    calls = Calls(["a", "b"])
    turn = Turn(calls)

    assert [await turn(), await turn(), await turn()] == [AT_ONCE, AT_ONCE, LATER]
    assert calls.called == ["a", "b"]


async def test_what_is_not_due_is_waited_for() -> None:
    calls = Calls(["a"], due_in=3.5)

    assert await Turn(calls)() == 3.5
    assert calls.called == []


async def test_what_fails_does_not_starve_the_others_and_is_tried_again_later() -> None:
    calls, monotonic = Calls(["bad", "good"], failing={"bad"}), Monotonic()
    turn = Turn(calls, monotonic=monotonic)

    assert [await turn(), await turn(), await turn()] == [AT_ONCE, AT_ONCE, LATER]
    assert (calls.called, calls.failures) == (["good"], 1)

    calls.failing.clear()
    monotonic.now += 1.1
    await turn()
    assert calls.called == ["good", "bad"]


async def test_what_was_done_but_did_not_move_is_not_done_without_end() -> None:
    calls, monotonic = Calls(["stuck", "good"], unmoved={"stuck"}), Monotonic()
    turn = Turn(calls, monotonic=monotonic)

    for _ in range(5):
        await turn()

    assert calls.called == ["stuck", "good"]
    assert calls.failures == 1


async def test_what_waited_and_comes_up_again_is_done_again() -> None:
    calls = Calls(["refused"])
    turn = Turn(calls)
    await turn()
    assert await turn() == LATER
    calls.waiting = ["refused"]

    await turn()

    assert (calls.called, calls.failures) == (["refused", "refused"], 0)


@dataclass
class Pages(Calls):
    """As calls, but each waits at a gateway until that answers."""

    hanging: set[str] = field(default_factory=set)
    at_gateway: list[str] = field(default_factory=list)
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    async def do(self, upcoming: Upcoming) -> None:
        self.at_gateway.append(upcoming.id)
        if upcoming.id in self.hanging:
            await self.answers.wait()
        await super().do(upcoming)


async def test_what_hangs_outside_delays_nobody_else() -> None:
    pages = Pages(["slow", "urgent"], hanging={"slow"})
    turn = Turn(pages, at_once=2)

    assert [await turn(), await turn()] == [AT_ONCE, AT_ONCE]
    await until(lambda: pages.called == ["urgent"])
    assert await turn() == LATER

    pages.answers.set()
    await turn.finish()
    assert pages.called == ["urgent", "slow"]


async def test_no_more_than_so_many_are_done_side_by_side() -> None:
    pages = Pages(["a", "b", "c"], hanging={"a", "b"})
    turn = Turn(pages, at_once=2)
    await turn()
    await turn()

    third = asyncio.create_task(turn())
    await asyncio.sleep(0)
    assert pages.at_gateway == ["a", "b"]

    pages.answers.set()
    assert await third == AT_ONCE
    await turn.finish()
    assert sorted(pages.called) == ["a", "b", "c"]


async def test_a_failure_beside_others_is_set_aside_alone() -> None:
    pages, monotonic = Pages(["bad", "good"], failing={"bad"}), Monotonic()
    turn = Turn(pages, at_once=2, monotonic=monotonic)

    for _ in range(2):
        await turn()
    await turn.finish()

    assert (pages.called, pages.failures, await turn()) == (["good"], 1, LATER)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - the condition is in other tasks
            await asyncio.sleep(0)


async def test_a_store_that_is_down_is_asked_again_later() -> None:
    calls = Calls(["a"], store_is_down=True)
    turn = Turn(calls)

    assert await turn() == LATER
    calls.store_is_down = False
    assert await turn() == AT_ONCE


@pytest.mark.parametrize(("failures", "wait"), [(1, 1.0), (2, 2.0), (5, 16.0), (7, 60.0), (50, 60.0)])
def test_the_wait_doubles_up_to_a_minute(failures: int, wait: float) -> None:
    backoff = Backoff()
    for _ in range(failures):
        backoff.failed("a", 100.0)

    assert backoff.waiting(100.0 + wait - 0.1) == {"a"}
    assert backoff.waiting(100.0 + wait) == frozenset()


def test_success_forgets_failures() -> None:
    backoff = Backoff()
    backoff.failed("a", 100.0)
    backoff.succeeded("a")
    backoff.failed("a", 200.0)

    assert backoff.waiting(201.0) == frozenset()


def test_memory_of_failures_is_bounded() -> None:
    backoff = Backoff(most=3)
    for n in range(10):
        backoff.failed(f"id{n}", float(n))

    assert len(backoff.waiting(0.0)) == 3
