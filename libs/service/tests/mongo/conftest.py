"""A store of its own for every test here."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from careflow_service.mongo.documents import Documents
from careflow_service.mongo.store import Store
from careflow_service.testing.commands import CommandLog
from careflow_service.testing.store import SetClock, scratch_store
from libs.service.tests.clinic import INDEXES, PUBLISHED, CarePath, care_paths
from libs.service.tests.mongo.rotating import Files, Service, hurry


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


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@pytest.fixture
async def service(store_url: str, database: str, clock: SetClock) -> AsyncIterator[Service]:
    """One whose keys follow one another; the test starts its processes."""
    async with AsyncExitStack() as stack:
        yield Service(store_url, database, Files(), clock, stack)
