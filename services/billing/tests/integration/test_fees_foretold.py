"""What the pages say is going to be charged for a lost visit is what is charged when its time comes."""

from services.billing.tests.builders import local
from services.billing.tests.clinic import books, missed, ok
from services.billing.tests.integration.test_fees import CHARGED, WEDNESDAY_AT_NINE, has_had_the_courtesy, standing
from services.billing.tests.integration.test_fees_without_dose import SPARED, a_pair, days_pass, refused
from services.billing.tests.integration.test_money_pages import ACCOUNT, logs_in
from services.billing.tests.integration.test_my_account import comes_in
from services.billing.tests.overtaken_processing import a_disputed, begins_dispute
from services.billing.tests.world import World


async def read(world: World) -> tuple[str, str]:
    """The account as its patient and as a biller reads it."""
    _, mine = await comes_in(world)
    theirs = await (await logs_in(world)).opens(ACCOUNT)
    return mine.text, theirs.text


async def test_an_integration_without_its_dose_is_said_to_cost_nothing_and_does(world: World) -> None:
    await has_had_the_courtesy(world)
    dose, integration = await a_pair(world)
    await refused(world, dose)
    world.clock.now = local(27, 14)
    await missed(world, integration)
    mine, theirs = await read(world)
    assert "nothing is charged. The visit it was to be about did not take place." in mine
    assert "Its dose was not given: there was nothing to miss. Nothing will be charged." in theirs
    assert "Posted on" not in theirs
    await days_pass(world, december=2)
    assert await standing(world, integration) == [SPARED]


async def test_the_day_on_which_it_is_charged_is_named_over_a_holiday(world: World) -> None:
    await has_had_the_courtesy(world)
    lost = await missed(world, await books(world, WEDNESDAY_AT_NINE))
    mine, theirs = await read(world)
    assert "$620.00 is charged on November 27, 2026." in mine  # Thursday is Thanksgiving
    assert "Posted on November 27, 2026." in theirs
    assert "The first time." in theirs  # what was waived before is still to be read
    await days_pass(world)
    assert await standing(world, lost) == [CHARGED]


async def test_while_a_bill_is_disputed_nothing_is_said_to_be_charged(world: World) -> None:
    estimate = await a_disputed(world)
    await missed(world, await books(world, local(19, 9)))
    world.clock.now = local(24, 12)
    await world.catch_up()
    ok(await begins_dispute(world, estimate))
    await missed(world, await books(world, local(24, 11)))
    mine, theirs = await read(world)
    assert "$620.00 is not charged before your dispute is decided." in mine
    assert "Nothing is posted before the dispute of an estimate is decided." in theirs
