"""Two hundred endpoints, of which one is dead and one is slow: the others wait for nobody but each other.

Counted in ticks: in one tick every endpoint that is well and was reached answers, and nobody else does.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import pytest

from careflow_events.testing.worker import until
from careflow_service.ids import new_id
from careflow_service.outbound import NotReached, Reply, Unreached
from careflow_service.webhooks.opening import webhook_turn
from careflow_service.webhooks.turning import AT_ONCE
from libs.service.tests.webhooks.telling import SAYS, Told

pytestmark = pytest.mark.thorough

ENDPOINTS = 200
OF_AN_ACCOUNT = 20


@dataclass
class Ticking:
    """Who is well answers with the next tick; the `ill` do not answer before the end."""

    ill: frozenset[str] = frozenset()
    tick: int = 0
    waiting: list[asyncio.Event] = field(default_factory=list)
    answered_at: list[int] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, address: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Reply:
        if address in self.ill:
            await self.over.wait()
            raise NotReached(Unreached.TOO_SLOW)
        answer = asyncio.Event()
        self.waiting.append(answer)
        await answer.wait()
        self.answered_at.append(self.tick)
        return Reply(204)

    async def run(self, well: int) -> None:
        """Ticks until all who are well were told; before each, everybody who has a place is waited for."""
        places = AT_ONCE - len(self.ill)
        for told in range(0, well, places):
            now = min(places, well - told)
            await until(partial(self._have_come, now))
            self.tick += 1
            answering, self.waiting = self.waiting, []
            for each in answering:
                each.set()
            await until(partial(self._were_told, told + now))

    async def _have_come(self, number: int) -> bool:
        return len(self.waiting) == number

    async def _were_told(self, number: int) -> bool:
        return len(self.answered_at) == number


async def told_by(it: Told, outside: Ticking, well: int) -> list[int]:
    """In which tick each that is well was told of an event, the earliest first."""
    await it.say(new_id())
    turn = webhook_turn("toy", SAYS.topics, it.toy.process.resources, outbound=outside)

    async def turning() -> None:
        while len(outside.answered_at) < well:
            await turn()
            await asyncio.sleep(0.01)

    async with asyncio.TaskGroup() as group:
        group.create_task(turning())
        group.create_task(outside.run(well))
    outside.over.set()
    await turn.finish()
    return sorted(outside.answered_at)


@pytest.mark.timeout(170)
async def test_who_is_dead_or_slow_delays_nobody_else(it: Told) -> None:
    for number in range(ENDPOINTS):
        await it.webhook(f"https://e{number}.example/", subject=f"account-{number // OF_AN_ACCOUNT}")

    all_well = await told_by(it, Ticking(), ENDPOINTS)
    ill = frozenset({"https://e0.example/", "https://e1.example/"})
    two_ill = await told_by(it, Ticking(ill), ENDPOINTS - len(ill))

    def p99(ticks: list[int]) -> int:
        return ticks[len(ticks) * 99 // 100]

    assert p99(two_ill) <= 1.2 * p99(all_well)
