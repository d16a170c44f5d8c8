"""Sessions answers whatever it is asked as its document says."""

import pytest

from careflow_service.testing.fuzzing import wrongly_answered
from services.sessions.tests.clinic import has_course
from services.sessions.tests.integration.test_privacy import done_with_canaries
from services.sessions.tests.world import World


@pytest.mark.parametrize("examples", [1, pytest.param(40, marks=[pytest.mark.fuzz, pytest.mark.timeout(3_600)])])
async def test_whatever_is_asked_is_answered_as_documented(world: World, examples: int) -> None:
    await done_with_canaries(world, await has_course(world))
    assert await wrongly_answered(world.app, world.store.database, under="/v1/", examples=examples) == []
