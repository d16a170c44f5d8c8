"""Medicare private contracts across patients: who signed with whom, when each ends, which end soon."""

from typing import Any

from careflow_service.identity import Role
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import has_patient, ok
from services.billing.tests.integration.test_money_pages import logs_in
from services.billing.tests.world import World

CONTRACTS = "/v1/private-contracts"


async def signs(world: World, signed_on: str, ends_on: str, who: str = "dr-paula-prescriber") -> None:
    body = {"practitioner_id": who, "signed_on": signed_on, "ends_on": ends_on}
    ok(await world.biller.post(f"/v1/accounts/{ANA}/private-contracts", body), 201)


async def listed(world: World, **query: Any) -> list[tuple[str, bool]]:
    found = ok(await world.biller.get(CONTRACTS, **query))["items"]
    return [(each["ends_on"], each["ends_soon"]) for each in found]


async def test_what_ends_next_comes_first_and_a_newer_contract_takes_the_place_of_the_one_before(world: World) -> None:
    await has_patient(world)
    assert await listed(world) == []
    await signs(world, "2026-01-05", "2026-12-31")
    await signs(world, "2026-01-05", "2027-12-31", who="theo-therapist")
    assert await listed(world) == [("2026-12-31", True), ("2027-12-31", False)]
    first = ok(await world.biller.get(CONTRACTS, limit=1))
    assert (len(first["items"]), await listed(world, after=first["next"])) == (1, [("2027-12-31", False)])

    await signs(world, "2026-11-20", "2028-01-04")
    await signs(world, "2026-11-20", "2027-01-04")  # an older paper, found later: the longer one counts
    await signs(world, "2026-11-20", "2028-01-04")
    assert [ends for ends, _ in await listed(world)] == ["2027-12-31", "2028-01-04"]
    (mine,) = [each for each in ok(await world.biller.get(CONTRACTS))["items"] if each["ends_on"] == "2028-01-04"]
    assert (mine["patient_id"], mine["practitioner_id"]) == (ANA, "dr-paula-prescriber")
    assert mine["recorded_by"]
    assert (await world.calling(Role.COORDINATOR).get(CONTRACTS)).status_code == 403


async def test_one_that_ended_without_another_is_found_and_a_biller_sees_both_lists(world: World) -> None:
    await has_patient(world)
    await signs(world, "2026-01-05", "2026-11-25")
    biller = await logs_in(world)
    page = await biller.opens("/pages/money/contracts")
    assert "Ends soon, on November 25, 2026" in page.text
    assert "Rivera" in page.text
    world.clock.now = local(26, 9)
    assert (await listed(world), await listed(world, standing="ended")) == ([], [("2026-11-25", False)])
    page = await biller.follows(await biller.opens("/pages/money/contracts"), "Those that have ended")
    assert "ends November 25, 2026" in page.text
    assert "No contract is in force." in (await biller.follows(page, "Those in force")).text
