"""Screening, opened on a store of its own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from careflow_cli.kept_databases import KeptDatabases
from careflow_service.testing.overtaking import Overtaking
from services.screening.tests.world import World, running


@pytest.fixture
def database(kept_databases: KeptDatabases) -> Iterator[str]:
    """The name of a database that has nothing but the service's indexes."""
    with kept_databases.one(of="screening") as name:
        yield name


@pytest.fixture
async def world(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[World]:
    """The service with nothing in it yet."""
    async with running(store_url, database, tmp_path / "pages") as world:
        yield world


@pytest.fixture
def overtaking(world: World, monkeypatch: pytest.MonkeyPatch) -> Overtaking:
    """Says what overtakes the next unit of work, whoever runs it."""
    overtaking = Overtaking(world.work)
    monkeypatch.setattr(world.work, "run", overtaking.run)
    return overtaking
