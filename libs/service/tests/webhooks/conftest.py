"""A toy that says operational and safety events, and an account that has them pushed."""

from collections.abc import AsyncIterator

import pytest

from libs.service.tests.toy.world import RunningToy, World, running_toy
from libs.service.tests.webhooks.telling import SAYS, Told, told


@pytest.fixture
async def toy(world: World) -> AsyncIterator[RunningToy]:
    async with running_toy(world, SAYS) as running:
        yield running


@pytest.fixture
async def it(toy: RunningToy) -> AsyncIterator[Told]:
    async with told(toy) as it:
        yield it
