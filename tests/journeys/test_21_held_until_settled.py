"""A dose waits until everything it waits for is settled, each by what settles it and by nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from careflow_clinic.clinic import NURSE, PRESCRIBER, SAFE_WITH_PLAN, THERAPIST, Person, position
from careflow_clinic.course import Course
from careflow_clinic.subscriber import SeenEvent
from careflow_clinic.walk import Walk

pytestmark = pytest.mark.long


def refs_of(released: SeenEvent) -> list[str]:
    """What the visit waits for still, as the event tells everybody."""
    holds: Any = released.data["holds"]
    return [each["ref"] for each in holds]


async def test_of_two_things_that_hold_a_dose_one_is_settled_and_it_waits_for_the_other(
    walk: Walk, person: Person
) -> None:
    course = Course(walk, await walk.to_clearance(person))
    await course.plan(doses=1)
    await course.book_preparation()
    (pair,) = await course.book_pairs(1)
    patient, clinic, events = course.cleared.patient, walk.clinic, walk.clinic.events
    dosing, clearance_id = pair.dosing["id"], course.cleared.clearance_id

    raised = await clinic.raise_alert(patient, "moderate", "Said in therapy that nothing matters any more.")
    alert_id = raised.body["alert_id"]
    await events.wait_for("SafetyAlertRaised", subject=course.subject)
    seen = await clinic.http.get(THERAPIST, "screening", f"/v1/alerts/{alert_id}")
    worse = await clinic.raise_alert(patient, "high", "Her sister called: she has a plan.", by=NURSE)
    assert worse.body["alert_id"] == alert_id, "a second concern joins the open alert"
    await clinic.act_on("alerts", alert_id, "acknowledge")
    blind = await clinic.http.ask(
        THERAPIST, "POST", "screening", f"/v1/alerts/{alert_id}/close", SAFE_WITH_PLAN, version=seen.version
    )
    assert (blind.status, blind.code) == (412, "stale_version"), "nobody closes a concern they have not seen"
    halt = {"reason": "Waits for a call with her psychiatrist."}
    halted = await clinic.http.post(PRESCRIBER, "screening", f"/v1/clearances/{clearance_id}/suspend", halt)
    await events.wait_for("AppointmentPutOnHold", subject=course.subject, count=2)
    assert set(await clinic.holds(dosing)) == {("clinical", alert_id), ("clinical", clearance_id)}

    await clinic.act_on("alerts", alert_id, "close", SAFE_WITH_PLAN)
    first = await events.wait_for("AppointmentReleased", subject=course.subject)
    assert (first.data["ref"], refs_of(first)) == (alert_id, [clearance_id])
    assert await clinic.holds(dosing) == [("clinical", clearance_id)]
    closed = await clinic.closed_gates(patient, "dosing")
    assert "clearance_suspended" in closed
    assert "safety_alert_open" not in closed

    reinstatement = {"suspended_for": "prescriber", "ref": halted.body["ref"], "reason": "The call was held."}
    await clinic.act_on("clearances", clearance_id, "reinstate", reinstatement)
    last = await events.wait_for("AppointmentReleased", subject=course.subject, count=2)
    assert (last.data["ref"], refs_of(last)) == (clearance_id, [])
    assert await clinic.holds(dosing) == []
    assert events.said("careflow.screening.safety.v1", course.subject) == [
        "SafetyAlertRaised",
        "SafetyAlertUpgraded",
        "SafetyAlertAcknowledged",
        "SafetyAlertClosed",
    ]


async def test_what_is_said_after_a_prescriber_signed_beside_an_alert_stands_in_the_way_of_the_dose(
    walk: Walk, person: Person
) -> None:
    course = Course(walk, await walk.to_clearance(person))
    (today,) = await course.to_first_dose(pairs=1)
    clinic, bedside, events, patient = walk.clinic, course.bedside, walk.clinic.events, course.cleared.patient
    await course.answer_before(today.dosing, score=12)
    session_id = await course.ready_for_dose(today.dosing)
    await clinic.raise_alert(patient, "moderate", "Said on the way in that nothing matters any more.")
    raised = await events.wait_for("SafetyAlertRaised", subject=course.subject)
    assert await bedside.failed(session_id, after=[position(raised)]) == ["no_open_alert"]
    signed = {"overrides": [{"item": "no_open_alert", "reason": "Spoken with her at length."}]}
    await bedside.does(session_id, "clear", signed, by=PRESCRIBER)

    again = await clinic.raise_alert(patient, "moderate", "Said to the nurse how she would do it.", by=NURSE)
    joined = await events.wait_for("SafetyAlertJoined", subject=course.subject)
    assert joined.data["alert_id"] == again.body["alert_id"] == raised.data["alert_id"]
    assert await bedside.failed(session_id, after=[position(joined)]) == ["no_open_alert"]
    refused = await bedside.tries(session_id, "start")
    assert (refused.status, refused.code) == (409, "dose_gate_closed")


async def test_an_overdue_integration_holds_the_next_dose_and_its_own_visit_cures_it(
    walk: Walk, person: Person
) -> None:
    course = Course(walk, await walk.to_clearance(person))
    first, second = await course.to_first_dose(pairs=2, every_days=14)
    clinic, bedside, events, patient = walk.clinic, course.bedside, walk.clinic.events, course.cleared.patient
    await course.answer_before(first.dosing, score=12)
    session_id = await course.begin_dose(first.dosing)
    await bedside.does(session_id, "abort", {"patient_left": True, "reason": "Went home with her sister."})
    await clinic.move_appointment(first.integration["id"], "cancel", {"reason": "provider_unavailable"})

    await walk.travel_to(walk.clock.now() + timedelta(days=7))
    overdue = await events.wait_for("IntegrationOverdue", subject=course.subject)
    assert overdue.data["dosing_session_id"] == session_id
    assert await clinic.holds(second.dosing["id"], after=overdue) == [("clinical", session_id)]
    assert await clinic.closed_gates(patient, "dosing") == {"integration_overdue", "plan_used_up"}
    early = await bedside.walk_in(patient, first.dosing["location_id"])
    assert "integration_since_last_dose" in await bedside.failed(early)

    starts = await clinic.free_times(patient, "integration", walk.clock.now())
    await course.therapy_hour((await clinic.book(patient, "integration", starts[0])).body)
    done = await events.wait_for("IntegrationDone", subject=course.subject)
    assert done.data["dosing_session_id"] == session_id
    released = await events.wait_for("AppointmentReleased", subject=course.subject)
    assert (released.data["appointment_id"], refs_of(released)) == (second.dosing["id"], [])
    assert await clinic.holds(second.dosing["id"], after=done) == []
    assert "integration_since_last_dose" not in await bedside.failed(early)
    of_integration = [each for each in events.said("careflow.sessions.v1", course.subject) if "Integration" in each]
    assert of_integration == ["IntegrationDue", "IntegrationOverdue", "IntegrationDone"]
