"""What a biller looks at and works with in a browser: what waits, one account in words, the month's end."""

from datetime import timedelta
from typing import Any

import pytest

from billing.domain.money import Money
from billing.domain.processing import RefundState
from billing.entrypoints.pages import accounts, money
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.testing.calling import ISSUER
from careflow_service.testing.visiting import Page, Visitor
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import (
    bill,
    books,
    charges,
    estimates,
    has_patient,
    is_insured,
    missed,
    ok,
    pays,
    the_charge,
    trial_balance,
)
from services.billing.tests.heard import THERAPY_HOUR, registered, session_completed
from services.billing.tests.integration.test_tasks import tells_all
from services.billing.tests.world import World, takes_cards

MONEY = "/pages/money"
ACCOUNT = f"{MONEY}/{ANA}"
OTHER = "0199e0a0-0000-7000-8000-0000000000b2"


async def logs_in(world: World, role: Role = Role.BILLER, to: str = MONEY, languages: str = "en-US") -> Visitor:
    world.client.cookies.clear()
    someone = Visitor(world.client, languages)
    asked = await someone.opens(to)
    (button,) = asked.forms[0].buttons
    await someone.presses(asked, button, token=ISSUER.token(role, subject=f"user-{role}"))
    return someone


async def owes(world: World) -> dict[str, Any]:
    """Ana has an hour of therapy behind her, which is charged."""
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    return dict(await the_charge(world))


def with_another_key(page: Page) -> Page:
    """As it stands in another tab."""
    for form in page.forms:
        if "key" in form.fields:
            form.fields["key"] = new_id()
    return page


async def payments(world: World) -> list[Any]:
    return list(ok(await world.biller.get("/v1/payments", patient_id=ANA))["items"])


async def superbills(world: World) -> list[Any]:
    return list(ok(await world.biller.get("/v1/superbills", patient_id=ANA))["items"])


async def test_an_empty_clinic_says_that_nothing_waits(world: World) -> None:
    page = await (await logs_in(world)).opens(MONEY)
    assert page.h1 == "What waits for a biller"
    for said in ("Nobody owes anything.", "All money is for something.", "Month's end of October 2026", "not begun"):
        assert said in page.text


async def test_what_waits_is_listed_by_name_and_leads_to_the_account_in_words(world: World) -> None:
    await owes(world)
    biller = await logs_in(world)
    page = await biller.opens(MONEY)
    assert "Owes $225.00, for services since November 23, 2026." in page.text
    readings = world.store.database["_audit"].count_documents
    before = await readings({"action": "read_account"})
    account = await biller.follows(page, "Ana Rivera")
    assert await readings({"action": "read_account"}) == before + 1
    assert account.h1 == "Ana Rivera"
    assert "Owes $225.00." in account.text
    assert "Charged: Visit, November 23, 2026" in account.text
    await pays(world, 300)
    paid = await biller.opens(ACCOUNT)
    for said in ("Owes nothing.", "$75.00 is paid and free", "Money that is for nothing yet", "Payment, Cash"):
        assert said in paid.text
    biller.languages = "es-US"
    assert (await biller.opens(MONEY)).h1 == "Lo que espera a facturación"
    assert "No debe nada." in (await biller.opens(ACCOUNT)).text


async def test_a_superbill_that_lacks_something_is_listed_with_what_is_missing(world: World) -> None:
    await world.hear(registered(complete=False))
    await is_insured(world)
    await world.hear(session_completed(THERAPY_HOUR))
    biller = await logs_in(world)
    listed = await biller.opens(f"{MONEY}?of=superbill_due")
    for lacking in ("the patient's sex", "the patient's address", "a diagnosis: a clinician records it"):
        assert lacking in listed.text
    refused = await biller.presses(
        await biller.opens(f"{ACCOUNT}/superbill"),
        "Issue a superbill",
        **{f"charge_ids.{(await the_charge(world))['id']}": "1", "disclose_diagnoses": "yes"},
    )
    assert refused.status == 409
    assert "A payer would refuse this superbill." in refused.text
    assert "the patient's address" in refused.text
    assert await superbills(world) == []


async def test_a_superbill_is_issued_voided_and_issued_again(world: World) -> None:
    charge = await owes(world)
    biller = await logs_in(world)
    form = await biller.opens(f"{ACCOUNT}/superbill")
    chosen = {f"charge_ids.{charge['id']}": "1", "disclose_diagnoses": "yes"}
    issued = await biller.presses(form, "Issue a superbill", **chosen)
    assert "The superbill is issued." in issued.text
    await biller.presses(form, "Issue a superbill", **chosen)
    (first,) = await superbills(world)
    assert "Every service of an insured patient is on a superbill." in (await biller.opens(MONEY)).text
    for path in ("", "/claim-sheets"):
        pdf = await world.client.get(f"{ACCOUNT}/superbills/{first['id']}{path}")
        assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
    voided = await biller.presses(
        await biller.follows(issued, "Void the superbill"), "Void the superbill", reason="details_wrong"
    )
    assert "The superbill is void." in voided.text
    assert "Services on no superbill: 1." in voided.text
    await biller.presses(await biller.opens(f"{ACCOUNT}/superbill"), "Issue a superbill", **chosen)
    void, again = await superbills(world)
    assert (void["state"], void["replaced_by"], again["edition"]) == ("void", again["id"], 2)


async def test_a_payment_goes_where_the_payer_says_and_a_second_click_is_the_same_payment(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    await world.hear(session_completed(THERAPY_HOUR, at=local(20, 8)))
    biller = await logs_in(world)
    form = await biller.opens(f"{ACCOUNT}/payment")
    assert form.form("Record a payment").fields["amount"] == "450.00"
    earlier = (await charges(world))[0]["id"]
    said = {"amount": "$1,00.00", "method": "check", "reference": "check 77", "meant_for": earlier}
    wrong = await biller.presses(form, "Record a payment", **said)
    assert wrong.status == 422
    assert "Please write an amount such as 225.00." in wrong.text
    assert wrong.form("Record a payment").fields["reference"] == "check 77"
    said["amount"] = "225.00"
    for _ in range(2):
        paid = await biller.presses(wrong, "Record a payment", **said)
        assert "The payment is recorded." in paid.text
    (payment,) = await payments(world)
    assert [each["charge_id"] for each in payment["allocations"]] == [earlier]


async def test_what_was_entered_by_mistake_is_taken_out_and_nobody_is_said_to_have_it(world: World) -> None:
    await owes(world)
    await pays(world, 225)
    (payment,) = await payments(world)
    biller = await logs_in(world)
    form = await biller.opens(f"{ACCOUNT}/refund?about={payment['id']}")
    page = await biller.presses(form, "Give money back", amount="25.00", reason="entered_in_error")
    assert "Taken out $25.00, November 23, 2026. It never came: entered in error." in page.text
    assert not any(said in page.text for said in ("The patient has it", "Given back $25.00"))
    assert "$225.00 of the patient's money is put to a charge" in page.text
    assert "of the patient's money is put to that charge no longer" in page.text


async def test_a_card_number_is_refused_and_not_shown_again(world: World) -> None:
    await has_patient(world)
    biller = await logs_in(world)
    form = await biller.opens(f"{ACCOUNT}/payment")
    card = "4242 4242 4242 4242"
    async with world.nothing_changes():
        refused = await biller.presses(form, "Record a payment", amount="12.50", method="check", reference=card)
        assert (await world.client.get(f"{ACCOUNT}/refund", params={"about": card.replace(" ", "")})).status_code == 422
    assert refused.status == 422
    assert "This looks like a card number" in refused.text
    assert refused.form("Record a payment").fields["amount"] == "12.50"
    assert "42424242" not in refused.html + world.logs.getvalue()


async def test_a_payment_without_its_reference_says_so_at_that_field(world: World) -> None:
    await has_patient(world)
    biller = await logs_in(world)
    form = await biller.opens(f"{ACCOUNT}/payment")
    unnamed = await biller.presses(form, "Record a payment", amount="12.50", method="hsa_fsa")
    assert unnamed.status == 422
    assert "reference-fault" in unnamed.refers
    assert (
        "nothing was posted, and nothing was owed at its end"
        in (await biller.presses(await biller.opens(f"{ACCOUNT}/statement"), "Issue a statement")).text
    )


async def test_what_a_refusal_says_is_read_where_it_was_typed(world: World) -> None:
    await has_patient(world)
    payment = await pays(world, 50)
    biller = await logs_in(world)
    form = await biller.opens(f"{ACCOUNT}/refund?about={payment['payment_id']}")
    more = await biller.presses(form, "Give money back", amount="60.00", reason="overpaid")
    assert more.status == 409
    assert ("amount-fault" in more.refers, "No more can be given back than was received." in more.text) == (True, True)
    assert more.form("Give money back").fields["amount"] == "60.00"
    done = await biller.presses(more, "Give money back", amount="50.00", reason="overpaid")
    assert "Given back $50.00" in done.text
    assert (await trial_balance(world)) == {}


async def test_a_form_that_was_overtaken_is_told_so_and_may_be_sent_again(world: World) -> None:
    charge = await owes(world)
    biller = await logs_in(world)
    form = await biller.opens(f"{ACCOUNT}/write-off?about={charge['id']}")
    await pays(world, 25)
    stale = await biller.presses(form, "Write off", amount="200.00", reason="hardship")
    assert stale.status == 412
    assert "This was changed meanwhile" in stale.text
    assert stale.form("Write off").fields["amount"] == "200.00"
    done = await biller.presses(stale, "Write off", amount="200.00", reason="hardship")
    assert "It is written off." in done.text
    assert "Price $225.00, paid $25.00. $200.00 is not asked for." in done.text
    assert "Owes nothing." in done.text


async def test_a_charge_waits_until_it_is_said_who_covers_the_patient(world: World) -> None:
    await has_patient(world, insured=False)
    await world.hear(session_completed(THERAPY_HOUR))
    biller = await logs_in(world)
    page = await biller.opens(ACCOUNT)
    assert "Nobody has asked who covers the patient." in page.text
    form = await biller.follows(page, "Say who covers the patient")
    wrong = await biller.presses(form, "Say who covers the patient", kind="commercial", payer="Example Health Plan")
    assert (wrong.status, wrong.form("Say who covers the patient").fields["payer"]) == (422, "Example Health Plan")
    assert "An insurance has a payer and a member id" in wrong.text
    for _ in range(2):
        said = await biller.presses(
            wrong, "Say who covers the patient", kind="commercial", payer="Example Health Plan", member_id="XEH9"
        )
        assert "Owes $225.00." in said.text


async def test_an_estimate_is_asked_for_issued_and_delivered(world: World) -> None:
    await has_patient(world)
    biller = await logs_in(world)
    form = await biller.opens(f"{ACCOUNT}/estimate")
    nothing = await biller.presses(form, "Ask for an estimate")
    assert "Say how many visits of a kind that has a price." in nothing.text
    page = await biller.presses(with_another_key(nothing), "Ask for an estimate", dosing="6")
    assert "Issue it, then give it to the patient." in page.text
    page = await biller.presses(await biller.follows(page, "Issue the estimate"), "Issue the estimate")
    handing = await biller.follows(page, "The patient got the estimate")
    page = await biller.presses(handing, "The patient got the estimate", way="paper")
    assert "Given to the patient November 23, 2026." in page.text
    (estimate,) = await estimates(world)
    pdf = await world.client.get(f"{ACCOUNT}/estimates/{estimate['id']}")
    assert pdf.content.startswith(b"%PDF")
    late = await biller.presses(with_another_key(handing), "The patient got the estimate", way="paper")
    assert late.status == 409
    assert "The patient has got the latest version already." in late.text


async def test_a_fee_is_waived_and_a_link_closed(world: World) -> None:
    charge = await owes(world)
    assert charge["balance"]["minor"] == 22_500
    takes_cards(world)
    await missed(world, await books(world, local(24, 9)))
    biller = await logs_in(world)
    page = await biller.presses(await biller.opens(f"{ACCOUNT}/payment-link"), "Make a payment link")
    assert "The processor is being asked" in page.text
    listed = await biller.opens(f"{MONEY}?of=undecided_link")
    assert "Ana Rivera $225.00 · The processor is being asked" in listed.text
    twice = await biller.presses(await biller.opens(f"{ACCOUNT}/payment-link"), "Make a payment link")
    assert (twice.status, "Close it first." in twice.text) == (409, True)
    closed = await biller.presses(await biller.follows(page, "Close the payment link"), "Close the payment link")
    assert "The link is being closed." in closed.text
    waived = await biller.presses(await biller.follows(closed, "Waive the fee"), "Waive the fee", reason="emergency")
    assert "The fee is waived." in waived.text


async def test_a_statement_that_was_not_paid_in_time_is_overdue(world: World) -> None:
    await owes(world)
    world.clock.now = local(1, 9, month=12)
    biller = await logs_in(world)
    page = await biller.presses(await biller.opens(f"{ACCOUNT}/statement"), "Issue a statement")
    assert "The statement is issued." in page.text
    assert "was to be paid by" not in page.text
    (paper,) = ok(await world.biller.get("/v1/papers", patient_id=ANA))["items"]
    pdf = await world.client.get(f"{ACCOUNT}/papers/{paper['id']}")
    assert pdf.content.startswith(b"%PDF")
    world.clock.now += timedelta(days=world.ports.policy.statement_due_days.value + 1)
    biller = await logs_in(world)
    assert "$225.00 of it was to be paid by" in (await biller.opens(MONEY)).text
    assert "$225.00 of it was to be paid by" in (await biller.opens(ACCOUNT)).text


async def test_a_months_end_is_begun_once_and_watched(world: World) -> None:
    await owes(world)
    await world.hear(registered().model_copy(update={"patient_id": OTHER}))
    world.clock.now = local(1, 9, month=12)
    biller = await logs_in(world)
    page = await biller.follows(await biller.opens(MONEY), "Month's end")
    begun = await biller.presses(page, "Begin: November 2026")
    assert "Under way: 0 of about 2 accounts are done." in begun.text
    assert begun.headers["refresh"].startswith("5; url=month-end?")
    await biller.presses(page, "Begin: November 2026")
    await world.catch_up()
    done = await biller.opens(f"{MONEY}/month-end?month=2026-11")
    assert "Finished" in done.text
    assert not [each for each in done.forms if "Begin again" in str(each.buttons)]
    early = await biller.presses(with_another_key(page), "Begin: November 2026", month="2026-12")
    assert (early.status, "The month is not over yet." in early.text) == (409, True)


async def test_what_the_processor_could_not_give_back_is_paid_otherwise(world: World) -> None:
    await owes(world)
    desk = takes_cards(world)
    link = ok(await world.biller.post("/v1/payment-links", {"patient_id": ANA}), 201)
    await world.catch_up()
    paid = desk.is_paid(link["id"], Money(22_500))
    assert paid is not None
    await tells_all(world, desk.news)
    (payment,) = await payments(world)
    biller = await logs_in(world)
    form = await biller.opens(f"{ACCOUNT}/refund?about={payment['id']}")
    page = await biller.presses(form, "Give money back", amount="25.00", reason="goodwill")
    assert "The processor is to be told." in page.text
    await world.catch_up()
    (sent,) = desk.payments[paid].refunds
    desk.refund_becomes(paid, sent, RefundState.FAILED)
    await tells_all(world, desk.news)
    form = await biller.follows(await biller.opens(ACCOUNT), "A refund was paid by other means")
    (refund,) = (await payments(world))[0]["refunds"]
    page = await biller.presses(form, "A refund was paid by other means", refund_id=refund["id"])
    assert "The refund is recorded as paid." in page.text


async def test_a_long_account_and_a_long_list_are_read_page_by_page(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "SHOWN", 2)
    monkeypatch.setattr(money, "SHOWN", 2)
    await has_patient(world)
    for dollars in (10, 11, 12):
        await pays(world, dollars)
        world.clock.now += timedelta(minutes=1)
    biller = await logs_in(world)
    page = await biller.opens(ACCOUNT)
    assert ("$10.00, Cash" in page.text, "$12.00, Cash" in page.text) == (False, True)
    rest = await biller.follows(page, "Earlier payments")
    assert ("$10.00, Cash" in rest.text, "$12.00, Cash" in rest.text) == (True, False)
    listed = await biller.opens(f"{MONEY}?of=money_unapplied")
    rest = await biller.follows(listed, "More: Money that is for nothing yet")
    assert (listed.text.count("Ana Rivera"), rest.text.count("Ana Rivera")) == (2, 1)
    assert "From the start" in rest.links


async def test_nobody_but_billers_sees_money(world: World) -> None:
    await has_patient(world)
    for role in (Role.COORDINATOR, Role.NURSE, Role.OPERATOR):
        someone = await logs_in(world, role)
        for path in (MONEY, ACCOUNT, f"{ACCOUNT}/payment", f"{MONEY}/month-end"):
            page = await someone.opens(path)
            assert page.status == 403
            assert "Rivera" not in page.text


async def test_what_is_of_another_patient_is_not_reached_by_this_ones_page(world: World) -> None:
    charge = await owes(world)
    superbill = ok(await world.biller.post("/v1/superbills", bill(charge["id"])), 201)["superbill_id"]
    payment = (await pays(world, 10))["payment_id"]
    await world.hear(registered().model_copy(update={"patient_id": OTHER}))
    biller = await logs_in(world)
    assert (await biller.opens(f"{MONEY}/{OTHER}/payment")).status == 200
    for path in (
        f"{MONEY}/{OTHER}/refund?about={payment}",
        f"{MONEY}/{OTHER}/void?about={superbill}",
        f"{MONEY}/{OTHER}/write-off?about={charge['id']}",
        f"{MONEY}/{OTHER}/superbills/{superbill}",
        f"{MONEY}/{new_id()}",
    ):
        assert (await biller.opens(path)).status == 404, path
    for path in (f"{ACCOUNT}/refund", f"{ACCOUNT}/payment?about={payment}"):
        assert (await biller.opens(path)).status == 422, path


async def test_payouts_of_the_processor_are_seen_with_what_they_are_made_of(world: World) -> None:
    await owes(world)
    desk = takes_cards(world)
    biller = await logs_in(world)
    page = await biller.follows(await biller.opens(MONEY), "Payouts of the card processor")
    assert "Nothing was paid out yet" in page.text
    link = ok(await world.biller.post("/v1/payment-links", {"patient_id": ANA}), 201)
    await world.catch_up()
    desk.is_paid(link["id"], Money(22_500))
    desk.pays_out(Money(-900))
    await tells_all(world, desk.news)
    assert "Being booked" in (await biller.opens(f"{MONEY}/payouts")).text
    world.clock.now += timedelta(minutes=30)
    await world.catch_up()
    page = await biller.opens(f"{MONEY}/payouts")
    assert "$209.17 · Matched" in page.text
    assert "Booked $218.17, after $6.83 kept as fees; of none of our payments -$9.00." in page.text
    assert "$225.00 left the card processor for the bank, with its fee" in (await biller.opens(ACCOUNT)).text


async def test_a_processor_that_does_not_answer_is_seen_until_it_does(world: World) -> None:
    desk = takes_cards(world)
    await world.catch_up()
    biller = await logs_in(world)
    assert "has not answered" not in (await biller.opens(MONEY)).text
    desk.away = True
    world.clock.now += timedelta(minutes=15)
    await world.catch_up()
    world.clock.now += timedelta(minutes=2)
    await world.catch_up()
    assert "has not answered since Mon, November 23, 9:15" in (await biller.opens(MONEY)).text
    desk.away = False
    world.clock.now += timedelta(minutes=15)
    await world.catch_up()
    assert "has not answered" not in (await biller.opens(MONEY)).text
