"""The toy service, opened on a store of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from libs.service.tests.toy.world import RunningToy, World, running_toy


@pytest.fixture
def world(tmp_path: Path, store_url: str, database: str) -> World:
    """Keys, files and variables of a fresh installation."""
    return World(tmp_path, store_url, database)


@pytest.fixture
async def toy(world: World) -> AsyncIterator[RunningToy]:
    """The toy, served in this process."""
    async with running_toy(world) as running:
        yield running
