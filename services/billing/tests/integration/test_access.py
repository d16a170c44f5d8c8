"""Every route, tried by everybody: the door opens for those its row names and nobody else."""

from careflow_service.testing.calling import ISSUER
from careflow_service.testing.doors import every_route_by_role, knock
from services.billing.tests.world import World


async def test_the_door_opens_as_the_table_says(world: World) -> None:
    attempts = list(every_route_by_role(world.app))
    wrong = [str(each) for each in attempts if await knock(world.client, ISSUER, each) is not each.admitted]
    assert wrong == []
    assert len({each.route for each in attempts}) > 25
