"""A record with money is given up for another one of the same person: nothing new is taken there, and what was paid
there is a task until it is given back.
"""

from datetime import timedelta
from typing import Any

import pytest

from careflow_service.ids import new_id
from services.billing.tests.builders import ANA
from services.billing.tests.clinic import (
    books,
    buys_package,
    charges,
    has_patient,
    ok,
    pays,
    refusal,
    the_account,
    the_charge,
    trial_balance,
    unapplied,
    usd,
)
from services.billing.tests.heard import DRUG, INFUSION, THERAPY_HOUR, merged, parted, session_completed
from services.billing.tests.integration.test_money_pages import ACCOUNT, logs_in
from services.billing.tests.world import World

STAYS = new_id()
FULL = (THERAPY_HOUR, INFUSION, DRUG)
"""What costs no less than the share of a package."""


async def test_what_was_paid_on_a_record_that_is_given_up_is_given_back_there_and_nothing_new_is_taken(
    world: World,
) -> None:
    await has_patient(world)
    package, paid = await buys_package(world), await pays(world, 40)
    assert [each["about"] for each in await unapplied(world)] == [paid["payment_id"]]
    await world.hear(merged(STAYS))
    assert (await the_account(world))["merged_into"] == STAYS
    assert {each["about"]: each["amount"] for each in await unapplied(world)} == {
        package["id"]: (await the_account(world))["prepaid"],
        paid["payment_id"]: usd(40),
    }
    contract = {"practitioner_id": "dr-paula-prescriber", "signed_on": "2026-01-05", "ends_on": "2028-01-04"}
    new: dict[str, dict[str, Any]] = {
        "/v1/payments": {"amount": usd(40), "method": "cash"},
        "/v1/packages": {"offer": "dosing-6", "method": "cash"},
        "/v1/estimates": {"visits": [{"kind": "dosing", "count": 1}]},
        f"/v1/accounts/{ANA}/private-contracts": contract,
    }
    for path, asked in new.items():
        whose = {} if ANA in path else {"patient_id": ANA}
        refused = await world.biller.post(path, whose | asked)
        assert refusal(refused) == (409, "patient_merged"), path
        assert refused.json()["surviving_patient_id"] == STAYS
    now = ok(await world.biller.get(f"/v1/packages/{package['id']}"))
    ok(await world.biller.post(f"/v1/packages/{package['id']}/refund", {}, version=now["version"]), 201)
    free = ok(await world.biller.get(f"/v1/payments/{paid['payment_id']}"))
    refund = {"amount": usd(40), "reason": "overpaid"}
    ok(await world.biller.post(f"/v1/payments/{free['id']}/refunds", refund, version=free["version"]), 201)
    assert (await unapplied(world), await trial_balance(world)) == ([], {})


async def test_what_is_owed_on_it_is_still_paid_there(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    await world.hear(merged(STAYS))
    await pays(world, 225)
    assert (await the_charge(world))["balance"] == usd(0)


async def test_parted_again_it_is_in_use_with_what_was_paid_on_it(world: World) -> None:
    await has_patient(world)
    await buys_package(world)
    await world.hear(merged(STAYS))
    await world.hear(parted(STAYS))
    assert (await the_account(world))["merged_into"] is None
    assert await unapplied(world) == []
    await pays(world, 40)


@pytest.mark.thorough
async def test_a_biller_is_led_to_the_account_that_stays(world: World) -> None:
    await has_patient(world)
    await world.hear(merged(STAYS))
    page = await (await logs_in(world)).opens(ACCOUNT)
    assert "This record was merged into another one of the same person." in page.text
    assert page.links["The account that stays"] == f"../money/{STAYS}?lang=en"


async def test_a_visit_of_a_package_that_is_free_again_on_a_record_given_up_is_asked_about(world: World) -> None:
    await has_patient(world)
    package = await buys_package(world)
    for _ in range(6):
        dose = await books(world, world.clock())
        await world.hear(session_completed(*FULL, appointment_id=dose["appointment_id"], at=world.clock()))
        world.clock.advance(timedelta(days=7))
    await world.hear(merged(STAYS))
    assert await unapplied(world) == []
    taken = (await charges(world))[0]
    ok(await world.biller.post(f"/v1/charges/{taken['id']}/reverse", version=taken["version"]))
    assert [each["about"] for each in await unapplied(world)] == [package["id"]]


async def test_what_is_paid_there_is_for_what_is_owed_never_for_a_visit_to_come(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    visit = await books(world, world.clock() + timedelta(hours=3))
    await world.hear(merged(STAYS))
    deposit = {"patient_id": ANA, "amount": usd(225), "method": "cash", "appointment_id": visit["appointment_id"]}
    assert refusal(await world.biller.post("/v1/payments", deposit)) == (409, "patient_merged")
    await pays(world, 225)
    assert (await the_charge(world))["balance"] == usd(0)
