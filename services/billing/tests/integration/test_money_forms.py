"""Forms of an account that were the last to come: packages, Medicare private contracts, yearly summaries."""

from datetime import timedelta

from billing.entrypoints.http.access import API, MONEY_FORMS
from services.billing.tests.builders import PRESCRIBER
from services.billing.tests.clinic import bill, buys_package, has_patient, ok, pays, the_charge, trial_balance
from services.billing.tests.heard import THERAPY_HOUR, session_completed
from services.billing.tests.integration.test_money_pages import ACCOUNT, logs_in
from services.billing.tests.world import World


async def test_a_package_is_sold_and_given_back_where_it_stands(world: World) -> None:
    await has_patient(world)
    biller = await logs_in(world)
    form = await biller.follows(await biller.opens(ACCOUNT), "Sell a package")
    assert "Six dosing visits, paid beforehand: $3,720.00" in form.text
    none = await biller.presses(form, "Sell a package", offer="", method="check", reference="slip 9")
    assert (none.status, none.form("Sell a package").fields["reference"]) == (422, "slip 9")
    sold = await biller.presses(none, "Sell a package", offer="dosing-6", method="check", reference="slip 9")
    assert "The package is sold." in sold.text
    assert "Six dosing visits, paid beforehand: 6 of 6 visits are left" in sold.text
    giving = await biller.follows(sold, "Give the package back")
    back = await biller.presses(giving, "Give the package back")
    assert "The package is given back." in back.text
    assert "Six dosing visits, paid beforehand: given back" in back.text
    assert "Give the package back" not in back.links
    again = await biller.presses(giving, "Give the package back")
    assert "The package is given back." in again.text, "a second click is the same request"
    assert await trial_balance(world) == {}


async def test_whoever_types_a_check_again_is_asked_whether_it_is_another(world: World) -> None:
    await has_patient(world)
    biller = await logs_in(world)
    typed = {"amount": "225.00", "method": "check", "reference": "458"}
    form = await biller.follows(await biller.opens(ACCOUNT), "Record a payment")
    assert "Is it another payment" not in form.text
    await biller.presses(form, "Record a payment", **typed)
    form = await biller.follows(await biller.opens(ACCOUNT), "Record a payment")
    asked = await biller.presses(form, "Record a payment", **typed)
    assert (asked.status, "This much is recorded already under this number" in asked.text) == (409, True)
    for answer in ("", "no"):
        asked = await biller.presses(asked, "Record a payment", is_another=answer)
        assert (asked.status, asked.form("Record a payment").fields["reference"]) == (409, "458")
    assert await trial_balance(world) == {"cash": 22_500, "unapplied_payments": -22_500}
    done = await biller.presses(asked, "Record a payment", is_another="yes")
    assert "The payment is recorded." in done.text
    assert await trial_balance(world) == {"cash": 45_000, "unapplied_payments": -45_000}


async def test_a_package_that_is_too_old_is_given_back_by_the_clinics_own_will(world: World) -> None:
    await has_patient(world)
    await buys_package(world)
    await world.travel(timedelta(days=31))
    biller = await logs_in(world)
    giving = await biller.follows(await biller.opens(ACCOUNT), "Give the package back")
    late = await biller.presses(giving, "Give the package back", as_goodwill="no")
    assert "The time to give it back is over; its visits stay good." in late.text
    done = await biller.presses(late, "Give the package back", as_goodwill="yes")
    assert "The package is given back." in done.text


async def test_a_private_contract_is_recorded_and_stands_on_the_account(world: World) -> None:
    await has_patient(world)
    biller = await logs_in(world)
    form = await biller.follows(await biller.opens(ACCOUNT), "Record a Medicare private contract")
    asked = {"practitioner_id": PRESCRIBER, "signed_on": "2026-11-20"}
    wrong = await biller.presses(form, "Record a Medicare private contract", **asked, ends_on="2030-11-20")
    assert "within two years" in wrong.text
    done = await biller.presses(wrong, "Record a Medicare private contract", **asked, ends_on="2028-11-20")
    assert "The private contract is recorded." in done.text
    assert "signed November 20, 2026, ends November 20, 2028; counts from November 23, 2026" in done.text


async def test_a_year_is_summed_up_once_something_was_paid(world: World) -> None:
    await has_patient(world)
    biller = await logs_in(world)
    form = await biller.follows(await biller.opens(ACCOUNT), "Issue a yearly summary")
    assert form.form("Issue a yearly summary").fields["year"] == "2025"
    none = await biller.presses(form, "Issue a yearly summary")
    assert "Nothing was paid in that year." in none.text
    await pays(world, 25)
    done = await biller.presses(none, "Issue a yearly summary", year="2026")
    assert "The yearly summary is issued." in done.text


async def test_a_letter_of_appeal_is_written_for_a_bill_in_force(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    ok(await world.biller.post("/v1/superbills", bill((await the_charge(world))["id"])), 201)
    biller = await logs_in(world)
    form = await biller.follows(await biller.opens(ACCOUNT), "Write a letter of appeal")
    asked = {"reason": "not_covered", "notice_received_on": "2026-11-23", "language": "es", "enclosed": "One\nTwo"}
    tab = await biller.follows(await biller.opens(ACCOUNT), "Write a letter of appeal")
    done = await biller.presses(form, "Write a letter of appeal", **asked)
    assert "The letter of appeal is issued." in done.text
    assert "Letter of appeal AL-2026-0001" in done.text
    voided = await biller.presses(await biller.follows(done, "Void the superbill"), "Void the superbill", reason="paid")
    assert "Write a letter of appeal" not in voided.links
    late = await biller.presses(tab, "Write a letter of appeal", **asked)
    assert "This superbill is void. Write the letter for the one in its place." in late.text


async def test_the_second_click_on_a_superbill_is_the_same_bill_though_its_services_are_no_longer_offered(
    world: World,
) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    biller = await logs_in(world)
    form = await biller.follows(await biller.opens(ACCOUNT), "Issue a superbill")
    ticked = {f"charge_ids.{(await the_charge(world))['id']}": "1", "disclose_diagnoses": "yes"}
    for _ in range(2):
        done = await biller.presses(form, "Issue a superbill", **ticked)
        assert (done.status, done.text.count("SB-2026-0001 · In force")) == (200, 1)
    late = await biller.presses(form, "Issue a superbill", key="another", **ticked)
    assert (late.status, "SB-2026-0002" in late.text) == (409, False)
    assert "Please fill this in." not in late.text


async def test_every_command_about_an_account_has_its_form() -> None:
    """What the clinic begins for all of them has a page of its own; what the processor tells nobody types; a record is
    no account.
    """
    elsewhere = {
        "POST /v1/statement-runs",
        "POST /v1/public/processor-events",
        "POST /v1/patients/{patient_id}/disclosures",
    }
    commands = {row for row in API if not row.startswith("GET ")}
    assert commands - elsewhere == set(MONEY_FORMS.values())
