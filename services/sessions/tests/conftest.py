"""Sessions, opened on a store of its own."""

from collections.abc import AsyncIterator

import pytest

from services.sessions.tests.world import World, running


@pytest.fixture
async def world(store_url: str, database: str) -> AsyncIterator[World]:
    """The service with nothing in it yet."""
    async with running(store_url, database) as world:
        yield world
