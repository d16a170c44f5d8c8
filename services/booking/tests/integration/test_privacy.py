"""What is stored of a patient is readable nowhere but in encrypted bodies."""

from careflow_service.testing.stored import wrongly_stored
from services.booking.tests.treatment import doses, in_treatment, prepares
from services.booking.tests.world import World


async def test_what_lies_open_says_nothing_of_a_patient(world: World) -> None:
    ana, _ = await in_treatment(world)
    await prepares(world, ana)
    await doses(world, ana)
    await world.catch_up()
    assert await wrongly_stored(world, "booking") == []
