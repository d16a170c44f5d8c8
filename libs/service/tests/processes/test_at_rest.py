"""What a process asks its store while nothing happens: a number that no machine changes."""

import asyncio
from collections import Counter
from typing import Any, Final

import pytest

from careflow_service.mongo import store as stores
from careflow_service.mongo.client import Client, open_client
from careflow_service.processes.timers import run_timers
from careflow_service.testing.commands import CommandLog
from libs.service.tests.toy.world import World, running_toy

pytestmark = [pytest.mark.store, pytest.mark.thorough]

SECONDS: Final = 20
SECONDS_BETWEEN: Final = {
    "findAndModify _leases": 2,
    "find _fence": 5,
    "find visits": 10 / 6,  # a deadline every 10, an effect every 2
    "find _owners": 2,  # an effect that every service has: what an erasure has left to do
    "find _leases": 2,
    "find _webhooks": 2,
    "find _audit": 10,
    "find _audit_seals": 10,
    "find _key_proofs": 15,
    "find _key_generation": 15,
    "update _key_holders": 15,
    "getMore": 1,  # a real store holds it for five seconds, the local one until anything is written
}
"""At least, of each question, in a service with one deadline and one effect of its own."""


async def test_timers_at_rest_ask_their_store_so_often_and_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = CommandLog()

    def listened_to(url: str, **how: Any) -> Client:
        return open_client(url, **{**how, "listeners": [log]})

    monkeypatch.setattr(stores, "open_client", listened_to)
    stop = asyncio.Event()
    async with running_toy(world) as toy, asyncio.TaskGroup() as tasks:
        tasks.create_task(run_timers(toy.process, stop))
        async with asyncio.timeout(30):
            while not toy.process.resources.commits.listening:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.1)
        with log.recording():
            await asyncio.sleep(SECONDS)
            asked = Counter(log.round_trips)
        stop.set()

    allowed = {question: SECONDS / seconds + 2 for question, seconds in SECONDS_BETWEEN.items()}
    assert {question: times for question, times in asked.items() if times > allowed.get(question, 0)} == {}
    assert asked["findAndModify _leases"] > 0
