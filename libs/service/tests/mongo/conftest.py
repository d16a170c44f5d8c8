"""A store of its own for every test here."""

from collections.abc import AsyncIterator

import pytest

from careflow_service.mongo.documents import Documents
from careflow_service.mongo.store import Store
from careflow_service.testing.commands import CommandLog
from careflow_service.testing.store import SetClock, scratch_store
from libs.service.tests.clinic import INDEXES, PUBLISHED, CarePath, care_paths


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def log() -> CommandLog:
    return CommandLog()


@pytest.fixture
async def store(store_url: str, database: str, clock: SetClock, log: CommandLog) -> AsyncIterator[Store]:
    async with scratch_store(
        store_url, database, clock=clock, published=PUBLISHED, indexes=INDEXES, listeners=[log]
    ) as opened:
        yield opened


@pytest.fixture
def paths(store: Store) -> Documents[CarePath]:
    return care_paths(store)
