"""Superbills: refused with everything missing, issued, printed, copied, voided, replaced; numbers without gaps."""

import asyncio
from datetime import timedelta
from types import NoneType
from typing import Any

import pytest

from billing.application.bookkeeping import keep_books, open_books
from billing.domain.ids import ChargeId
from careflow_service.identity import Actor, Role
from careflow_service.ids import new_id
from careflow_service.work import Transaction
from services.billing.tests.builders import ANA, NOW, local
from services.billing.tests.clinic import bill, charges, has_patient, is_insured, ok, pays, refusal, the_charge, usd
from services.billing.tests.heard import (
    INFUSION,
    THERAPY_HOUR,
    diagnosed,
    evaluated,
    registered,
    services_corrected,
    session_completed,
)
from services.billing.tests.world import World


async def issues(world: World, *charge_ids: str, **more: Any) -> Any:
    made = ok(await world.biller.post("/v1/superbills", bill(*charge_ids, **more)), 201)
    return ok(await world.biller.get(f"/v1/superbills/{made['superbill_id']}"))


async def test_everything_that_is_missing_is_said_at_once(world: World) -> None:
    await world.hear(registered(complete=False))
    await is_insured(world, {"kind": "none"})
    await world.hear(session_completed(THERAPY_HOUR))
    charge = await the_charge(world)
    preview = ok(await world.biller.get("/v1/superbills/preview", patient_id=ANA, charge_id=charge["id"]))
    codes = [missing["code"] for missing in preview["missing"]]
    assert codes == [
        "patient_sex",
        "patient_address",
        "insurance",
        "diagnosis",
        "diagnosis_disclosure",
    ]
    refused = await world.biller.post("/v1/superbills", bill(charge["id"]))
    assert refusal(refused) == (409, "superbill_incomplete")
    assert [missing["code"] for missing in refused.json()["missing"]] == codes[:-1]


async def test_it_has_what_was_rendered_charged_and_paid(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed())
    await pays(world, 400)
    charge = await the_charge(world)
    superbill = await issues(world, charge["id"])
    assert (superbill["number"], superbill["charged"], superbill["paid"]) == ("SB-2026-0001", usd(620), usd(400))
    assert [(each["code"], each["paid"]) for each in superbill["lines"]] == [
        ("96365", usd(350)),
        ("J3490", usd(45)),
        ("90837", usd(5)),
    ]
    assert [each["name"] for each in superbill["clinicians"]] == ["Paula Prescriber", "Theo Therapist"]
    assert "SuperbillIssued" in await world.said_types(ANA)
    again = await world.biller.post("/v1/superbills", bill(charge["id"]))
    assert refusal(again) == (409, "charge_already_billed")


async def test_a_lost_one_is_the_same_marked_as_a_copy(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed())
    superbill = await issues(world, (await the_charge(world))["id"])
    path = f"/v1/superbills/{superbill['id']}/pdf"
    first, second = [(await world.patient(ANA).get(path)).content for _ in range(2)]
    copy = (await world.patient(ANA).get(path, copy="true")).content
    assert first[:5] == b"%PDF-"
    assert first == second
    assert copy != first


async def test_a_correction_voids_it_and_another_takes_its_place(world: World) -> None:
    await has_patient(world)
    completed = session_completed(INFUSION, THERAPY_HOUR)
    await world.hear(completed)
    charge = await the_charge(world)
    first = await issues(world, charge["id"])
    await world.hear(services_corrected(completed.session_id, 2, THERAPY_HOUR))
    void = ok(await world.biller.get(f"/v1/superbills/{first['id']}"))
    assert (void["state"], void["void_reason"], void["charged"]) == ("void", "charge_corrected", usd(575))
    second = await issues(world, charge["id"], replaces=first["id"])
    assert (second["number"], second["edition"], second["replaces"]) == ("SB-2026-0002", 2, first["id"])
    assert second["charged"] == usd(225)
    assert ok(await world.biller.get(f"/v1/superbills/{first['id']}"))["replaced_by"] == second["id"]
    said = await world.said_types(ANA)
    assert (said.count("SuperbillIssued"), said.count("SuperbillVoided")) == (2, 1)


async def refunds(world: World, paid: dict[str, Any], dollars: float, reason: str) -> None:
    path = f"/v1/payments/{paid['payment_id']}"
    version = ok(await world.biller.get(path))["version"]
    body = {"amount": usd(dollars), "reason": reason}
    ok(await world.biller.post(f"{path}/refunds", body, version=version), 201)


async def in_force(world: World) -> Any:
    """The one superbill that counts, the void ones before it naming one another without a gap."""
    *void, last = ok(await world.biller.get("/v1/superbills", patient_id=ANA))["items"]
    assert [each["state"] for each in void] == ["void"] * len(void)
    assert [each["replaced_by"] for each in void] == [each["id"] for each in (*void, last)[1:]]
    assert [each["edition"] for each in (*void, last)] == list(range(1, len(void) + 2))
    assert last["state"] == "issued"
    return last


async def test_what_is_paid_later_is_on_the_one_that_takes_its_place(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed())
    first = await issues(world, (await the_charge(world))["id"])
    assert (first["paid"], first["payments"]) == (usd(0), [])
    await pays(world, 400)
    await pays(world, 220, method="check", reference="1041")
    last = await in_force(world)
    assert (last["number"], last["charged"], last["paid"]) == ("SB-2026-0003", usd(620), usd(620))
    assert [(each["received_on"], each["method"], each["amount"]) for each in last["payments"]] == [
        ("2026-11-23", "cash", usd(400)),
        ("2026-11-23", "check", usd(220)),
    ]
    assert ok(await world.biller.get(f"/v1/superbills/{first['id']}"))["void_reason"] == "paid"


async def test_after_goodwill_it_says_what_the_service_really_cost(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(INFUSION, THERAPY_HOUR))
    paid = await pays(world, 575)
    first = await issues(world, (await the_charge(world))["id"])
    await refunds(world, paid, 100.01, "goodwill")
    last = await in_force(world)
    assert (last["charged"], last["paid"]) == (usd(474.99), usd(474.99))
    assert [(each["charged"], each["paid"]) for each in last["lines"]] == [
        (usd(289.12), usd(289.12)),
        (usd(185.87), usd(185.87)),
    ]
    assert [each["amount"] for each in last["payments"]] == [usd(474.99)]
    assert ok(await world.biller.get(f"/v1/superbills/{first['id']}"))["void_reason"] == "refunded"


async def test_a_payment_that_was_none_is_on_none(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    paid = await pays(world, 225)
    await issues(world, (await the_charge(world))["id"])
    await refunds(world, paid, 225, "entered_in_error")
    last = await in_force(world)
    assert (last["charged"], last["paid"], last["payments"]) == (usd(225), usd(0), [])


async def test_money_for_something_else_changes_no_superbill(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    await pays(world, 225)
    first = await issues(world, (await the_charge(world))["id"])
    await pays(world, 50)
    assert (await in_force(world))["id"] == first["id"]


async def voids(world: World, superbill: dict[str, Any]) -> None:
    path = f"/v1/superbills/{superbill['id']}"
    version = ok(await world.biller.get(path))["version"]
    ok(await world.biller.post(f"{path}/void", {"reason": "details_wrong"}, version=version))


async def test_another_one_for_the_same_services_is_never_unlinked(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    charge = await the_charge(world)
    first = await issues(world, charge["id"])
    await voids(world, first)
    second = await issues(world, charge["id"])
    assert (second["edition"], second["replaces"]) == (2, first["id"])
    assert (await in_force(world))["id"] == second["id"]


async def test_it_takes_no_other_bills_place(world: World) -> None:
    await has_patient(world)
    for day in (18, 19, 20):
        await world.hear(session_completed(THERAPY_HOUR, at=local(day, 8)))
    a, b, c = [each["id"] for each in await charges(world)]
    of_two, of_one = await issues(world, a, b), await issues(world, c)
    await voids(world, of_two)
    await voids(world, of_one)
    ask = [
        (bill(c, replaces=of_two["id"]), "superbill_for_other_charges"),
        (bill(a, b, c), "charges_of_two_bills"),
        (bill(a), "charges_left_out"),
    ]
    for body, code in ask:
        assert refusal(await world.biller.post("/v1/superbills", body)) == (409, code)
    assert (await issues(world, a, b))["replaces"] == of_two["id"]
    first_for_it = await world.biller.post("/v1/superbills", bill(c, replaces=of_two["id"]))
    assert refusal(first_for_it) == (409, "superbill_replaced")


async def test_only_a_void_one_is_replaced(world: World) -> None:
    await has_patient(world)
    for day in (19, 20):
        await world.hear(session_completed(THERAPY_HOUR, at=local(day, 8)))
    first, second = await charges(world)
    superbill = await issues(world, first["id"])
    replacing = await world.biller.post("/v1/superbills", bill(second["id"], replaces=superbill["id"]))
    assert refusal(replacing) == (409, "superbill_not_void")
    path = f"/v1/superbills/{superbill['id']}/void"
    ok(await world.biller.post(path, {"reason": "details_wrong"}, version=superbill["version"]))
    again = await world.biller.post(path, {"reason": "details_wrong"}, version=superbill["version"] + 1)
    assert refusal(again) == (409, "superbill_void")


async def test_bills_issued_at_the_same_time_are_numbered_without_gaps(world: World) -> None:
    await has_patient(world)
    for day in range(9, 14):
        await world.hear(session_completed(THERAPY_HOUR, at=local(day, 8)))
    owed = [each["id"] for each in await charges(world)]
    await world.biller.post("/v1/superbills", bill(owed[0], disclose_diagnoses=False))
    made = await asyncio.gather(*(issues(world, charge_id) for charge_id in owed))
    assert sorted(each["number"] for each in made) == [f"SB-2026-{number:04d}" for number in range(1, 6)]


async def test_the_numbers_of_a_new_year_begin_again(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    world.clock.now = local(4, 9, month=1, year=2027)
    superbill = await issues(world, (await the_charge(world))["id"])
    assert superbill["number"] == "SB-2027-0001"


async def test_another_patients_superbill_does_not_exist(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    superbill = await issues(world, (await the_charge(world))["id"])
    stranger = world.calling(Role.PATIENT, patient_id="0199e0a0-0000-7000-8000-0000000000b1")
    assert refusal(await stranger.get(f"/v1/superbills/{superbill['id']}/pdf")) == (404, "superbill_not_found")
    assert refusal(await world.calling(Role.THERAPIST).get(f"/v1/superbills/{superbill['id']}")) == (403, "forbidden")


async def test_a_decision_reverses_no_charge_whose_payments_it_has_not_read(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    await pays(world, 225)
    charge_id = ChargeId((await the_charge(world))["id"])

    async def reverse(tx: Transaction) -> None:
        charge = await world.ports.charges.get(charge_id)
        opened = await open_books(ANA, world.ports)
        await keep_books(opened, lambda books: books.reverse(charge), tx, world.ports)

    with pytest.raises(ValueError, match="payments for it are missing"):
        await world.work.run(reverse, by=Actor.system("test"), action="reverse", returns=NoneType)


async def billed_diagnoses(world: World) -> list[str]:
    superbill = await issues(world, (await the_charge(world))["id"])
    return [each["code"] for each in superbill["diagnoses"]]


async def test_a_bill_names_what_was_in_force_on_the_day_of_service(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed())
    await world.hear(diagnosed("F41.1", at=NOW + timedelta(days=8)))
    await world.hear(diagnosed(withheld=1, at=NOW + timedelta(days=9)))
    assert await billed_diagnoses(world) == ["F33.2"]


async def test_an_evaluation_is_billed_with_what_it_found_also_when_that_was_written_down_days_later(
    world: World,
) -> None:
    await world.hear(registered())
    await is_insured(world)
    evaluation_id = new_id()
    await world.hear(evaluated(evaluation_id))
    await world.hear(diagnosed("F43.12", at=NOW + timedelta(days=3), evaluation_id=evaluation_id))
    assert await billed_diagnoses(world) == ["F43.12"]
