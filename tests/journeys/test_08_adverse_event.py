"""Harm during an infusion: it stops, only what was rendered is billed, and no dose anywhere until a signed review."""

from datetime import timedelta

import pytest

from careflow_clinic.clinic import Person, position
from careflow_clinic.course import Course
from careflow_clinic.walk import Walk

pytestmark = pytest.mark.long

SESSIONS, SAFETY = "careflow.sessions.v1", "careflow.sessions.safety.v1"


async def test_a_grade_three_event_stops_the_dose_and_holds_every_other_until_it_is_reviewed(
    walk: Walk, person: Person
) -> None:
    course = Course(walk, await walk.to_clearance(person))
    today, later = await course.to_first_dose(pairs=2)
    patient, clinic, bedside, events = course.cleared.patient, walk.clinic, course.bedside, walk.clinic.events
    await course.answer_before(today.dosing, score=12)
    session_id = await course.begin_dose(today.dosing)

    await walk.travel_to(walk.clock.now() + timedelta(minutes=12))
    harm = await bedside.report_harm(patient, session_id, walk.clock.now(), grade=3)
    event_id = harm.body["id"]
    stopped = await events.wait_for("SessionAborted", subject=course.subject)
    assert (stopped.data["outcome"], (await bedside.session(session_id)).body["state"]) == ("stopped", "aborted")
    await events.wait_for("FollowUpContactDue", subject=course.subject)
    said = events.said(SESSIONS, course.subject)
    until = said.index("FollowUpContactDue")
    assert said[until - 3 : until] == ["DoseAdministered", "IntegrationDue", "SessionAborted"]
    await course.charged_for([stopped])
    assert await course.cashier.charged_codes(patient, session_id) == ["96374", "J3490"], "a push, and the drug"

    reported = await events.wait_for("AdverseEventReported", subject=course.subject)
    suspended = await events.wait_for("ClearanceSuspended", subject=course.subject)
    assert "adverse_event_open" in await clinic.closed_gates(patient, "dosing", after=reported)
    assert "clearance_suspended" in await clinic.closed_gates(patient, "dosing", after=suspended)
    assert ("clinical", event_id) in await clinic.holds(later.dosing["id"], after=reported)
    assert await clinic.holds(today.integration["id"]) == [], "the way out stays open"
    another = await bedside.walk_in(patient, today.dosing["location_id"])
    held = {"adverse_events_reviewed", "clearance_valid"}
    assert held <= set(await bedside.failed(another, after=[position(suspended)]))

    waits = await bedside.review_harm(event_id, harm.version, "hold")
    still = await events.wait_for("AdverseEventReviewed", subject=course.subject)
    assert ("clinical", event_id) in await clinic.holds(later.dosing["id"], after=still)
    assert "adverse_events_reviewed" in await bedside.failed(another)

    await bedside.review_harm(event_id, waits.version, "resume")
    reinstated = await events.wait_for("ClearanceReinstated", subject=course.subject)
    assert not held & set(await bedside.failed(another, after=[position(reinstated)]))
    await events.wait_for("AppointmentReleased", subject=course.subject, count=2)
    assert await clinic.holds(later.dosing["id"]) == []
    assert events.said(SAFETY, course.subject) == [
        "AdverseEventReported",
        "AdverseEventReviewed",
        "AdverseEventReviewed",
    ]
