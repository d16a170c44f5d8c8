"""Paying by card through Stripe, from the link to the chargeback: over HTTP on both sides, on a real store."""

import csv
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from careflow_service.clock import wall_clock
from careflow_service.identity import Role
from services.billing.tests.builders import ANA, NOW, local
from services.billing.tests.clinic import books, has_patient, ok, refusal, the_charge, trial_balance, usd
from services.billing.tests.heard import THERAPY_HOUR, session_completed
from services.billing.tests.overtaken_processing import a_disputed, begins_dispute
from services.billing.tests.stripe_stand_in import KEY, WEBHOOK_SECRET, Object, StripeStandIn, listening
from services.billing.tests.world import World, running

EVENTS = "/v1/public/processor-events"


@pytest.fixture
def stripe() -> StripeStandIn:
    return StripeStandIn(now=NOW.timestamp())


@pytest.fixture
def stripe_url(stripe: StripeStandIn) -> Iterator[str]:
    with listening(stripe) as address:
        yield address


@pytest.fixture
async def world(store_url: str, database: str, stripe_url: str) -> AsyncIterator[World]:
    settings = {
        "card_processor": "stripe",
        "stripe_secret_key": KEY,
        "stripe_webhook_secret": f"whsec_of_before {WEBHOOK_SECRET}",
        "stripe_url": stripe_url,
        "payment_return_url": "https://clinic.example/paid",
    }
    async with running(store_url, database, settings=settings) as world:
        yield world


async def owes(world: World) -> str:
    """Ana had an hour of therapy, for 225."""
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    return str((await the_charge(world))["id"])


async def the_link(world: World) -> Any:
    (link,) = ok(await world.biller.get("/v1/payment-links", patient_id=ANA))["items"]
    return link


async def gets_link(world: World, **more: Any) -> str:
    """The address where Ana pays."""
    ok(await world.patient(ANA).post("/v1/payment-links", {"patient_id": ANA, **more}), 201)
    await world.catch_up()
    return str((await the_link(world))["address"])


async def tells(world: World, stripe: StripeStandIn, event: Object, *, signature: str | None = None) -> httpx.Response:
    """Stripe calls the webhook endpoint, by the clock on the wall."""
    stripe.now = wall_clock().timestamp()
    body = json.dumps(event, indent=2).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    headers["Stripe-Signature"] = stripe.signed(body) if signature is None else signature
    return await world.client.post(EVENTS, content=body, headers=headers)


async def changes(world: World, stripe: StripeStandIn, event: Object) -> bool:
    return bool(ok(await tells(world, stripe, event))["changed"])


async def pays(world: World, stripe: StripeStandIn) -> Any:
    """Ana pays all she owes; the payment."""
    address = await gets_link(world)
    assert await changes(world, stripe, stripe.pays(address))
    (payment,) = ok(await world.biller.get("/v1/payments", patient_id=ANA))["items"]
    return payment


async def test_a_patient_pays_what_is_owed_and_no_card_comes_near_us(world: World, stripe: StripeStandIn) -> None:
    await owes(world)
    payment = await pays(world, stripe)
    assert (payment["method"], payment["amount"], payment["unapplied"]) == ("card_online", usd(225), usd(0))
    link = await the_link(world)
    assert (link["state"], link["payment_id"], link["address"]) == ("paid", payment["id"], None)
    assert await trial_balance(world) == {"processor_clearing": 22_500, "revenue_therapy": -22_500}
    ((_, asked),) = stripe.asked
    assert ANA not in str(asked)
    assert "Rivera" not in str(asked)


async def test_what_stripe_tells_twice_is_one_payment(world: World, stripe: StripeStandIn) -> None:
    await owes(world)
    event = stripe.pays(await gets_link(world))
    assert [await changes(world, stripe, event) for _ in range(3)] == [True, False, False]
    another = {**event, "id": "evt_another_of_the_same"}
    assert not await changes(world, stripe, another)
    assert (await world.said_types(ANA)).count("PaymentReceived") == 1


async def test_a_link_is_opened_once_however_often_the_answer_is_lost(world: World, stripe: StripeStandIn) -> None:
    await owes(world)
    stripe.faults += ["lost", 500, 429]
    ok(await world.biller.post("/v1/payment-links", {"patient_id": ANA}), 201)
    for _ in range(4):
        await world.catch_up()
        world.clock.now += timedelta(minutes=1)
    assert (await the_link(world))["state"] == "open"
    assert len(stripe.sessions) == 1


async def test_a_link_stripe_refuses_says_why_and_makes_room_for_another(world: World, stripe: StripeStandIn) -> None:
    charge = await owes(world)
    body = {"patient_id": ANA, "charge_ids": [charge], "amount": {"minor": 20, "currency": "USD"}}
    ok(await world.biller.post("/v1/payment-links", body), 201)
    await world.catch_up()
    link = await the_link(world)
    assert (link["state"], link["refused"]) == ("over", "amount_too_small")
    ok(await world.biller.post("/v1/payment-links", {"patient_id": ANA}), 201)


async def test_a_closed_link_is_paid_by_nobody(world: World, stripe: StripeStandIn) -> None:
    await owes(world)
    await gets_link(world)
    link = await the_link(world)
    ok(await world.biller.post(f"/v1/payment-links/{link['id']}/close", version=link["version"]))
    await world.catch_up()
    assert (await the_link(world))["state"] == "over"
    assert [each["status"] for each in stripe.sessions.values()] == ["expired"]


async def test_a_link_from_before_a_dispute_is_paid_by_nobody(world: World, stripe: StripeStandIn) -> None:
    estimate = await a_disputed(world)
    await gets_link(world)
    ok(await begins_dispute(world, estimate))
    await world.catch_up()
    assert (await the_link(world))["state"] == "over"
    assert [each["status"] for each in stripe.sessions.values()] == ["expired"]


async def test_a_declined_card_is_said_and_the_link_goes_on(world: World, stripe: StripeStandIn) -> None:
    await owes(world)
    address = await gets_link(world)
    declined = stripe.declines(address)
    assert [await changes(world, stripe, declined) for _ in range(2)] == [True, False]
    failed = next(each for each in await world.said(ANA) if ".PaymentFailed." in each.type)
    assert failed.data["reason"] == "declined"
    assert await changes(world, stripe, stripe.pays(address))


async def test_a_refund_goes_back_to_the_card_once(world: World, stripe: StripeStandIn) -> None:
    await owes(world)
    payment = await pays(world, stripe)
    stripe.faults += ["lost"]
    body = {"amount": usd(50), "reason": "goodwill"}
    ok(await world.biller.post(f"/v1/payments/{payment['id']}/refunds", body, version=payment["version"]), 201)
    assert (await trial_balance(world))["refunds_payable"] == -5_000
    for _ in range(2):
        await world.catch_up()
        world.clock.now += timedelta(minutes=1)
    (refund,) = stripe.refunds.values()
    (booked,) = ok(await world.biller.get(f"/v1/payments/{payment['id']}"))["refunds"]
    assert (booked["state"], booked["amount"], refund["amount"]) == ("done", usd(50), 5_000)
    assert not await changes(world, stripe, stripe.event("refund.created", refund))
    assert (await trial_balance(world))["processor_clearing"] == 17_500
    refund["status"] = "failed"
    assert await changes(world, stripe, stripe.event("refund.failed", refund))
    assert (await trial_balance(world))["refunds_payable"] == -5_000
    payment = ok(await world.biller.get(f"/v1/payments/{payment['id']}"))
    paid = f"/v1/payments/{payment['id']}/refunds/{booked['id']}/paid"
    ok(await world.biller.post(paid, version=payment["version"]))
    assert "refunds_payable" not in await trial_balance(world)
    said = await world.said_types(ANA)
    assert (said.count("RefundIssued"), said.count("RefundFailed")) == (2, 1)


async def test_a_chargeback_is_booked_as_it_goes_and_a_lost_one_is_owed_again(
    world: World, stripe: StripeStandIn
) -> None:
    """Withdrawn is told before opened, and opened comes again at the end."""
    await owes(world)
    payment = await pays(world, stripe)
    opened, withdrawn = stripe.disputes_payment(str(payment["reference"]))
    assert [await changes(world, stripe, each) for each in (withdrawn, opened)] == [True, False]
    balances = await trial_balance(world)
    assert (balances["disputed_funds"], balances["card_costs"]) == (22_500, 1_500)
    refused = await world.biller.post(
        f"/v1/payments/{payment['id']}/refunds",
        {"amount": usd(5), "reason": "goodwill"},
        version=payment["version"] + 1,
    )
    assert refusal(refused) == (409, "payment_disputed")
    lost = stripe.decides(opened["data"]["object"], "lost")
    assert [await changes(world, stripe, each) for each in (lost, withdrawn, opened, lost)] == [
        True,
        False,
        False,
        False,
    ]
    assert (await the_charge(world))["balance"] == usd(225)
    said = await world.said_types(ANA)
    assert [said.count(each) for each in ("PaymentDisputed", "PaymentDisputeClosed")] == [1, 1]
    assert "disputed_funds" not in await trial_balance(world)


async def test_a_dispute_told_before_its_payment_waits_for_it(world: World, stripe: StripeStandIn) -> None:
    await owes(world)
    paid = stripe.pays(await gets_link(world))
    opened, withdrawn = stripe.disputes_payment(paid["data"]["object"]["payment_intent"])
    for each in (withdrawn, opened):
        assert await changes(world, stripe, each)
    assert "disputed_funds" not in await trial_balance(world)
    assert await changes(world, stripe, paid)
    assert (await trial_balance(world))["disputed_funds"] == 22_500


async def test_what_is_none_of_ours_is_taken_and_changes_nothing(world: World, stripe: StripeStandIn) -> None:
    await owes(world)
    paid = stripe.pays(await gets_link(world))
    session = paid["data"]["object"]
    async with world.nothing_changes():
        for event in (
            {**paid, "account": "acct_somebodyelse"},
            {**paid, "livemode": True},
            stripe.event("payout.paid", {"id": "po_1", "object": "payout"}),
            stripe.event("checkout.session.completed", {**session, "client_reference_id": None}),
            stripe.event("checkout.session.completed", {**session, "payment_status": "unpaid"}),
        ):
            assert not await changes(world, stripe, event)
    unknown = stripe.event("checkout.session.completed", {**session, "client_reference_id": "no-link-of-ours"})
    assert refusal(await tells(world, stripe, unknown)) == (404, "payment_link_not_found")


async def test_what_stripe_did_not_sign_is_refused(world: World, stripe: StripeStandIn) -> None:
    await owes(world)
    paid = stripe.pays(await gets_link(world))
    body, now = json.dumps(paid, indent=2).encode(), wall_clock().timestamp()
    wrong = (
        "",
        "t=1,v1=",
        f"t={int(now)}",
        "v1=abc",
        stripe.signed(body, "whsec_of_somebody_else", at=now),
        stripe.signed(body, at=now - 301),
        stripe.signed(body + b" ", at=now),
        f"t={int(now)},t={int(now)},v1=00",
    )
    async with world.nothing_changes():
        for signature in wrong:
            assert refusal(await tells(world, stripe, paid, signature=signature)) == (422, "signature_invalid")
        garbled = await tells(world, stripe, {"no": "event"})
        assert refusal(garbled) == (422, "webhook_not_understood")
    assert ok(await tells(world, stripe, paid, signature=stripe.signed(body, "whsec_of_before", at=now)))["changed"]


async def test_what_a_lost_webhook_would_have_told_is_fetched(world: World, stripe: StripeStandIn) -> None:
    await owes(world)
    lost = stripe.pays(await gets_link(world))
    stripe.events.clear()  # it keeps them for thirty days
    world.clock.now += timedelta(days=1, minutes=15)
    session = stripe.sessions.pop(lost["data"]["object"]["id"])
    await world.catch_up()
    link = await the_link(world)
    assert (link["state"], link["refused"]) == ("open", "resource_missing"), "it may be another account's key"
    stripe.sessions[session["id"]] = session
    world.clock.now += timedelta(days=1)
    await world.catch_up()
    assert (await the_link(world))["state"] == "paid"
    assert await trial_balance(world) == {"processor_clearing": 22_500, "revenue_therapy": -22_500}
    assert not await changes(world, stripe, lost), "what comes late after all changes nothing"


async def later(world: World, stripe: StripeStandIn, by: timedelta) -> None:
    """It is so much later there, too, and what is due was done."""
    world.clock.now += by
    stripe.now = world.clock.now.timestamp()
    await world.catch_up()


async def test_lost_webhooks_of_a_payment_a_refund_and_a_dispute_are_fetched_as_events(
    world: World, stripe: StripeStandIn
) -> None:
    """More of them than stand on a page, beside those of a kind or a link that is none of ours."""
    await owes(world)
    lost = [stripe.pays(await gets_link(world))]
    intent = lost[0]["data"]["object"]["payment_intent"]
    for _ in range(7):
        stripe.event("customer.created", {"id": "cus_1"})
        stripe.event("checkout.session.expired", {"client_reference_id": "no-link-of-ours"})
        stripe.event("refund.created", {"no": "refund"})
    await later(world, stripe, timedelta(minutes=14))
    assert await charges_owed(world) == 22_500, "they may still come"
    await later(world, stripe, timedelta(minutes=16))
    assert (await the_link(world))["state"] == "paid"

    refund = {"id": "re_1", "payment_intent": intent, "amount": 2_500, "currency": "usd", "status": "succeeded"}
    lost += [stripe.event("refund.created", refund), *stripe.disputes_payment(intent)]
    await later(world, stripe, timedelta(minutes=30))
    balances = await trial_balance(world)
    assert (balances["disputed_funds"], balances["card_costs"], balances["goodwill_refunds"]) == (22_500, 1_500, 2_500)
    assert balances["processor_clearing"] == 22_500 - 2_500 - 22_500 - 1_500
    (dispute,) = stripe.disputes.values()
    lost.append(stripe.decides(dispute, "won"))
    await later(world, stripe, timedelta(minutes=30))
    (payment,) = ok(await world.biller.get("/v1/payments", patient_id=ANA))["items"]
    assert [each["state"] for each in payment["disputes"]] == ["won"]
    assert [await changes(world, stripe, each) for each in lost] == [False] * 5


async def charges_owed(world: World) -> int:
    return int((await the_charge(world))["balance"]["minor"])


async def test_after_a_month_of_silence_events_are_fetched_from_where_it_ended(
    world: World, stripe: StripeStandIn
) -> None:
    """Stripe does not know the last event any more; what followed is found by its time."""
    charge = await owes(world)
    body = {"patient_id": ANA, "charge_ids": [charge], "amount": usd(100)}
    ok(await world.biller.post("/v1/payment-links", body), 201)
    await world.catch_up()
    stripe.pays(str((await the_link(world))["address"]))
    await later(world, stripe, timedelta(minutes=30))
    assert await charges_owed(world) == 12_500
    await later(world, stripe, timedelta(days=31))
    ok(await world.biller.post("/v1/payment-links", {"patient_id": ANA}), 201)
    await world.catch_up()
    addresses = [each["address"] for each in ok(await world.biller.get("/v1/payment-links", patient_id=ANA))["items"]]
    for _ in range(7):
        stripe.event("checkout.session.expired", {"client_reference_id": "no-link-of-ours"})
    stripe.pays(str(addresses[-1]))
    await later(world, stripe, timedelta(minutes=30))
    assert await charges_owed(world) == 0


async def test_a_payout_is_matched_with_what_it_is_made_of(world: World, stripe: StripeStandIn) -> None:
    await owes(world)
    intent = (await pays(world, stripe))["reference"]
    refund = {"id": "re_1", "payment_intent": intent, "amount": 2_500, "currency": "usd", "status": "succeeded"}
    assert await changes(world, stripe, stripe.event("refund.created", refund))
    charge = {"id": "ch_1", "object": "charge", "payment_intent": intent}
    told = stripe.pays_out(
        ("charge", 22_500, 683, charge),
        ("refund", -2_500, 0, {"object": "refund", **refund}),
        ("charge", 1_000, 59, {"id": "ch_2", "object": "charge", "payment_intent": "pi_of_others"}),
        ("stripe_fee", 0, 200, {"id": "fee_1", "object": "fee"}),
    )
    assert [await changes(world, stripe, told) for _ in range(2)] == [True, False]
    by_hand = stripe.pays_out(by_hand=True)
    assert await changes(world, stripe, by_hand)
    await world.catch_up()
    await later(world, stripe, timedelta(minutes=30))
    found = {each["id"]: each for each in ok(await world.calling(Role.AUDITOR).get("/v1/payouts"))["items"]}
    payout, unmatched = (found[each["data"]["object"]["id"]] for each in (told, by_hand))
    assert (payout["state"], payout["amount"], payout["booked"]) == ("matched", usd(200.58), usd(193.17))
    assert (payout["fees"], payout["others"]) == (usd(6.83), usd(7.41))
    assert (unmatched["state"], unmatched["refused"]) == ("unmatched", "invalid_request_error")
    balances = await trial_balance(world)
    assert "processor_clearing" not in balances
    assert (balances["cash"], balances["card_costs"]) == (19_317, 683)
    exported = (await world.biller.get("/v1/ledger/export", format="csv")).text
    rows = list(csv.DictReader(exported.splitlines()))
    clearing = [each for each in rows if each["account"] == "processor_clearing"]
    assert sum(Decimal(each["debit"]) - Decimal(each["credit"]) for each in clearing) == 0
    of_it = [each for each in rows if each["cause_id"] == payout["cause_id"] and each["account"] == "cash"]
    assert sum(Decimal(each["debit"]) - Decimal(each["credit"]) for each in of_it) == Decimal("193.17")


async def test_a_payout_that_was_called_off_or_came_back_is_in_the_next_one(
    world: World, stripe: StripeStandIn
) -> None:
    await owes(world)
    intent = (await pays(world, stripe))["reference"]
    made = ("charge", 22_500, 683, {"id": "ch_1", "object": "charge", "payment_intent": intent})
    for word, movement in (("canceled", "payout_cancel"), ("failed", "payout_failure")):
        told = stripe.pays_out(made)
        assert await changes(world, stripe, told)
        await later(world, stripe, timedelta(minutes=30))
        back = {**told["data"]["object"], "status": word}
        assert await changes(world, stripe, stripe.event(f"payout.{word}", back))
        await later(world, stripe, timedelta(minutes=30))
        balances = await trial_balance(world)
        assert (balances["processor_clearing"], balances["card_costs"], "cash" in balances) == (21_817, 683, False)
        made = (movement, 21_817, 0, back)
    assert await changes(world, stripe, stripe.pays_out(made))
    await later(world, stripe, timedelta(minutes=30))
    await later(world, stripe, timedelta(minutes=30))
    balances = await trial_balance(world)
    assert "processor_clearing" not in balances
    assert (balances["cash"], balances["card_costs"]) == (21_817, 683)
    states = [each["state"] for each in ok(await world.calling(Role.AUDITOR).get("/v1/payouts"))["items"]]
    assert states == ["matched", "failed", "failed"]


async def test_a_deposit_waits_for_its_visit(world: World, stripe: StripeStandIn) -> None:
    await has_patient(world)
    visit = await books(world, local(14, 9, month=12))
    address = await gets_link(world, appointment_id=visit["appointment_id"], amount=usd(100))
    assert await changes(world, stripe, stripe.pays(address))
    assert await trial_balance(world) == {"processor_clearing": 10_000, "deposits": -10_000}


async def test_a_patient_reaches_no_link_but_their_own(world: World) -> None:
    await owes(world)
    other = world.patient("0199e0a0-0000-7000-8000-0000000000b1")
    assert refusal(await other.post("/v1/payment-links", {"patient_id": ANA}))[0] in {403, 404}
    await gets_link(world)
    link = await the_link(world)
    assert refusal(await other.get(f"/v1/payment-links/{link['id']}"))[0] in {403, 404}
    assert ok(await world.patient(ANA).get(f"/v1/payment-links/{link['id']}"))["address"]
    assert (await world.calling(Role.NURSE).get("/v1/payment-links", patient_id=ANA)).status_code == 403


async def test_without_a_processor_everything_else_works(store_url: str, database: str) -> None:
    async with running(store_url, database) as world:
        await owes(world)
        assert refusal(await world.biller.post("/v1/payment-links", {"patient_id": ANA})) == (409, "no_card_processor")
        gone = await world.client.post(EVENTS, json={})
        assert refusal(gone) == (404, "card_processor_not_found")
        await world.catch_up()
