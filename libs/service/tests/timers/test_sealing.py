"""The audit trail is sealed by itself, by one process at a time, and it shows when it is not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import cast

import pytest
from prometheus_client import REGISTRY

from careflow_events.lease import HeldLease
from careflow_events.mongo import MongoLeases
from careflow_service.clock import wall_clock
from careflow_service.identity import Actor, Role
from careflow_service.mongo.audit_seals import AuditSeals, Sealed
from careflow_service.mongo.store import Store
from careflow_service.testing.store import SetClock
from careflow_service.timers import Sealing, Timers
from careflow_service.timers.loop import TIMERS_LEASE
from libs.service.tests.mongo.conftest import clock, log, store

__all__ = ["clock", "log", "store"]

pytestmark = pytest.mark.store

NURSE = Actor("nurse-7", frozenset({Role.NURSE}))


def unsealed_seconds() -> float:
    return REGISTRY.get_sample_value("careflow_audit_unsealed_seconds") or 0.0


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await holds():  # noqa: ASYNC110 - the store is asked, nobody tells
            await asyncio.sleep(0.01)


@asynccontextmanager
async def sealing(store: Store, seals: AuditSeals, holder: str, clock: SetClock | None = None) -> AsyncIterator[None]:
    stop = asyncio.Event()
    lease = HeldLease(MongoLeases(store.database), TIMERS_LEASE, holder, ttl=timedelta(seconds=1))
    task = Timers(
        ports=None,
        deadlines=[],
        effects=[],
        work=store.work,
        clock=wall_clock,
        lease=lease,
        sealing=Sealing(seals, wall_clock=clock or wall_clock, every_seconds=0.02),
    )
    running = asyncio.create_task(task.run(stop))
    try:
        yield
    finally:
        stop.set()
        await running


async def everything_sealed(store: Store) -> bool:
    return await store.audit_seals.oldest_unsealed() is None


async def test_entries_are_sealed_as_they_come_and_by_a_successor_at_once(store: Store) -> None:
    await store.audit.read(NURSE, "read_case", "cases/c1")
    async with sealing(store, store.audit_seals, "one"):
        await until(lambda: everything_sealed(store))
        await store.audit.read(NURSE, "read_case", "cases/c2")
        await until(lambda: everything_sealed(store))
    await store.audit.read(NURSE, "read_case", "cases/c3")
    async with sealing(store, store.audit_seals, "two"):
        await until(lambda: everything_sealed(store))

    assert [seal.number for seal in await store.audit_seals.behind(0, limit=10)] == [1, 2, 3]
    assert (await store.audit_review.verify(limit=100)).findings == ()


class Away:
    """Seals whose store does not answer."""

    turns = 0

    async def seal(self) -> Sealed:
        self.turns += 1
        raise ConnectionError


class Alone:
    """Seals with one entry that cannot be sealed."""

    def __init__(self, clock: SetClock) -> None:
        self.since = clock()
        self.turns = 0

    async def seal(self) -> Sealed:
        self.turns += 1
        return Sealed(0, self.since, more=False)


@pytest.mark.parametrize("away", [True, False])
async def test_how_long_nothing_could_be_sealed_is_a_metric(store: Store, away: bool) -> None:
    clock = SetClock()
    seals = Away() if away else Alone(clock)

    async def later() -> bool:
        return seals.turns > before + 1

    async with sealing(store, cast("AuditSeals", seals), "one", clock):
        before = seals.turns
        await until(later)
        clock.advance(timedelta(seconds=61))
        before = seals.turns
        await until(later)

    assert unsealed_seconds() == 61
