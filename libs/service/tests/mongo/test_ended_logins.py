"""Who logged out before a page is out in every process of a service."""

from datetime import UTC, datetime

import pytest

from careflow_service.mongo.ended_logins import EndedLogins
from careflow_service.mongo.store import Store

pytestmark = pytest.mark.store


async def test_what_one_process_ended_is_over_in_another_however_often_it_is_ended(store: Store) -> None:
    here, elsewhere = EndedLogins(store.database), EndedLogins(store.database)
    for _ in range(2):
        await here.add("n1", datetime(2199, 1, 1, tzinfo=UTC))
    assert [await elsewhere.has(each) for each in ("n1", "n2")] == [True, False]
