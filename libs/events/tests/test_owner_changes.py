"""Who waits for a change of an owner is woken by one, and by no other."""

import asyncio
from collections.abc import Collection
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from careflow_events.mongo import OwnerChanges, Versions
from careflow_events.mongo.watch import SharedStream
from careflow_events.testing.worker import until

pytestmark = pytest.mark.store


class Asked(OwnerChanges):
    """Whose store answers when it is told to, and says that nothing has changed of whom it was asked for."""

    def __init__(self, database: AsyncDatabase[dict[str, Any]]) -> None:
        super().__init__(database)
        self.asked, self.answer = asyncio.Event(), asyncio.Event()

    async def versions(self, owners: Collection[str]) -> Versions:
        self.asked.set()
        await self.answer.wait()
        return dict.fromkeys(owners, 5)


async def test_a_stream_that_has_ended_is_asked_no_more(store: AsyncDatabase[dict[str, Any]]) -> None:
    """As when its collection is gone: it answers at once then, for ever, and nothing else would run meanwhile."""
    looked = 0

    def wanted() -> bool:
        nonlocal looked
        looked += 1
        return looked < 1_000

    stream = SharedStream(store["_owners"], wanted=wanted, tell=lambda _: None)

    async def listens() -> bool:
        return stream.listening

    async def has_ended() -> bool:
        return not stream.listening

    stream.open()
    await until(listens)
    await store.client.drop_database(store.name)
    await until(has_ended)
    assert looked < 1_000


async def test_who_joins_while_the_store_is_asked_is_not_woken_by_its_answer(
    store: AsyncDatabase[dict[str, Any]],
) -> None:
    changes = Asked(store)
    first = asyncio.create_task(changes.until_moved(["a"], {"a": 5}))
    await changes.asked.wait()
    second = asyncio.create_task(changes.until_moved(["b"], {"b": 5}))
    changes.answer.set()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await asyncio.wait([first, second], return_when=asyncio.FIRST_COMPLETED)
    changes.close()
    assert not any(await asyncio.gather(first, second))
