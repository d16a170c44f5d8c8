"""A patient sees in a browser what they owe and why, gets their papers and pays, by a link and their birth date."""

from datetime import timedelta
from typing import Any

import pytest

from billing.domain.money import Money
from billing.entrypoints.http.access import ACCESS
from billing.entrypoints.pages import my_account
from careflow_events import contracts
from careflow_events.contracts import PatientErased, PatientErasureRequested, codes
from careflow_service.http.access import Where
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.testing.visiting import Page, Visitor
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import (
    bill,
    books,
    buys_package,
    estimates,
    has_patient,
    issue,
    missed,
    ok,
    pays,
    refusal,
    the_charge,
    usd,
)
from services.billing.tests.heard import (
    BORN,
    THERAPY_HOUR,
    details_changed,
    later,
    registered,
    session_completed,
    visit,
)
from services.billing.tests.integration.test_money_pages import ACCOUNT, MONEY, logs_in
from services.billing.tests.integration.test_tasks import tells_all
from services.billing.tests.overtaken_processing import a_disputed, begins_dispute
from services.billing.tests.reimbursed import opens
from services.billing.tests.world import World, takes_cards

MINE = "/pages/papers"
RIGHT = {
    "birth_date_month": str(BORN.month),
    "birth_date_day": str(BORN.day),
    "birth_date_year": str(BORN.year),
}
WRONG = {**RIGHT, "birth_date_year": "1989"}
KEPT_AND_FREE = (("$40.00", "kept for a visit to come."), ("$25.00", "free for whatever comes."))
BEN = "0199e0a0-0000-7000-8000-0000000000b2"


async def link_of(world: World, patient_id: str = ANA) -> str:
    made = ok(await world.calling(Role.COORDINATOR).post(f"/v1/accounts/{patient_id}/links"), 201)
    return str(made["path"])


async def comes_in(world: World, patient_id: str = ANA) -> tuple[Visitor, Page]:
    world.client.cookies.clear()
    someone = Visitor(world.client)
    page = await someone.presses(await someone.opens(await link_of(world, patient_id)), "Continue", **RIGHT)
    return someone, page


async def owes(world: World) -> Any:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    return await the_charge(world)


async def gets(world: World, page: Page, link: str) -> bytes:
    """A paper, as it is downloaded."""
    answer = await world.client.get(f"{MINE}/{page.links[link].partition('papers/')[2]}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert "Rivera" not in answer.headers["content-disposition"]
    return answer.content


async def test_an_empty_account_says_why(world: World) -> None:
    await has_patient(world)
    _, page = await comes_in(world)
    assert (page.status, page.h1) == (200, "Your account")
    for said in (
        "You owe nothing.",
        "Nothing is waiting: no payment, no estimate, no visit.",
        "You have no estimate yet. You get one when",
        "You have no superbill yet.",
        "You have none yet. You get a statement for a month",
        "You have paid nothing yet.",
        "Nothing was charged or paid yet.",
    ):
        assert said in page.text


async def test_what_is_owed_is_told_in_words_with_what_came_and_what_is_next(world: World) -> None:
    await owes(world)
    await pays(world, 25)
    await missed(world, await books(world, local(25, 9)))
    await books(world, local(14, 9, month=12))
    _, page = await comes_in(world)
    for said in (
        "You owe $200.00.",
        "Visit, November 23, 2026: $200.00",
        "Price $225.00, paid $25.00.",
        "Charged: Visit, November 23, 2026",
        "November 23, 2026: $25.00, Cash",
        "Dosing visit, Mon, December 14, 9:00",
        "Fee for a missed visit, November 25, 2026: nothing is charged, because it is the first time.",
        "You get an estimate by",
        "$400.00 or more above your good-faith estimate",
        "within 120 days",
    ):
        assert said in page.text, said
    assert "F33.2" not in page.html


async def test_every_paper_is_there_to_download_as_it_was_issued(world: World) -> None:
    charge = await owes(world)
    ok(await world.biller.post("/v1/superbills", bill(charge["id"])), 201)
    await books(world, local(14, 9, month=12))
    await issue(world, (await estimates(world))[0])
    receipt = ok(await world.biller.post("/v1/receipts", {"payment_id": (await pays(world, 25))["payment_id"]}), 201)
    world.clock.now = local(1, 9, month=12)
    ok(await world.biller.post("/v1/statements", {"patient_id": ANA, "month": "2026-11"}), 201)
    _, page = await comes_in(world)
    assert "Please pay $200.00 by December 31, 2026" in page.text
    for link in (
        "Superbill SB-2026-0002 (PDF)",
        "SB-2026-0002 on claim sheets (PDF)",
        "Receipt RC-2026-0001 (PDF)",
        "Statement ST-2026-0001 (PDF)",
        "Estimate, version 1 of November 23, 2026 (PDF)",
    ):
        assert (await gets(world, page, link)).startswith(b"%PDF-")
    stored = await world.biller.get(f"/v1/papers/{receipt['paper_id']}/pdf")
    assert await gets(world, page, "Receipt RC-2026-0001 (PDF)") == stored.content
    world.clock.now = local(4, 9, month=1, year=2027)
    _, page = await comes_in(world)
    assert "$200.00 was to be paid by December 31, 2026." in page.text


async def test_a_patient_gets_a_receipt_of_what_they_paid_without_asking_anybody(world: World) -> None:
    """Pressed again while nothing has changed it is the same one: numbers have no gaps."""
    await owes(world)
    for amount in (25, 50):
        await pays(world, amount)
    someone, page = await comes_in(world)
    for _ in range(2):
        got = await someone.presses(page, "Get a receipt")
        assert (got.status, "Your receipt is among your papers." in got.text) == (200, True)
    assert [each["number"] for each in ok(await world.biller.get("/v1/papers", patient_id=ANA))["items"]] == [
        "RC-2026-0001"
    ]
    assert (await gets(world, got, "Receipt RC-2026-0001 (PDF)")).startswith(b"%PDF-")
    payments = ok(await world.biller.get("/v1/payments", patient_id=ANA))["items"]
    ids = {f"payments/{each['id']}/receipt" for each in payments}
    assert all(any(each in form.action for each in ids) for form in got.forms if "Get a receipt" in form.buttons)


async def test_a_patient_pays_by_card_and_pressing_twice_makes_one_link(world: World) -> None:
    await owes(world)
    desk = takes_cards(world)
    someone, page = await comes_in(world)
    pressed = await someone.presses(page, "Pay $225.00 by card")
    assert "is being made" in pressed.text
    again = await someone.presses(page, "Pay $225.00 by card")
    assert again.text == pressed.text
    await world.catch_up()
    paying = await someone.follows(pressed, "Look again")
    assert paying.links["Pay $225.00 by card now"].startswith("https://pay.example/")
    (link,) = ok(await world.biller.get("/v1/payment-links", patient_id=ANA))["items"]
    other_tab = page
    other_tab.form("Pay $225.00 by card").fields["key"] = new_id()
    refused = await someone.presses(other_tab, "Pay $225.00 by card")
    assert (refused.status, "There is a page for paying already." in refused.text) == (409, True)
    await pays(world, 25)
    assert "This is more than you owe now." in (await someone.opens(MINE)).text
    desk.is_paid(link["id"], Money(22_500))
    await tells_all(world, desk.news)
    paid = await someone.opens(MINE)
    assert "You owe nothing. $25.00 you paid is free for whatever comes" in paid.text
    visit = await books(world, local(14, 9, month=12))
    await pays(world, 40, appointment_id=visit["appointment_id"])
    kept = await someone.opens(MINE)
    assert all(f"{what} of it is {meant}" in kept.text for what, meant in KEPT_AND_FREE)


async def test_without_a_processor_nobody_is_asked_for_a_card(world: World) -> None:
    await owes(world)
    _, page = await comes_in(world)
    assert "You pay at the clinic, or call" in page.text
    assert not page.forms
    pressed = await world.client.post(f"{MINE}/owed/pay", data={"key": "k"})
    assert (pressed.status_code, "We take no cards online." in pressed.text) == (409, True)


async def test_what_is_in_dispute_is_said_and_not_asked_for(world: World) -> None:
    takes_cards(world)
    ok(await begins_dispute(world, await a_disputed(world)))
    someone, page = await comes_in(world)
    assert "Nothing is asked for until your dispute is decided." in page.text
    pressed = await world.client.post(f"{MINE}/owed/pay", data={"key": "k"})
    assert (pressed.status_code, "Nothing is to be paid now." in pressed.text) == (409, True)
    await world.hear(session_completed(THERAPY_HOUR, at=local(20, 8)))
    page = await someone.opens(MINE)
    assert "You dispute this bill. You need not pay it until that is decided." in page.text
    assert "Pay $225.00 by card" in page.form("Pay $225.00 by card").buttons
    await someone.presses(page, "Pay $225.00 by card")
    (link,) = ok(await world.biller.get("/v1/payment-links", patient_id=ANA))["items"]
    assert link["amount"] == usd(225)


async def test_what_a_statement_asked_for_is_asked_for_by_nobody_once_it_is_in_dispute(world: World) -> None:
    takes_cards(world)
    await a_disputed(world)
    ok(await world.biller.post("/v1/payment-links", {"patient_id": ANA}), 201)
    await world.catch_up()
    world.clock.now = local(1, 9, month=12)
    ok(await world.biller.post("/v1/statements", {"patient_id": ANA, "month": "2026-11"}), 201)
    (estimate,) = await estimates(world)
    owed = (await the_charge(world))["balance"]["minor"]
    ok(await begins_dispute(world, estimate))
    _, page = await comes_in(world)
    assert "Please pay" not in page.text
    assert not any(link.startswith("Pay ") for link in page.links)
    world.clock.now += timedelta(days=world.ports.policy.statement_due_days.value + 1)
    _, page = await comes_in(world)
    assert "was to be paid by" not in page.text
    biller = await logs_in(world)
    for of_the_biller in (ACCOUNT, MONEY):
        page = await biller.opens(of_the_biller)
        assert ("it is disputed" in page.text, "was to be paid by" in page.text) == (True, False)
    (estimate,) = await estimates(world)
    decided = {"outcome": "lowered", "adjusted": {"minor": owed - 10_000, "currency": "USD"}}
    path = f"/v1/estimates/{estimate['id']}/dispute/close"
    ok(await world.biller.post(path, decided, version=estimate["version"]))
    _, page = await comes_in(world)
    assert "Your dispute ended on January 1, 2027: you pay less." in page.text
    assert "that was billed you pay" in page.text
    biller = await logs_in(world)
    assert "is to be paid: the rest is written off, or given back." in (await biller.opens(ACCOUNT)).text


async def test_what_never_came_or_the_bank_took_is_not_said_to_be_with_the_patient(world: World) -> None:
    desk = takes_cards(world)
    await owes(world)
    link = ok(await world.biller.post("/v1/payment-links", {"patient_id": ANA}), 201)
    await world.catch_up()
    paid = desk.is_paid(link["id"], Money(22_500))
    assert paid is not None
    await tells_all(world, desk.news)
    (payment,) = ok(await world.biller.get("/v1/payments", patient_id=ANA))["items"]
    refunds = "/v1/payments/{}/refunds"
    goodwill = {"amount": usd(100), "reason": "goodwill"}
    ok(await world.biller.post(refunds.format(payment["id"]), goodwill, version=payment["version"]), 201)
    await world.catch_up()
    desk.decides(paid, desk.is_disputed(paid, Money(12_500)), won=False)
    await tells_all(world, desk.news)
    cash = await pays(world, 25)
    mistake = {"amount": usd(25), "reason": "entered_in_error"}
    ok(await world.biller.post(refunds.format(cash["payment_id"]), mistake, version=cash["version"]), 201)
    _, page = await comes_in(world)
    for said in (
        "You owe $125.00.",
        "Price $225.00, paid $0.00. $100.00 of it we do not ask for.",
        "Given back $100.00, November 23, 2026. You have it.",
        "Taken out $125.00, November 23, 2026. Taken back by the card's bank.",
        "Taken out $25.00, November 23, 2026. It never came: entered in error.",
    ):
        assert said in page.text, said
    assert page.text.count("You have it.") == 1


async def test_a_biller_makes_the_link_on_the_accounts_page(world: World) -> None:
    await has_patient(world)
    biller = await logs_in(world)
    made = await biller.presses(await biller.opens(f"{ACCOUNT}/account-link"), "Make a link to hand over")
    assert "The link is made." in made.text
    address = next(word for word in made.text.split() if word.startswith(f"{MINE}/"))
    world.client.cookies.clear()
    page = await biller.presses(await biller.opens(address), "Continue", **RIGHT)
    assert page.h1 == "Your account"
    await world.travel(timedelta(days=31))
    assert MINE not in (await (await logs_in(world)).opens(ACCOUNT)).text


async def test_who_has_the_link_alone_learns_nothing_and_is_out_after_five_wrong_dates(world: World) -> None:
    await owes(world)
    link, someone = await link_of(world), Visitor(world.client)
    asks = await someone.opens(link)
    for _ in range(5):
        asks = await someone.presses(asks, "Continue", **WRONG)
        assert (asks.status, "$" in asks.text) == (422, False)
    assert (await someone.presses(asks, "Continue", **RIGHT)).status == 404
    assert (await someone.opens(MINE)).status == 401


async def test_a_link_ends_a_sitting_ends_and_a_corrected_birth_date_counts(world: World) -> None:
    await has_patient(world)
    link, someone = await link_of(world), Visitor(world.client)
    await world.hear(details_changed(born=BORN.replace(year=1989)))
    assert (await someone.presses(await someone.opens(link), "Continue", **WRONG)).status == 200
    world.clock.advance(timedelta(minutes=15))
    assert (await someone.opens(MINE)).status == 401
    world.clock.advance(timedelta(days=30))
    assert (await someone.opens(link)).status == 404
    assert (await someone.opens(f"{MINE}/nothing.0000")).status == 404


async def test_no_link_is_made_while_nobody_could_show_that_it_is_theirs(world: World) -> None:
    await world.hear(session_completed(THERAPY_HOUR))
    assert refusal(await world.biller.post(f"/v1/accounts/{ANA}/links")) == (409, "birth_date_unknown")
    assert refusal(await world.biller.post(f"/v1/accounts/{BEN}/links")) == (404, "account_not_found")
    assert refusal(await world.patient(ANA).post(f"/v1/accounts/{ANA}/links")) == (403, "forbidden")


async def test_nothing_of_anybody_else_is_there(world: World) -> None:
    """Every page that names something, with what is another patient's."""
    charge = await owes(world)
    superbill = ok(await world.biller.post("/v1/superbills", bill(charge["id"])), 201)["superbill_id"]
    case = (await opens(world, superbill))["id"]
    payment = (await pays(world, 25))["payment_id"]
    receipt = ok(await world.biller.post("/v1/receipts", {"payment_id": payment}), 201)
    await books(world, local(14, 9, month=12))
    estimate = (await issue(world, (await estimates(world))[0]))["id"]
    anas = {"paper_id": receipt["paper_id"], "superbill_id": superbill, "estimate_id": estimate, "case_id": case}
    anas["payment_id"] = payment
    await world.hear(registered().model_copy(update={"patient_id": BEN}))
    _, page = await comes_in(world, BEN)
    assert "You owe nothing." in page.text
    tried = [row for row, rule in ACCESS.items() if MINE in row and rule.own and rule.own.where is Where.OBJECT]
    for row in tried:
        method, path = row.split(" ", 1)
        if method == "GET":
            assert (await world.client.get(path.format(**anas))).status_code == 404, row
        else:
            body = {"key": new_id(), "version": "1", "stage": "internal", "reason": "other"}
            body["notice_received_on"] = "2026-11-23"
            written = await world.client.post(path.format(**anas), data=body)
            assert written.status_code == 404, row
    assert len(tried) == 19


async def test_a_letter_of_appeal_is_written_where_the_bill_is(world: World) -> None:
    charge = await owes(world)
    ok(await world.biller.post("/v1/superbills", bill(charge["id"])), 201)
    someone, page = await comes_in(world)
    form = await someone.follows(page, "Appeal with SB-2026-0001")
    assert "for 180 days after you received the notice" in form.text
    typed = {"reason": "experimental", "notice_received_on": "2026-11-22", "words": "It helps me."}
    wrong = await someone.presses(form, "Write the letter", **typed)
    assert (wrong.status, "the notice came after your first visit" in wrong.text) == (422, True)
    assert wrong.form("Write the letter").fields["words"] == "It helps me."
    card = await someone.presses(wrong, "Write the letter", claim_number="4242 4242 4242 4242", words="It helps.")
    assert (card.status, "4242" in card.html) == (422, False)
    empty = await someone.presses(card, "Write the letter", notice_received_on="")
    assert (empty.status, "When did you receive the notice?" in empty.text) == (422, True)
    done = await someone.presses(empty, "Write the letter", notice_received_on="2026-11-23", claim_number="")
    assert "Your letter of appeal is ready." in done.text
    assert (await gets(world, done, "Letter of appeal AL-2026-0001 (PDF)")).startswith(b"%PDF-")
    again = await someone.presses(empty, "Write the letter", notice_received_on="2026-11-23", claim_number="")
    assert again.html.count("AL-2026-0001 (PDF)") == 1, "a second click is the same letter"


async def test_every_page_that_was_read_is_on_record_as_the_patients(world: World) -> None:
    await owes(world)
    receipt = ok(await world.biller.post("/v1/receipts", {"payment_id": (await pays(world, 25))["payment_id"]}), 201)
    _, page = await comes_in(world)
    await gets(world, page, f"Receipt {receipt['number']} (PDF)")
    reads = await world.store.database["_audit"].find({"outcome": "read"}).to_list()
    seen = [each["action"] for each in reads if each["actor"].startswith("link:")]
    assert seen.count("read_account") == 1
    assert "read_paper" in seen


async def test_long_lists_are_read_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(my_account, "SHOWN", 1)
    await owes(world)
    for _ in range(2):
        await pays(world, 25)
    someone, page = await comes_in(world)
    earlier = await someone.follows(page, "Earlier payments")
    assert earlier.text.count("$25.00, Cash") == 1
    assert (await someone.follows(earlier, "From the start")).text == page.text


async def test_in_spanish_to_whom_reads_it(world: World) -> None:
    await owes(world)
    await buys_package(world)
    link, someone = await link_of(world), Visitor(world.client, "es-MX")
    page = await someone.presses(await someone.opens(link), "Continuar", **RIGHT)
    assert (page.h1, "No debe nada." in page.text or "Debe" in page.text) == ("Su cuenta", True)
    assert "De un paquete de 6 visitas le quedan 6." in page.text


async def test_who_is_erased_meanwhile_is_nobody_we_know(world: World) -> None:
    await has_patient(world)
    someone, _ = await comes_in(world)
    erasure = new_id()
    await world.hear(PatientErasureRequested(patient_id=ANA, erasure_id=erasure, requested_at=world.clock()))
    await world.hear(PatientErased(patient_id=ANA, erasure_id=erasure, erased_at=world.clock()))
    await world.catch_up()
    assert (await someone.opens(MINE)).status == 401
    assert await world.store.database["account_links"].count_documents({}) == 0


async def test_who_gave_up_two_visits_at_once_is_told_that_they_cost_one_fee(world: World) -> None:
    await has_patient(world)
    pair = visit(local(25, 9)), visit(local(27, 9), kind=codes.AppointmentKind.INTEGRATION)
    command = new_id()
    by: dict[str, Any] = {"cancelled_by": codes.CancelledBy.PATIENT, "reason": codes.CancelReason.PATIENT_REQUEST}
    for each in pair:
        given_up = later(each, status=codes.AppointmentStatus.CANCELLED)
        event = contracts.TreatmentCancelled(**given_up, **by, notice_minutes=60)
        await world.take_in(world.next_event(event, cause=command))
    _, page = await comes_in(world, ANA)
    assert page.text.count("nothing is charged, because it is the first time") == 1
    assert page.text.count("the two cost one fee at most") == 1
    account = await (await logs_in(world)).opens(ACCOUNT)
    assert account.text.count("Given up together with another visit: one fee for both.") == 1
