"""How often somebody may have something done: counted with what was done, for all processes."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import NoneType

import pytest

from careflow_service.errors import LimitReached
from careflow_service.identity import Actor
from careflow_service.limits import Limit
from careflow_service.mongo.limits import LIMITS, MongoLimits
from careflow_service.mongo.store import Store
from careflow_service.testing.store import SetClock
from careflow_service.work import Transaction

pytestmark = pytest.mark.store

TWICE = Limit("calls", 2, timedelta(days=1))
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


async def done(store: Store, limits: MongoLimits, *who: str, refuse: bool = False) -> None:
    async def work(_: Transaction) -> None:
        await limits.take(*((TWICE, each) for each in who))
        if refuse:
            raise ValueError

    await store.work.run(work, by=Actor.public(), action="call", returns=NoneType)


@pytest.fixture
def wall() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def limits(store: Store, wall: SetClock) -> MongoLimits:
    return MongoLimits(store.database, store.vault.blind_index, wall)


async def test_as_often_as_the_limit_says_and_again_when_the_time_is_over(
    store: Store, limits: MongoLimits, wall: SetClock
) -> None:
    await done(store, limits, "ana")
    await done(store, limits, "ana")
    with pytest.raises(LimitReached) as reached:
        await done(store, limits, "ana")
    assert reached.value.retry_after == 12 * 3600
    await done(store, limits, "ben")
    wall.now += timedelta(hours=12)
    await done(store, limits, "ana")


async def test_what_is_refused_is_not_counted(store: Store, limits: MongoLimits) -> None:
    for _ in range(3):
        with pytest.raises(ValueError):
            await done(store, limits, "ana", refuse=True)
    await done(store, limits, "ana")


async def test_where_one_limit_is_reached_none_is_counted(store: Store, limits: MongoLimits) -> None:
    for _ in range(2):
        await done(store, limits, "ana")
    with pytest.raises(LimitReached):
        await done(store, limits, "ben", "ana")
    await done(store, limits, "ben")
    await done(store, limits, "ben")


async def test_many_at_once_are_no_more_than_the_limit(store: Store, limits: MongoLimits) -> None:
    answers = await asyncio.gather(*(done(store, limits, "ana") for _ in range(10)), return_exceptions=True)
    assert sum(answer is None for answer in answers) == 2
    assert all(answer is None or isinstance(answer, LimitReached) for answer in answers)


async def test_who_it_was_cannot_be_read_and_is_forgotten(store: Store, limits: MongoLimits) -> None:
    await done(store, limits, "ana")
    (count,) = await store.database[LIMITS].find().to_list()
    assert "ana" not in str(count)
    assert count["expires_at"] == datetime(2026, 11, 29, tzinfo=UTC)
