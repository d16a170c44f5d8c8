"""A patient's page as billing shows it: what is owed, in one line."""

import pytest

from careflow_service.identity import Role
from services.billing.tests.builders import ANA
from services.billing.tests.integration.test_money_pages import logs_in, owes
from services.billing.tests.world import World

PAGE = f"/pages/patients/{ANA}"


@pytest.mark.parametrize(("role", "sees_more"), [(Role.BILLER, True), (Role.COORDINATOR, False)])
async def test_what_is_owed_is_one_line_and_more_where_the_role_may_see_it(
    world: World, role: Role, *, sees_more: bool
) -> None:
    await owes(world)
    someone = await logs_in(world, role, PAGE)
    before = len(await world.audited())

    page = await someone.opens(PAGE)

    assert "Ana Rivera" in page.text
    assert "$" in page.text
    assert ("Account" in " ".join(page.links)) is sees_more
    (entry,) = (await world.audited())[before:]
    assert (entry["action"], entry["touched"]) == ("read_account", [f"accounts/{ANA}"])


async def test_clinicians_have_no_business_with_what_patients_pay(world: World) -> None:
    await owes(world)
    someone = await logs_in(world, Role.NURSE, PAGE)
    page = await someone.opens(PAGE)
    assert (page.status, "$" in page.text) == (403, False)
