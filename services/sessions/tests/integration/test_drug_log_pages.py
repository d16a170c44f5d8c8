"""The controlled-drug log in a browser: a container's lines, a day closed by two, an inventory for an inspector."""

from datetime import timedelta

import httpx
import pytest

from careflow_service.identity import Actor, Role
from careflow_service.pages.places import Places
from careflow_service.pages.words import words_of
from careflow_service.testing.visiting import Page, Visitor
from services.sessions.tests.bedside import clock, logs_in
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import (
    has_course,
    has_vial,
    ready_for_dose,
    receives_dose,
    wastes,
    wastes_before_witness,
)
from services.sessions.tests.dispensed import receives_package
from services.sessions.tests.unit.test_bedside_words import refusals
from services.sessions.tests.world import World
from sessions.domain.discrepancy_cases import DiscrepancyKind, Judgement
from sessions.domain.drug_entries import EntryKind
from sessions.entrypoints.http.access import CASE_FORMS
from sessions.entrypoints.pages.counting import COUNTED
from sessions.entrypoints.pages.drug_forms import FORMS, LABEL, PACKAGE

PAGE = f"/pages/drug-log?location={MILL_VALLEY}"
LABELLED = {
    "drug": "ketamine",
    "form": "compounded troche",
    "lot": "RX-1",
    "expires_on": "2027-06-30",
    "unit": "troche",
    "quantity": "30",
    "mg_per_unit": "50",
}
DISPENSED = {
    "package.pharmacy": "Example Pharmacy",
    "package.dea_number": "FE1234563",
    "package.prescription": "RX-77",
}


async def nurse(world: World, name: str = "user-nurse", to: str = PAGE) -> tuple[Visitor, Page]:
    return await logs_in(world, Role.NURSE, to=to, subject=name)


def path_of(page: Page) -> str:
    return httpx.URL(page.url).path


async def test_without_a_session_today_the_log_is_reached_at_every_location_too(world: World) -> None:
    here, other = world.app.state.site.places.all[0], str(MILL_VALLEY)
    world.app.state.site.places = Places("The clinic", here, {other: "Mill Valley"})
    someone, page = await nurse(world, to="/pages/bedside")
    page = await someone.follows(page, "Drug log")
    assert (page.h1, page.links["Mill Valley"]) == ("Drug log", f"drug-log?location={other}&lang=en")
    page = await someone.follows(page, "Mill Valley")
    assert page.links["The clinic"] == f"drug-log?location={here}&lang=en"


async def test_stock_arrives_is_returned_before_a_witness_and_taken_back(world: World) -> None:
    first, page = await nurse(world)
    assert "No inventory of this place has been taken." in page.text
    form = await first.follows(page, "Receive")
    refused = await first.presses(form, "Receive", **LABELLED)
    assert refused.status == 422
    assert "Stock has an NDC." in refused.text
    ahead = {"happened_at": clock(world.clock() + timedelta(hours=1))}
    too_early = await first.presses(refused, "Receive", ndc="00143950801", **ahead)
    assert "That time has not come yet." in too_early.text
    arrived = world.clock() - timedelta(hours=2)
    page = await first.presses(too_early, "Receive", happened_at=clock(arrived))
    name = next(each for each in page.links if each.startswith("ketamine, compounded troche, 50 mg/Troche, lot RX-1"))
    page = await first.follows(page, name)
    form = await first.follows(page, "Return to a distributor")
    typed = {"quantity": "10", "returned.distributor": "Reverse Inc.", "returned.dea_number": "wrong"}
    typed["happened_at"] = clock(world.clock())
    wrong = await first.presses(form, "Return to a distributor", **typed)
    assert wrong.status == 422
    page = await first.presses(wrong, "Return to a distributor", **{"returned.dea_number": "RR1234563"})
    assert "Entered. It counts once a second person has witnessed it." in page.text
    assert "I saw this" not in {button for form in page.forms for button in form.buttons}
    assert "There, with what is drawn up30 Troche (1500 mg)" in page.text
    assert "entered afterwards" in page.text

    second, page = await nurse(world, "second-nurse", path_of(page))
    page = await second.presses(page, "I saw this")
    assert "Witnessed: it counts." in page.text
    assert "Reverse Inc., RR1234563" in page.text
    assert "There, with what is drawn up20 Troche (1000 mg)" in page.text
    form = await second.follows(page, "Take back")
    page = await second.presses(form, "Take back", note="they did not take it")
    assert "they did not take it" in page.text


async def test_a_day_is_read_as_it_stands_counted_by_one_and_confirmed_by_another(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    vial, draw = await receives_dose(world, session_id)
    await wastes(world, vial, draw, "10")
    first, page = await nurse(world)
    page = await first.follows(page, "Today's lines and balance")
    assert "Nobody has counted this day yet." in page.text
    for line in ("Received", "Drawn up", "Given", "Wasted"):
        assert line in page.text
    assert "0 mL (0 mg)10 mL (500 mg)0.8 mL (40 mg)9.2 mL (460 mg)" in page.text, page.text
    form = await first.follows(page, "Count and close the day")
    assert "9.2" not in form.text
    assert "460" not in form.text
    refused = await first.presses(form, "Count and close the day", **{f"{COUNTED}{vial}": "9"})
    assert refused.status == 409
    assert "The day does not add up at what is named here." in refused.text
    bad = await first.presses(refused, "Count and close the day", **{f"{COUNTED}{vial}": "nine"})
    assert bad.status == 422
    page = await first.presses(
        bad,
        "Count and close the day",
        **{f"{COUNTED}{vial}": "9", "acknowledgement": "the waste waits for its witness"},
    )
    assert "Counted. The day is closed once a second person has counted the same." in page.text
    assert "left open" in page.text
    assert not [form for form in page.forms if "I counted the same" in form.buttons]

    second, page = await nurse(world, "second-nurse", f"/pages/drug-log/days?location={MILL_VALLEY}")
    page = await second.follows(page, "November 23, 2026")
    page = await second.presses(page, "I counted the same")
    assert "Signed by two." in page.text
    assert "not judged yet" in page.text


@pytest.mark.parametrize(("witness", "told"), [("Nora NURSE", True), ("Nora Nurse-Smith", False)])
async def test_two_logins_of_one_name_are_told_to_who_reads_the_log(world: World, witness: str, told: bool) -> None:
    """Nobody can know that they are one person; who reviews the log is told to look (21 CFR 1317.95)."""
    for login, name in (("user-nurse", "Nora Nurse"), ("second-nurse", witness)):
        await world.store.staff.came_in(Actor(login, frozenset({Role.NURSE})), name)
    session_id = await ready_for_dose(world, await has_course(world))
    vial, draw = await receives_dose(world, session_id)
    await wastes_before_witness(world, vial, draw, "10")

    reader, day = await nurse(world, to=f"/pages/drug-log/day?location={MILL_VALLEY}&day=2026-11-23")
    container = await reader.opens(f"/pages/drug-log/containers/{vial}")

    for page in (day, container):
        assert ("make sure that they are two people" in page.text) is told


async def test_an_inventory_is_taken_signed_by_another_and_read_by_an_inspector(world: World) -> None:
    vials = [await has_vial(world), await has_vial(world, lot="L-2")]
    package = await receives_package(world, (await has_course(world)).patient_id)
    await world.travel(timedelta(days=1))
    first, page = await nurse(world)
    page = await first.follows(page, "Inventories")
    form = await first.follows(page, "Take the inventory")
    counts = {f"{COUNTED}{each}": "10" for each in vials}
    refused = await first.presses(form, "Take the inventory", moment="opening", **counts)
    assert refused.status == 409
    assert "Not counted yet:" in refused.text
    page = await first.presses(refused, "Take the inventory", **{f"{COUNTED}{package}": "10"})
    page = await first.follows(page, "November 24, 2026, the open of business")
    assert "Waits for a second signature" in page.text
    path = path_of(page)
    second, page = await nurse(world, "second-nurse", path)
    page = await second.presses(page, "I counted the same")
    assert "Signed as the second by second-nurse" in page.text

    auditor, page = await logs_in(world, Role.AUDITOR, to=path)
    text = page.text
    assert "ketamine, vial, 50 mg/mL10 mL2020 mL" in text
    assert "ketamine, compounded troche, 50 mg/Troche (dispensed for one patient)10 Troche1010 Troche" in text
    page = await auditor.opens(PAGE)
    assert "No inventory" not in page.text
    assert "Receive" not in page.links
    assert (await auditor.opens(f"/pages/drug-log/inventories/take?location={MILL_VALLEY}")).status == 403


async def test_a_patients_package_is_received_counted_with_the_rest_and_handed_out_where_policy_lets_it(
    world: World,
) -> None:
    patient_id = (await has_course(world)).patient_id
    await receives_package(world, patient_id)
    first, page = await nurse(world, to=f"/pages/drug-log/packages/{patient_id}")
    form = await first.follows(page, f"Receive a package: location without a name (…{MILL_VALLEY[-4:]})")
    page = await first.presses(form, "Receive", **LABELLED, **DISPENSED)
    assert "It is in the drug log." in page.text
    assert "Example Pharmacy, FE1234563, RX-77" in page.text
    name = next(each for each in page.links if each.endswith("lot RX-1"))
    container = await first.follows(page, name)
    assert "Hand out" not in container.links

    prescriber, page = await logs_in(world, Role.PRESCRIBER, to=path_of(container))
    form = await prescriber.follows(page, "Hand out")
    known = {"identified_by.name": "1", "identified_by.photo_id": "1"}
    refused = await prescriber.presses(form, "Hand out", quantity="2", recipient="patient", **known)
    assert "The clinic's policy lets nobody take this home." in refused.text
    _, page = await logs_in(world, Role.AUDITOR, to=path_of(container))
    assert "Example Pharmacy" not in page.text
    assert "whose it is, the care team sees" in page.text


async def test_more_counted_than_a_place_may_have_is_one_clear_refusal(world: World) -> None:
    many = {f"00000000-0000-4000-8000-{n:012d}": {"quantity": "1", "unit": "ml"} for n in range(501)}
    here = f"/v1/drug-log/locations/{MILL_VALLEY}"
    for path, body in (
        (f"{here}/inventories", {"moment": "close", "counted": many}),
        (f"{here}/days/2026-11-23/close", {"counted": many}),
        (f"{here}/days/2026-11-23/close", {"counts": dict.fromkeys(many, "1")}),
    ):
        refused = await world.nurse.post(path, body)
        assert refused.status_code == 422
        assert [each["code"] for each in refused.json()["errors"]] == ["too_long"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_code_has_its_words(language: str) -> None:
    words = words_of("careflow_service.pages", "sessions.entrypoints.pages")[language].groups
    own = {"receive", "close", "take", "confirm", *CASE_FORMS}
    assert set(words["drug_forms"]) == set(words["drug_done"]) == {form.name for form in FORMS} | own
    assert set(words["drug_kinds"]) == set(EntryKind)
    assert set(words["discrepancy_kinds"]) == set(DiscrepancyKind)
    assert set(words["judgements"]) == set(Judgement)
    assert {each.named for each in (*LABEL, *PACKAGE)} <= set(words["asked"])
    met = refusals()
    modules = ("drug_log", "drug_amounts", "drug_items", "drug_days", "drug_inventories", "packages", "close_drug_day")
    codes = set().union(*(met[each] for each in (*modules, "take_inventory")))
    assert codes <= set(words["drug_refusals"]) | set(words["refusals"])
