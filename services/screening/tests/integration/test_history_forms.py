"""The forms on a case's page about what is known of a patient: taken down for them, corrected, and what an evaluation
found.
"""

from datetime import timedelta
from typing import Any

import pytest

from careflow_events.catalogue import read
from careflow_events.contracts import EvaluationRecorded, codes
from careflow_service.identity import Role
from careflow_service.testing.visiting import Page
from careflow_service.testing.world import SEALING
from services.screening.tests.clinic import (
    SENSIBLE_ANSWERS,
    answers,
    evaluation,
    has_case,
    info_call_ended,
    ok,
    reads,
    submits,
    trial,
)
from services.screening.tests.integration.test_case_forms import clock, fills, of
from services.screening.tests.visiting import logs_in
from services.screening.tests.world import World

CANARY = "zzcanaryzz"


async def clinical(world: World, case: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await reads(world, case))["clinical"]
    return found


def every_no(page: Page, form: str) -> dict[str, str]:
    return {name: "ruled_out" for name in page.form(form).choices if name.startswith("told.")}


async def held_evaluation(world: World, case: Any) -> None:
    """Booking says that the patient was seen."""
    ended = info_call_ended(
        case["patient_id"], world.clock(), codes.Disposition.COMPLETED, codes.AppointmentKind.EVALUATION
    )
    await world.hear(ended)


async def test_a_nurse_takes_the_history_down_and_hands_in(world: World) -> None:
    case = await has_case(world)
    for questionnaire, given in SENSIBLE_ANSWERS.items():
        ok(await answers(world, case, questionnaire, given, complete=True))
    nurse, page = await logs_in(world, Role.NURSE, of(case))
    form = await nurse.follows(page, "Take down the history")
    empty = await nurse.presses(form, "Take down the history")
    assert empty.status == 422
    told = {**every_no(form, "Take down the history"), "told.hypertension": "active"}
    page = await nurse.presses(form, "Take down the history", **told)
    assert "The history is recorded." in page.text
    assert "Take down the history" not in page.links, "everything is asked"
    assert "Hypertension · has itRecorded by user-nurse, Mon, November 23, 9:00 AM." in page.text
    assert "Asked, and not so:" in page.text
    page = await fills(nurse, page, "Two identifiers seen")
    assert "Two identifiers seen" not in page.links
    page = await fills(nurse, page, "Add a medication", name="Zoloft", detail="50 mg")
    early = await fills(nurse, page, "Hand in for the patient", history_complete="yes", medications_complete="no")
    assert (early.status, "Both must be so" in early.text) == (422, True)
    page = await nurse.presses(early, "Hand in for the patient", medications_complete="yes")
    assert "The screening is handed in." in page.text
    assert "Hand in for the patient" not in page.links
    seen = await reads(world, case)
    assert seen["state"] == "submitted"
    assert {each["source"] for each in seen["clinical"]["facts"]} == {"clinician"}
    missing = ok(await world.prescriber.get(f"/v1/cases/{case['id']}/findings"))["missing"]
    assert not [each for each in missing if each.startswith("history_")]


@pytest.mark.thorough
async def test_questionnaires_come_before_handing_in(world: World) -> None:
    case = await has_case(world)
    nurse, page = await logs_in(world, Role.NURSE, of(case))
    both = {"history_complete": "yes", "medications_complete": "yes"}
    refused = await fills(nurse, page, "Hand in for the patient", **both)
    assert (refused.status, "the patient answers them by their link" in refused.text) == (409, True)


async def test_a_condition_is_recorded_and_corrected_where_it_stands(world: World) -> None:
    case = await has_case(world)
    nurse, page = await logs_in(world, Role.NURSE, of(case))
    without = await fills(nurse, page, "Record a condition", condition="drug_allergy", status="active")
    assert (without.status, "says nothing without a description" in without.text) == (422, True)
    assert without.form("Record a condition").fields["condition"] == "drug_allergy"
    page = await nurse.presses(without, "Record a condition", detail=CANARY)
    assert ("Drug allergy · has it: " + CANARY) in page.text
    assert "Correct this" not in page.links
    prescriber, page = await logs_in(world, Role.PRESCRIBER, of(case))
    form = await prescriber.follows(page, "Correct this")
    assert "Drug allergy: has it" in form.text
    unsaid = await prescriber.presses(form, "Correct this", status="ruled_out")
    assert (unsaid.status, "Why: Please fill this in." in unsaid.text) == (422, True)
    page = await prescriber.presses(unsaid, "Correct this", reason="was a side effect")
    assert "Corrected by user-prescriber" in page.text
    assert "was a side effect" in page.text
    (fact,) = (await clinical(world, case))["facts"]
    assert fact["status"] == "ruled_out"


async def test_what_is_about_substance_use_is_corrected_under_its_notice(world: World) -> None:
    case = await has_case(world)
    drinks = {"condition": "alcohol_use_disorder", "status": "active"}
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/facts", drinks), 201)
    prescriber, page = await logs_in(world, Role.PRESCRIBER, of(case))
    assert page.text.index("Substance use (42 CFR Part 2)") < page.text.index("Alcohol use disorder")
    form = await prescriber.follows(page, "Correct this")
    assert "Substance use (42 CFR Part 2)" in form.text


async def test_a_medication_nobody_knows_is_confirmed_by_a_near_spelling(world: World) -> None:
    case = await has_case(world)
    nurse, page = await logs_in(world, Role.NURSE, of(case))
    page = await fills(nurse, page, "Add a medication", name="Sertralin")
    assert "Nobody has said yet what this drug is." in page.text
    page = await fills(nurse, page, "Say what it is", names__sertraline="1")
    assert "It is recorded what it is." in page.text
    assert "Say what it is" not in page.links
    (taken,) = (await clinical(world, case))["medications"]
    assert taken["unknown"] == []


@pytest.mark.thorough
async def test_a_prescriber_names_what_comes_near_nothing(world: World) -> None:
    case = await has_case(world)
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/medications", {"name": "grandmother's drops"}), 201)
    prescriber, page = await logs_in(world, Role.PRESCRIBER, of(case))
    wrong = await fills(prescriber, page, "Say what it is", names=CANARY)
    assert (wrong.status, "does not know this name either" in wrong.text, CANARY in wrong.text) == (422, True, True)
    page = await prescriber.presses(wrong, "Say what it is", names="melatonin")
    assert "Nobody has said yet what this drug is." not in page.text


@pytest.mark.thorough
async def test_the_end_of_a_medication_is_told_and_confirmed(world: World) -> None:
    case = await has_case(world)
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/medications", {"name": "Lamotrigine"}), 201)
    nurse, page = await logs_in(world, Role.NURSE, of(case))
    ahead = await fills(nurse, page, "No longer taken", last_taken_on="2027-01-01")
    assert (ahead.status, "cannot lie in the future" in ahead.text) == (422, True)
    page = await nurse.presses(ahead, "No longer taken", last_taken_on="2026-11-01")
    assert "a prescriber has not confirmed it, so it counts" in page.text
    prescriber, page = await logs_in(world, Role.PRESCRIBER, of(case))
    page = await fills(prescriber, page, "No longer taken", last_taken_on="2026-11-02")
    assert "confirmed by a prescriber" in page.text
    assert "No longer taken" not in page.links


@pytest.mark.thorough
async def test_two_trials_that_failed_are_recorded_and_one_is_voided(world: World) -> None:
    case = await has_case(world)
    prescriber, page = await logs_in(world, Role.PRESCRIBER, of(case))
    typed = {"drug": "Sertraline", "highest_daily_mg": "200", "weeks": "8", "response_percent": "20"}
    unsaid = await fills(prescriber, page, "Record an earlier antidepressant", **typed)
    assert (unsaid.status, "Was that dose adequate?: Please fill this in." in unsaid.text) == (422, True)
    page = await prescriber.presses(unsaid, "Record an earlier antidepressant", adequate_dose="yes")
    assert "sertraline up to 200 mg a day · adequate dose · 8 weeks · 20 percent better" in page.text
    ok(await world.prescriber.post(f"/v1/cases/{case['id']}/trials", trial("venlafaxine")), 201)
    page = await prescriber.opens(of(case))
    form = await prescriber.opens(f"{of(case)}/void-trial?of={(await clinical(world, case))['trials'][0]['id']}")
    assert "sertraline" in form.text
    page = await prescriber.presses(form, "Void this trial", reason="was the brother's")
    assert "was the brother's" in page.text
    assert [bool(each["voided"]) for each in (await clinical(world, case))["trials"]] == [True, False]


async def test_what_an_evaluation_found_is_recorded_of_the_visit_that_was_held(world: World) -> None:
    case = await has_case(world)
    await submits(world, case)
    await held_evaluation(world, case)
    prescriber, page = await logs_in(world, Role.PRESCRIBER, of(case))
    form = await prescriber.follows(page, "Record an evaluation")
    fields = form.form("Record an evaluation").fields
    assert fields["started_at"] == clock(world.clock() - timedelta(minutes=15)), "it is known when it was held"
    part = {"psychiatric.summary": "recurrent, severe", "risk.summary": CANARY, "risk.favourable": "yes"}
    half = await prescriber.presses(form, "Record an evaluation", **part)
    assert (half.status, "Psychiatric: does nothing speak against treatment?: Please fill this in." in half.text) == (
        422,
        True,
    )
    assert half.form("Record an evaluation").fields["risk.summary"] == CANARY
    unnamed = await prescriber.presses(half, "Record an evaluation", **{"line_2.units": "2"})
    assert "2. Code it is billed by (CPT or HCPCS): Please fill this in." in unnamed.text
    typed = {
        "psychiatric.favourable": "yes",
        "line_1.code": "90792",
        "line_1.minutes": "75",
        "line_3.code": "90785",
        "line_3.units": "2",
    }
    page = await prescriber.presses(half, "Record an evaluation", **typed)
    assert "Psychiatric · nothing speaks against treatment: recurrent, severe" in page.text
    (found,) = (await clinical(world, case))["evaluations"]
    assert [each["part"] for each in found["parts"]] == ["psychiatric", "risk"]
    (said,) = [each for each in await world.said(case["patient_id"]) if "EvaluationRecorded" in each.type]
    billed = read(said, SEALING.ring("billing"))
    assert isinstance(billed, EvaluationRecorded)
    lines = billed.for_billing.opened().service_lines
    assert [(line.code, line.units, line.minutes) for line in lines] == [("90792", 1, 75), ("90785", 2, None)]


async def test_a_therapist_records_risk_and_capacity_alone(world: World) -> None:
    case = await has_case(world)
    await held_evaluation(world, case)
    therapist, page = await logs_in(world, Role.THERAPIST, of(case))
    form = await therapist.follows(page, "Record an evaluation")
    assert {"risk.summary", "capacity.summary"} <= form.form("Record an evaluation").fields.keys()
    assert "psychiatric.summary" not in form.form("Record an evaluation").fields
    nothing = await therapist.presses(form, "Record an evaluation")
    assert (nothing.status, "Record at least one part" in nothing.text) == (422, True)


async def test_without_a_visit_there_is_none_to_choose(world: World) -> None:
    case = await has_case(world)
    prescriber, page = await logs_in(world, Role.PRESCRIBER, of(case))
    form = await prescriber.follows(page, "Record an evaluation")
    assert "There is none to choose from." in form.text
    assert "Record diagnoses" not in page.links


@pytest.mark.thorough
async def test_a_visit_after_the_case_was_closed_is_nobodys_to_evaluate(world: World) -> None:
    case = await has_case(world)
    version = (await reads(world, case))["version"]
    closing = {"reason": "withdrawn", "note": "moved"}
    ok(await world.prescriber.post(f"/v1/cases/{case['id']}/close", closing, version=version))
    before = await reads(world, case)
    await held_evaluation(world, case)
    assert await reads(world, case) == before


AS_MANY_AS_A_CLAIM_HAS_ROOM_FOR = (
    *("Z63.0", "F41.1", "F43.12", "F34.1", "F40.10"),
    *("F42.2", "F51.01", "F50.2", "F60.3", "Z56.6"),
)
"""Ten beside two others, in no order of their own."""


async def test_diagnoses_are_chosen_by_their_names(world: World) -> None:
    case = await has_case(world)
    ok(await world.prescriber.post(f"/v1/cases/{case['id']}/evaluations", evaluation(world)), 201)
    prescriber, page = await logs_in(world, Role.PRESCRIBER, of(case))
    form = await prescriber.follows(page, "Record diagnoses")
    assert 'value="F33.2">Major depressive disorder, recurrent severe without psychotic features' in form.html
    assert form.html.count("<datalist") == 1, "what is offered stands there once, for all twelve"
    wrong = await prescriber.presses(form, "Record diagnoses", diagnosis_12="sad", diagnosis_1="F33.2")
    assert (wrong.status, "Diagnoses are ICD-10-CM codes" in wrong.text) == (422, True)
    rest = {f"diagnosis_{place}": code for place, code in enumerate(AS_MANY_AS_A_CLAIM_HAS_ROOM_FOR, 3)}
    page = await prescriber.presses(wrong, "Record diagnoses", diagnosis_2="F10.20", **rest)
    assert "F33.2 Major depressive disorder, recurrent severe" in page.text
    general = page.text[: page.text.index("Substance use (42 CFR Part 2)")]
    assert "F10.20" not in general
    assert "F10.20 Alcohol dependence, uncomplicated" in page.text
    assert (await clinical(world, case))["diagnoses"] == ["F33.2", "F10.20", *AS_MANY_AS_A_CLAIM_HAS_ROOM_FOR]
