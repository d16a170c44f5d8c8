"""Booking answers whatever it is asked as its document says."""

import pytest

from careflow_service.testing.fuzzing import wrongly_answered
from services.booking.tests.treatment import in_treatment, prepares
from services.booking.tests.world import World


@pytest.mark.parametrize("examples", [1, pytest.param(40, marks=[pytest.mark.fuzz, pytest.mark.timeout(3_600)])])
async def test_whatever_is_asked_is_answered_as_documented(world: World, examples: int) -> None:
    ana, _ = await in_treatment(world)
    await prepares(world, ana)
    assert await wrongly_answered(world.app, world.store.database, under="/v1/", examples=examples) == []
