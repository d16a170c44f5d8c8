"""Two decisions about one patient's money at once: neither overtakes the other, and the books balance."""

import asyncio
from collections import Counter
from collections.abc import Collection
from contextvars import Context

import pytest

from billing.domain.ids import ChargeId, PatientId
from billing.domain.payments import Payment
from careflow_events.handling import Settled
from careflow_service.ids import new_id
from careflow_service.testing.overtaking import Overtaking
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import charges, has_patient, ok, pays, refusal, the_charge, trial_balance, usd
from services.billing.tests.heard import INFUSION, THERAPY_HOUR, services_corrected, session_completed
from services.billing.tests.world import World


async def test_a_payment_that_is_applied_meanwhile_is_not_applied_twice(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    overtaking.by(lambda: pays(world, 225))
    await pays(world, 225)
    assert (await the_charge(world))["paid"] == usd(225)
    assert await trial_balance(world) == {"cash": 45_000, "unapplied_payments": -22_500, "revenue_therapy": -22_500}


async def test_a_charge_that_is_posted_meanwhile_is_paid(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    overtaking.by(lambda: world.hear(session_completed(THERAPY_HOUR)))
    await pays(world, 225)
    assert (await the_charge(world))["balance"] == usd(0)


async def test_a_receipt_is_given_back_once(world: World) -> None:
    await has_patient(world)
    paid = await pays(world, 100)
    path, body = f"/v1/payments/{paid['payment_id']}/refunds", {"amount": usd(60), "reason": "goodwill"}
    answers = await asyncio.gather(*(world.biller.post(path, body, version=paid["version"]) for _ in range(4)))
    assert Counter(each.status_code for each in answers) == {201: 1, 412: 3}
    assert await trial_balance(world) == {"cash": 4_000, "unapplied_payments": -4_000}


async def test_a_session_is_corrected_while_it_is_paid_and_given_back(world: World) -> None:
    await has_patient(world)
    session_id = new_id()
    await world.hear(session_completed(INFUSION, THERAPY_HOUR, session_id=session_id))
    paid = await pays(world, 100)
    refund = {"amount": usd(50), "reason": "goodwill"}
    await asyncio.gather(
        world.hear(services_corrected(session_id, 2, THERAPY_HOUR)),
        pays(world, 200),
        world.biller.post(f"/v1/payments/{paid['payment_id']}/refunds", refund, version=paid["version"]),
    )
    charge, balance = await the_charge(world), await trial_balance(world)
    assert (charge["amount"], charge["balance"]) == (usd(225), usd(0))
    assert balance["cash"] in {25_000, 30_000}, "the refund was in time, or found the payment changed"
    assert balance["unapplied_payments"] == 22_500 - balance["cash"]


async def test_a_correction_that_read_one_half_before_a_refund_and_one_after_is_decided_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await has_patient(world)
    session_id = new_id()
    await world.hear(session_completed(INFUSION, THERAPY_HOUR, session_id=session_id))
    paid = await pays(world, 100)
    refund = {"amount": usd(50), "reason": "goodwill"}
    allocated_to, given_back = world.ports.payments.allocated_to, asyncio.Event()

    async def after_a_refund(charge_ids: Collection[ChargeId], *, of: PatientId) -> list[Payment]:
        if not given_back.is_set():
            given_back.set()
            refunding = world.biller.post(f"/v1/payments/{paid['payment_id']}/refunds", refund, version=paid["version"])
            ok(await asyncio.create_task(refunding, context=Context()), 201)  # belongs to no unit of work
        return await allocated_to(charge_ids, of=of)

    monkeypatch.setattr(type(world.ports.payments), "allocated_to", staticmethod(after_a_refund))

    assert await world.hear(services_corrected(session_id, 2, THERAPY_HOUR)) is Settled.HANDLED

    charge = await the_charge(world)
    assert (charge["amount"], charge["paid"], charge["balance"]) == (usd(225), usd(50), usd(175))
    assert (await trial_balance(world))["cash"] == 5_000


async def test_of_two_superbills_for_one_charge_one_is_issued(world: World) -> None:
    await has_patient(world)
    for day in (19, 20):
        await world.hear(session_completed(THERAPY_HOUR, at=local(day, 8)))
    first, second = [each["id"] for each in await charges(world)]
    bills = [[first], [first, second], [first], [first, second]]
    answers = await asyncio.gather(
        *(
            world.biller.post("/v1/superbills", {"patient_id": ANA, "charge_ids": each, "disclose_diagnoses": True})
            for each in bills
        )
    )
    (issued,) = [each.json() for each in answers if each.status_code == 201]
    assert {refusal(each) for each in answers if each.status_code != 201} == {(409, "charge_already_billed")}
    assert issued["number"] == "SB-2026-0001"
    assert len(ok(await world.biller.get("/v1/superbills", patient_id=ANA))["items"]) == 1


async def test_a_charge_that_is_reversed_meanwhile_is_on_no_superbill(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    charge = await the_charge(world)
    body = {"patient_id": ANA, "charge_ids": [charge["id"]], "disclose_diagnoses": True}
    bill, reversal = await asyncio.gather(
        world.biller.post("/v1/superbills", body),
        world.biller.post(f"/v1/charges/{charge['id']}/reverse", version=charge["version"]),
    )
    if bill.status_code == 201:
        assert refusal(reversal) == (412, "stale_version"), "nobody reverses what they have not seen to be billed"
    else:
        ok(reversal)
        assert refusal(bill) == (409, "charge_not_billable")


async def test_an_estimate_is_issued_once(world: World) -> None:
    await has_patient(world)
    question = {"patient_id": ANA, "visits": [{"kind": "dosing", "count": 6}]}
    made = ok(await world.patient(ANA).post("/v1/estimates", question), 201)
    path = f"/v1/estimates/{made['id']}/issue"
    answers = await asyncio.gather(*(world.biller.post(path, {}, version=made["version"]) for _ in range(3)))
    assert sorted(each.status_code for each in answers) == [200, 409, 409]
    assert (await world.said_types(ANA)).count("GoodFaithEstimateIssued") == 1
