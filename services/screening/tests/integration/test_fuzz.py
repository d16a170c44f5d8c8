"""Screening answers whatever it is asked as its document says."""

import pytest

from careflow_service.testing.fuzzing import wrongly_answered
from services.screening.tests.integration.test_privacy import everything_with_canaries
from services.screening.tests.world import World


@pytest.mark.parametrize("examples", [1, pytest.param(40, marks=[pytest.mark.fuzz, pytest.mark.timeout(3_600)])])
async def test_whatever_is_asked_is_answered_as_documented(world: World, examples: int) -> None:
    await everything_with_canaries(world)
    assert await wrongly_answered(world.app, world.store.database, under="/v1/", examples=examples) == []
