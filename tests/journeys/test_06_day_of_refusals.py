"""No dose today: what the team finds at the bedside decides, every reason is named at once, and none of it costs."""

from datetime import timedelta

import pytest

from careflow_clinic.bedside import Bedside
from careflow_clinic.clinic import NURSE, PRESCRIBER, SAFE_WITH_PLAN, Person, at, instant, position
from careflow_clinic.course import Course
from careflow_clinic.walk import Walk

pytestmark = pytest.mark.long

SESSIONS = "careflow.sessions.v1"
ACCEPTED = {"overrides": [{"item": "blood_pressure_accepted", "reason": "Anxious, and falling since."}]}


async def test_168_over_104_twice_is_no_dose_but_a_therapy_hour_and_charged_as_one(walk: Walk, person: Person) -> None:
    course = Course(walk, await walk.to_clearance(person))
    (pair,) = await course.to_first_dose(pairs=1)
    visit, bedside, events = pair.dosing, course.bedside, walk.clinic.events
    await course.answer_before(visit, score=12)
    session_id = await course.ready_for_dose(visit, baseline=None)

    await bedside.pressure_twice(session_id, walk.clock.now(), 168, 104)
    assert await bedside.failed(session_id) == ["blood_pressure_in_range", "blood_pressure_accepted"]
    shut = await bedside.tries(session_id, "clear", {"overrides": []})
    assert (shut.status, shut.code) == (409, "dose_gate_closed")
    await bedside.does(session_id, "refuse")
    refused = await events.wait_for("SessionRefused", subject=course.subject)
    assert (refused.data["reason"], refused.data["patient_controllable"]) == ("clinical", False)

    await bedside.does(session_id, "convert", {"kind": "integration", "patient_agreed": True})
    completed = await course.hour_held(session_id, lasting=timedelta(minutes=55))
    assert (completed.data["kind"], completed.data["outcome"]) == ("integration", "converted")

    await course.charged_for([completed])
    assert await course.cashier.charged_codes(course.cleared.patient, session_id) == ["90837"]
    assert (await walk.clinic.appointment(visit["id"])).body["status"] == "fulfilled"
    assert (await walk.clinic.clearance(course.cleared.clearance_id))["valid"], "one bad day suspends nothing"
    said = ["SessionCheckedIn", "SessionRefused", "SessionStarted", "SessionCompleted"]
    assert events.said(SESSIONS, course.subject)[-4:] == said


async def test_150_over_95_is_the_prescribers_to_decide_and_everything_else_is_named_at_once(
    walk: Walk, person: Person
) -> None:
    course = Course(walk, await walk.to_clearance(person))
    today, later = await course.to_first_dose(pairs=2)
    patient, clinic, bedside, events = course.cleared.patient, walk.clinic, course.bedside, walk.clinic.events
    await course.answer_before(today.dosing, score=12)
    session_id = await course.ready_for_dose(today.dosing, baseline=None)

    await bedside.pressure_twice(session_id, walk.clock.now(), 150, 95)
    assert await bedside.failed(session_id) == ["blood_pressure_accepted"]
    by_nurse = await bedside.tries(session_id, "clear", ACCEPTED, by=NURSE)
    assert (by_nurse.status, by_nurse.code) == (403, "override_needs_prescriber")
    await bedside.does(session_id, "clear", ACCEPTED, by=PRESCRIBER)

    await _had_breakfast(bedside, session_id, walk)
    await bedside.record(session_id, escort=_a_ride_from_an_app(today.dosing["ends_at"]), suicide_risk="high")
    raised = await events.wait_for("SafetyAlertRaised", subject=course.subject)
    assert (raised.data["level"], raised.data["source"]) == ("high", "session")
    assert "no_open_alert" in await bedside.failed(session_id, after=[position(raised)])
    shut = await bedside.tries(session_id, "clear", {"overrides": []}, by=PRESCRIBER)
    assert [(each["item"], each["overridable"]) for each in shut.body["failed"]] == [
        ("no_open_alert", True),
        ("fasting", True),
        ("suicide_risk_screened", False),
        ("escort", False),
    ], "and not the blood pressure: that is signed for"
    await bedside.does(session_id, "refuse")
    refused = await events.wait_for("SessionRefused", subject=course.subject)
    assert refused.data["patient_controllable"] is False, "safety and honesty come first"
    said = ["SessionCheckedIn", "SessionCleared", "ClinicalFactReported", "SessionRefused"]
    assert events.said(SESSIONS, course.subject)[-4:] == said
    charges = await course.cashier.charges(patient, after=[position(refused)])
    assert sorted(each["cause"] for each in charges) == ["evaluation", "session"], (
        "and the preparation; no dose, no fee"
    )

    assert await clinic.holds(later.dosing["id"], after=raised) == [("clinical", raised.data["alert_id"])]
    assert await clinic.holds(later.integration["id"]) == []
    await clinic.act_on("alerts", str(raised.data["alert_id"]), "acknowledge")
    await clinic.act_on("alerts", str(raised.data["alert_id"]), "close", SAFE_WITH_PLAN)
    closed = await events.wait_for("SafetyAlertClosed", subject=course.subject)
    assert await clinic.holds(later.dosing["id"], after=closed) == []


async def _had_breakfast(bedside: Bedside, session_id: str, walk: Walk) -> None:
    an_hour_ago = instant(walk.clock.now() - timedelta(hours=1))
    await bedside.record(session_id, intake={"solids_at": an_hour_ago, "liquids_at": an_hour_ago})


def _a_ride_from_an_app(pick_up_at: str) -> dict[str, object]:
    """Nobody who could take a patient home."""
    return {
        "name": "a driver",
        "phone": "+14155550199",
        "adult": True,
        "reached_today": True,
        "pick_up_at": instant(at(pick_up_at)),
        "rideshare_only": True,
    }
