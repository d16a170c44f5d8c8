"""Booking, opened on a store of its own."""

from collections.abc import AsyncIterator, Iterator

import pytest

from careflow_cli.kept_databases import KeptDatabases
from careflow_service.testing.overtaking import Overtaking
from services.booking.tests.world import World, running


@pytest.fixture
def database(kept_databases: KeptDatabases) -> Iterator[str]:
    """The name of a database that has nothing but the service's indexes."""
    with kept_databases.one(of="booking") as name:
        yield name


@pytest.fixture
async def world(store_url: str, database: str) -> AsyncIterator[World]:
    """The service with nothing in it yet."""
    async with running(store_url, database) as world:
        yield world


@pytest.fixture
def overtaking(world: World, monkeypatch: pytest.MonkeyPatch) -> Overtaking:
    """Says what overtakes the next unit of work, whoever runs it."""
    overtaking = Overtaking(world.work)
    monkeypatch.setattr(world.work, "run", overtaking.run)
    return overtaking
