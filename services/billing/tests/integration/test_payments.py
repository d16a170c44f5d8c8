"""What is received, what it pays for and what goes back; the books balance."""

import asyncio
from typing import Any

from careflow_service.ids import new_id
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import (
    books,
    charges,
    has_patient,
    missed,
    ok,
    pays,
    refusal,
    the_account,
    the_charge,
    trial_balance,
    usd,
)
from services.billing.tests.heard import INFUSION, THERAPY_HOUR, session_completed
from services.billing.tests.world import World


async def test_money_that_came_before_the_service_pays_for_it(world: World) -> None:
    await has_patient(world)
    paid = await pays(world, 1000)
    assert paid["unapplied_minor"] == 100_000
    await world.hear(session_completed())
    account = ok(await world.biller.get(f"/v1/accounts/{ANA}"))
    assert (account["owed"], account["credit"]) == (usd(0), usd(380))


async def test_partial_payments_go_to_the_earliest_service(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR, at=local(19, 8)))
    await world.hear(session_completed(INFUSION, at=local(20, 8)))
    await pays(world, 200)
    await pays(world, 200)
    assert [(each["service_date"], each["balance"]) for each in await charges(world)] == [
        ("2026-11-19", usd(0)),
        ("2026-11-20", usd(175)),
    ]


async def test_a_refund_is_never_above_what_was_received(world: World) -> None:
    await has_patient(world)
    paid = await pays(world, 100)
    path = f"/v1/payments/{paid['payment_id']}/refunds"
    too_much = {"amount": usd(100.01), "reason": "goodwill"}
    assert refusal(await world.biller.post(path, too_much, version=paid["version"])) == (409, "refund_above_received")
    refund = ok(await world.biller.post(path, {"amount": usd(60), "reason": "overpaid"}, version=paid["version"]), 201)
    again = await world.biller.post(path, {"amount": usd(60), "reason": "overpaid"}, version=refund["version"])
    assert refusal(again) == (409, "refund_above_received")
    assert await trial_balance(world) == {"cash": 4_000, "unapplied_payments": -4_000}


async def refunds(world: World, paid: dict[str, Any], dollars: float, reason: str) -> Any:
    path = f"/v1/payments/{paid['payment_id']}"
    version = ok(await world.biller.get(path))["version"]
    body = {"amount": usd(dollars), "reason": reason}
    return await world.biller.post(f"{path}/refunds", body, version=version)


async def test_what_goes_back_for_goodwill_is_never_owed_again(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    paid = await pays(world, 225)
    ok(await refunds(world, paid, 50, "goodwill"), 201)
    charge = await the_charge(world)
    assert (charge["paid"], charge["conceded"], charge["balance"]) == (usd(225), usd(50), usd(0))
    assert (await the_account(world))["owed"] == usd(0)
    assert await trial_balance(world) == {"cash": 17_500, "goodwill_refunds": 5_000, "revenue_therapy": -22_500}


async def test_what_was_conceded_of_a_charge_that_falls_away_is_not_given_back_twice(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    paid = await pays(world, 225)
    ok(await refunds(world, paid, 50, "goodwill"), 201)
    charge = await the_charge(world)
    ok(await world.biller.post(f"/v1/charges/{charge['id']}/reverse", version=charge["version"]))
    assert (await the_account(world))["credit"] == usd(175)
    assert refusal(await refunds(world, paid, 175.01, "charge_corrected")) == (409, "refund_above_received")
    ok(await refunds(world, paid, 175, "charge_corrected"), 201)
    assert await trial_balance(world) == {}


async def test_only_a_payment_that_was_none_leaves_its_service_owed(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    paid = await pays(world, 225)
    assert refusal(await refunds(world, paid, 25, "overpaid")) == (409, "nothing_overpaid")
    ok(await refunds(world, paid, 225, "entered_in_error"), 201)
    assert (await the_charge(world))["balance"] == usd(225)
    assert await trial_balance(world) == {"receivable": 22_500, "revenue_therapy": -22_500}


async def test_money_for_todays_visit_does_not_pay_what_was_owed_before(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(INFUSION, at=local(20, 8)))
    today = await books(world, local(23, 8))
    paid = await pays(world, 225)
    assert paid["unapplied_minor"] == 22_500
    await world.hear(session_completed(THERAPY_HOUR, appointment_id=today["appointment_id"]))
    old, new = await charges(world)
    assert (old["balance"], new["balance"]) == (usd(350), usd(0))


async def test_what_was_paid_beforehand_for_a_visit_that_is_lost_pays_what_is_owed(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(INFUSION, at=local(20, 8)))
    next_month = await books(world, local(14, 9, month=12))
    await pays(world, 350, appointment_id=next_month["appointment_id"])
    assert (await the_charge(world))["balance"] == usd(350)
    await missed(world, next_month)
    assert (await the_charge(world))["balance"] == usd(0)


async def test_money_goes_where_the_payer_says(world: World) -> None:
    await has_patient(world)
    for day in (19, 20):
        await world.hear(session_completed(THERAPY_HOUR, at=local(day, 8)))
    first, second = await charges(world)
    await pays(world, 225, charge_ids=[second["id"]])
    assert [each["balance"] for each in await charges(world)] == [usd(225), usd(0)]
    body = {"patient_id": ANA, "amount": usd(1), "method": "cash"}
    again = await world.biller.post("/v1/payments", {**body, "charge_ids": [second["id"]]})
    assert refusal(again) == (409, "charge_not_open")
    no_visit = await world.biller.post("/v1/payments", {**body, "appointment_id": new_id()})
    assert refusal(no_visit) == (404, "visit_not_found")
    both = await world.biller.post("/v1/payments", {**body, "charge_ids": [first["id"]], "appointment_id": new_id()})
    assert refusal(both) == (422, "invalid_request")


async def test_the_same_terminal_reference_is_one_payment(world: World) -> None:
    await has_patient(world)
    slip = {"method": "card_terminal", "reference": "slip 7731"}
    first, second = [await pays(world, 10, **slip) for _ in range(2)]
    assert first == second
    body = {"patient_id": ANA, "amount": usd(11), **slip}
    assert refusal(await world.biller.post("/v1/payments", body)) == (409, "reference_used")
    assert await trial_balance(world) == {"cash": 1_000, "unapplied_payments": -1_000}


async def test_a_check_that_two_record_is_a_question(world: World) -> None:
    await has_patient(world)
    check = {"method": "check", "reference": "No. 458"}
    first = await pays(world, 3_720, **check)
    body = {"patient_id": ANA, "amount": usd(3_720), "method": "check", "reference": "458"}
    asked = await world.biller.post("/v1/payments", body)
    assert refusal(asked) == (409, "payment_known")
    assert asked.json()["payment_id"] == first["payment_id"]
    package = {"patient_id": ANA, "offer": "dosing-6", **check}
    assert refusal(await world.biller.post("/v1/packages", package)) == (409, "payment_known")
    assert await trial_balance(world) == {"cash": 372_000, "unapplied_payments": -372_000}
    ok(await world.biller.post("/v1/payments", {**body, "is_another": True}), 201)
    ok(await world.biller.post("/v1/packages", {**package, "is_another": True}), 201)
    assert (await trial_balance(world))["cash"] == 3 * 372_000


async def test_a_reversed_charge_gives_its_money_back_to_the_patient(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    await pays(world, 225)
    charge = await the_charge(world)
    path = f"/v1/charges/{charge['id']}/reverse"
    assert refusal(await world.biller.post(path, version=charge["version"] - 1)) == (412, "stale_version")
    ok(await world.biller.post(path, version=charge["version"]))
    assert await trial_balance(world) == {"cash": 22_500, "unapplied_payments": -22_500}


async def test_a_payment_sent_twice_is_received_once(world: World) -> None:
    await has_patient(world)
    body = {"patient_id": ANA, "amount": usd(10), "method": "cash"}
    key = new_id()
    first, second = [ok(await world.biller.post("/v1/payments", body, key=key), 201) for _ in range(2)]
    assert first == second
    assert await trial_balance(world) == {"cash": 1_000, "unapplied_payments": -1_000}


async def test_payments_at_the_same_time_never_pay_a_charge_twice(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    await asyncio.gather(*(pays(world, 100) for _ in range(4)))
    assert (await the_charge(world))["paid"] == usd(225)
    assert await trial_balance(world) == {
        "cash": 40_000,
        "unapplied_payments": -17_500,
        "revenue_therapy": -22_500,
    }
