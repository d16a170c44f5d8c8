"""What pages and HTTP say is going to be charged for a lost visit is what is charged when its time comes."""

from typing import Any

from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import books, fees, has_patient, missed, ok
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


async def outlook(world: World, lost: dict[str, Any]) -> tuple[str | None, str | None, bool]:
    """Of one visit over HTTP: why nothing will be charged, when that is settled, whether that is put off."""
    said = next(fee["outlook"] for fee in await fees(world) if fee["id"] == lost["appointment_id"])
    return said["spared"], said["settled_at"], said["disputed"]


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
    assert (await outlook(world, integration))[0] == "dose_not_given"
    await days_pass(world, december=2)
    assert await standing(world, integration) == [SPARED]


async def test_the_day_on_which_it_is_charged_is_named_over_a_holiday(world: World) -> None:
    await has_had_the_courtesy(world)
    lost = await missed(world, await books(world, WEDNESDAY_AT_NINE))
    mine, theirs = await read(world)
    assert "$620.00 is charged on November 27, 2026." in mine  # Thursday is Thanksgiving
    assert "Posted on November 27, 2026." in theirs
    assert "The first time." in theirs  # what was waived before is still to be read
    assert await outlook(world, lost) == (None, "2026-11-27T17:00:00Z", False)
    assert {fee["outlook"] is None for fee in await fees(world) if fee["state"] == "waived"} == {True}
    await days_pass(world)
    assert await standing(world, lost) == [CHARGED]
    assert [fee["outlook"] for fee in await fees(world)] == [None, None]


async def test_of_two_only_one_is_the_first_time_whichever_page_of_the_list_it_is_on(world: World) -> None:
    await has_patient(world)
    first = await missed(world, await books(world, local(23, 8)))
    second = await missed(world, await books(world, local(23, 9)))
    pages = []
    after: dict[str, str] = {}
    for _ in range(2):
        page = ok(await world.biller.get("/v1/fees", patient_id=ANA, limit=1, **after))
        pages += page["items"]
        after = {"after": page["next"]}
    told = {fee["id"]: fee["outlook"]["spared"] for fee in pages}
    assert sorted(told, key=str) == sorted((first["appointment_id"], second["appointment_id"]))
    assert sorted(map(str, told.values())) == ["None", "first_time_courtesy"]


async def test_while_a_bill_is_disputed_nothing_is_said_to_be_charged(world: World) -> None:
    estimate = await a_disputed(world)
    await missed(world, await books(world, local(19, 9)))
    world.clock.now = local(24, 12)
    await world.catch_up()
    ok(await begins_dispute(world, estimate))
    lost = await missed(world, await books(world, local(24, 11)))
    mine, theirs = await read(world)
    assert "$620.00 is not charged before your dispute is decided." in mine
    assert "Nothing is posted before the dispute of an estimate is decided." in theirs
    assert (await outlook(world, lost))[2] is True
