"""Who logged out before a page is out in every process of a service."""

from datetime import UTC, datetime

import pytest

from careflow_service.mongo.ended_logins import EndedLogins
from careflow_service.mongo.store import Store
from careflow_service.pages.logins import Ended
from careflow_service.testing.ended_logins import MemoryEndedLogins

pytestmark = pytest.mark.store

LATER = datetime(2199, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("kept", ["in memory", "in the store"])
async def test_what_was_ended_is_over_however_often_it_is_ended(store: Store, kept: str) -> None:
    ended: Ended = MemoryEndedLogins() if kept == "in memory" else EndedLogins(store.database)
    for _ in range(2):
        await ended.add("n1", LATER)
    assert [await ended.has(each) for each in ("n1", "n2")] == [True, False]


async def test_what_one_process_ended_is_over_in_another(store: Store) -> None:
    await EndedLogins(store.database).add("n1", LATER)
    assert await EndedLogins(store.database).has("n1")
