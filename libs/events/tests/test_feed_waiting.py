"""Who waits for what a service says next is woken by it, hundreds at the cost of one."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from careflow_events.feed import FeedPlace, Wanted
from careflow_events.mongo import MongoFeed
from careflow_events.mongo import feed as mongo_feed
from careflow_events.testing.builders import an_id, publication
from careflow_events.testing.worker import until
from libs.events.tests.commands import Commands
from libs.events.tests.saying import ALL, Service

pytestmark = pytest.mark.store


def listens(feed: MongoFeed) -> Callable[[], Awaitable[bool]]:
    async def listening() -> bool:
        return feed.listening

    return listening


async def test_whoever_waits_is_woken_by_what_they_want(service: Service) -> None:
    feed = MongoFeed(service.store)
    await service.said(1)
    here = (await feed.page(ALL, None, 10)).next
    mine, another = (Wanted(ALL.topics, subject=f"patient:{an_id(patient)}") for patient in (1, 2))
    waiting = asyncio.create_task(feed.until(mine, here))
    other = asyncio.create_task(feed.until(another, here))
    await until(listens(feed))

    await service.say(publication(patient=2))
    await service.publish()
    assert await asyncio.wait_for(other, 10)
    assert not waiting.done()
    await service.say(publication(patient=1))
    await service.publish()

    assert await asyncio.wait_for(waiting, 10)
    assert feed.waiting == 0


async def test_what_came_before_the_waiting_began_ends_it(service: Service) -> None:
    feed = MongoFeed(service.store)
    here = (await feed.page(ALL, None, 10)).next
    await service.said(1)

    assert await asyncio.wait_for(feed.until(ALL, here), 10)


@pytest.mark.thorough
async def test_hundreds_who_wait_cost_what_one_does(service: Service, commands: Commands) -> None:
    feed = MongoFeed(service.store)
    await service.said(1)
    here = (await feed.page(ALL, None, 10)).next
    waiting = [asyncio.create_task(feed.until(ALL, here)) for _ in range(300)]
    await until(listens(feed))
    commands.sent.clear()

    await service.say(publication())
    await service.publish()
    await asyncio.wait_for(asyncio.gather(*waiting), 10)

    assert len([each for each in commands.sent if each.command.get("find") in {"_leases", "_outbox"}]) < 12
    assert len(asyncio.all_tasks()) < 20


async def test_too_many_and_those_who_come_after_the_end_are_not_kept(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo_feed, "MOST_WAITING", 1)
    feed = MongoFeed(service.store)
    waiting = asyncio.create_task(feed.until(ALL, FeedPlace(0)))
    await until(listens(feed))

    assert not await feed.until(ALL, FeedPlace(0))
    feed.close()

    assert not await asyncio.wait_for(waiting, 10)
    assert not await feed.until(ALL, FeedPlace(0))
