"""The toy service, opened on a store of its own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from careflow_cli.kept_databases import KeptDatabases
from libs.service.tests.toy.world import RunningToy, World, running_toy


@pytest.fixture
def database(kept_databases: KeptDatabases) -> Iterator[str]:
    """The name of a database that has nothing but indexes."""
    with kept_databases.one(of="toy") as name:
        yield name


@pytest.fixture
def world(tmp_path: Path, store_url: str, database: str) -> World:
    """Keys, files and variables of a fresh installation."""
    return World(tmp_path, store_url, database)


@pytest.fixture
async def toy(world: World) -> AsyncIterator[RunningToy]:
    """The toy, served in this process."""
    async with running_toy(world) as running:
        yield running
