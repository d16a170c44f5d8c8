"""Leases: one holder at a time by the store's clock, a new epoch for each, a holder that stops in time."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from careflow_events.lease import Fenced, Grant, HeldLease, Renewal
from careflow_events.mongo import MongoLeases, writing_session
from careflow_events.outbox import OutboxRow
from careflow_events.testing.backend import Backend
from careflow_events.testing.builders import NOON, publication

LONG = timedelta(minutes=1)
SHORT = timedelta(milliseconds=200)


async def taken(backend: Backend, holder: str, ttl: timedelta = LONG) -> Grant:
    grant = await backend.leases.take("relay", holder, ttl)
    assert grant is not None
    return grant


async def taken_over(backend: Backend, holder: str) -> Grant:
    """Takes the lease as soon as it has expired."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        grant = await backend.leases.take("relay", holder, LONG)
        if grant is not None:
            return grant
        await asyncio.sleep(0.02)
    raise AssertionError("the lease never expired")


async def test_a_lease_has_one_holder(backend: Backend) -> None:
    await taken(backend, "a")

    assert await backend.leases.take("relay", "b", LONG) is None
    assert await backend.leases.take("timers", "b", LONG) is not None


async def test_a_released_lease_is_free_at_once(backend: Backend) -> None:
    await backend.leases.release(await taken(backend, "a"))

    assert (await taken(backend, "b")).holder == "b"


async def test_an_expired_lease_changes_hands_under_a_higher_epoch(backend: Backend) -> None:
    before = await taken(backend, "a", SHORT)

    after = await taken_over(backend, "b")

    assert after.epoch > before.epoch
    assert await backend.leases.renew(before, LONG) is Renewal.GONE


async def test_a_renewed_lease_does_not_expire(backend: Backend) -> None:
    grant = await taken(backend, "a", SHORT)

    assert await backend.leases.renew(grant, LONG) is Renewal.RENEWED
    await asyncio.sleep(SHORT.total_seconds() * 1.5)

    assert await backend.leases.take("relay", "b", LONG) is None


async def test_a_stale_grant_cannot_release_the_lease_of_its_successor(backend: Backend) -> None:
    before = await taken(backend, "a", SHORT)
    await taken_over(backend, "b")

    await backend.leases.release(before)

    assert await backend.leases.take("relay", "c", LONG) is None


async def test_a_fenced_relay_cannot_mark(backend: Backend) -> None:
    rows = await _one_row(backend)
    before = await taken(backend, "a", SHORT)
    await taken_over(backend, "b")

    with pytest.raises(Fenced):
        await backend.unpublished.mark(rows, before, NOON)

    assert await backend.published() == []


async def test_the_holder_stops_when_two_thirds_of_its_time_are_over(backend: Backend) -> None:
    now = 100.0
    lease = HeldLease(backend.leases, "relay", "a", ttl=timedelta(seconds=15), monotonic=lambda: now)
    assert await lease.hold() is not None

    now += 9.9
    assert lease.held
    now += 0.2
    assert not lease.held


async def test_the_holder_renews_in_time_and_keeps_its_epoch(backend: Backend) -> None:
    now = 100.0
    lease = HeldLease(backend.leases, "relay", "a", ttl=timedelta(seconds=15), monotonic=lambda: now)
    first = await lease.hold()

    assert lease.due_in == 5
    now += 6
    assert lease.due_in == -1
    assert await lease.hold() == first
    now += 6
    assert lease.held


async def test_who_slept_through_the_expiry_comes_back_with_a_new_epoch_or_not_at_all(backend: Backend) -> None:
    now = 100.0
    sleeper = HeldLease(backend.leases, "relay", "a", ttl=SHORT, monotonic=lambda: now)
    assert await sleeper.hold() is not None
    now += 60

    await taken_over(backend, "b")

    assert await sleeper.hold() is None
    assert not sleeper.held


async def test_who_slept_through_the_expiry_goes_on_under_its_epoch_when_nobody_led_meanwhile(backend: Backend) -> None:
    """So what it had in flight may still be marked, and is not sent again."""
    now = 100.0
    sleeper = HeldLease(backend.leases, "relay", "a", ttl=SHORT, monotonic=lambda: now)
    before = await sleeper.hold()
    now += 60
    await asyncio.sleep(SHORT.total_seconds())

    assert not sleeper.held
    assert await sleeper.hold() == before
    assert sleeper.held


async def test_a_lease_of_somebody_else_is_asked_for_now_and_then(backend: Backend) -> None:
    now = 100.0
    first = await taken(backend, "a")
    waiting = HeldLease(backend.leases, "relay", "b", ttl=timedelta(seconds=15), monotonic=lambda: now)
    assert await waiting.hold() is None
    assert waiting.due_in == 1
    await backend.leases.release(first)

    now += 0.5
    assert await waiting.hold() is None
    now += 0.6
    assert await waiting.hold() is not None


async def _one_row(backend: Backend) -> list[OutboxRow]:
    async def work(_: object) -> None:
        await backend.outbox.append([publication()], now=NOON, causation=None, correlation=None, traceparent=None)

    await backend.transactions.run(work, action="test", event=None)
    return await backend.unpublished.fetch(10, ())


@pytest.mark.store
async def test_a_lease_that_a_dead_holder_left_locked_is_not_waited_for(store_url: str, database: str) -> None:
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(store_url)
    async with client, client.start_session() as dead:
        leases = MongoLeases(client[database], not_now_after=SHORT)
        held = await leases.take("relay", "a", SHORT)
        assert held is not None
        await dead.start_transaction()
        await client[database]["_leases"].update_one({"_id": "relay"}, {"$inc": {"published": 1}}, session=dead)
        await asyncio.sleep(SHORT.total_seconds())

        async with asyncio.timeout(5):
            assert await leases.take("relay", "b", LONG) is None
            assert await leases.renew(held, LONG) is Renewal.NOT_NOW
            await leases.release(held)

        await dead.abort_transaction()
        assert await leases.take("relay", "b", LONG) is not None


@pytest.mark.store
async def test_a_store_that_does_not_answer_in_time_takes_no_lease_away(store_url: str, database: str) -> None:
    """The holder works on under its grant for as long as its own clock lets it, asks again meanwhile, and keeps its
    epoch when the store answers at last.
    """
    now = 100.0
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(store_url)
    async with client, client.start_session() as slow:
        leases = MongoLeases(client[database], not_now_after=SHORT)
        lease = HeldLease(leases, "relay", "a", ttl=timedelta(seconds=15), monotonic=lambda: now)
        grant = await lease.hold()
        await slow.start_transaction()
        await client[database]["_leases"].update_one({"_id": "relay"}, {"$inc": {"published": 1}}, session=slow)

        now += 6
        assert await lease.hold() == grant
        assert lease.due_in == 1
        now += 4
        assert await lease.hold() is None
        await slow.abort_transaction()
        now += 1

        assert await lease.hold() == grant


@pytest.mark.store
async def test_what_a_dead_holder_has_in_flight_in_the_session_it_named_is_given_up(
    store_url: str, database: str
) -> None:
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(store_url)
    async with client, writing_session(client) as dead, writing_session(client) as alive:
        held = await MongoLeases(client[database], dead).take("relay", "a", SHORT)
        assert held is not None
        await dead.start_transaction()
        await client[database]["_leases"].update_one({"_id": "relay"}, {"$inc": {"published": 1}}, session=dead)
        await asyncio.sleep(SHORT.total_seconds())

        async with asyncio.timeout(5):
            after = await MongoLeases(client[database], alive).take("relay", "b", LONG)

        assert after is not None
        with pytest.raises(OperationFailure):
            await dead.commit_transaction()
        lease = await client[database]["_leases"].find_one({"_id": "relay"})
        assert lease is not None
        assert "published" not in lease


async def test_a_process_that_is_started_anew_has_its_lease_again_at_once(backend: Backend) -> None:
    before = await HeldLease(backend.leases, "relay", "a", ttl=LONG).hold()
    after = await HeldLease(backend.leases, "relay", "a", ttl=LONG).hold()

    assert before is not None
    assert after is not None
    assert after.epoch > before.epoch
    assert await backend.leases.renew(before, LONG) is Renewal.GONE
