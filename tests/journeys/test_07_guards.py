"""Too soon, too often, too much, without therapy or without consent: each refused by its name, at booking already."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from careflow_clinic.bedside import DOSE
from careflow_clinic.clinic import COORDINATOR, NURSE, PRESCRIBER, Person, at, instant
from careflow_clinic.course import Course
from careflow_clinic.http import Answer
from careflow_clinic.walk import Walk

pytestmark = pytest.mark.long

SESSIONS = "careflow.sessions.v1"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


async def asks_for_dose(course: Course, starts_at: datetime, *, integration_at: datetime | None = None) -> Answer:
    """The coordinator tries to book a dosing visit at that time, with its integration if one is named."""
    visit: dict[str, Any] = {
        "patient_id": course.cleared.patient.id,
        "kind": "dosing",
        "starts_at": instant(starts_at),
        "modality": "in_person",
    }
    if integration_at is not None:
        visit["integration"] = {"starts_at": instant(integration_at), "modality": "in_person"}
    return await course.clinic.http.ask(COORDINATOR, "POST", "booking", "/v1/appointments", visit)


def gates(refused: Answer) -> set[str]:
    assert (refused.status, refused.code) == (409, "gates_closed"), refused.body
    return {gate["code"] for gate in refused.body["gates"]}


async def test_booking_names_every_guard_that_a_dosing_visit_would_break(walk: Walk, person: Person) -> None:
    course = Course(walk, await walk.to_clearance(person))
    await walk.clinic.care_path(course.cleared.patient, after=course.cleared.granted)
    soon = walk.clock.now() + DAY
    assert gates(await asks_for_dose(course, soon)) == {"plan_needed"}
    await course.plan(doses=6)
    assert gates(await asks_for_dose(course, soon)) == {"preparation_needed", "integration_needed"}

    await course.book_preparation()
    (pair,) = await course.book_pairs(1)
    monday = at(pair.dosing["starts_at"])
    early = monday + 40 * HOUR
    assert gates(await asks_for_dose(course, early, integration_at=early + DAY)) == {
        "dose_too_close",
        "integration_between_needed",
    }
    second = await asks_for_dose(course, monday + 2 * DAY + 4 * HOUR, integration_at=monday + 3 * DAY + HOUR)
    assert second.status == 201, second.body
    third = monday + 6 * DAY
    assert gates(await asks_for_dose(course, third, integration_at=third + DAY)) == {"too_many_doses"}


async def test_the_dose_gate_names_every_guard_at_the_bedside(walk: Walk, person: Person) -> None:
    course = Course(walk, await walk.to_clearance(person))
    pair, _ = await course.to_first_dose(pairs=2)
    visit, bedside, patient, events = pair.dosing, course.bedside, course.cleared.patient, walk.clinic.events
    await course.answer_before(visit, score=12)
    session_id = await course.ready_for_dose(visit)

    above_plan = {"mg": "40", "mg_per_kg": "0.5", "most_mg": "65"}
    refused = await bedside.tries(session_id, "order", above_plan, by=PRESCRIBER)
    assert (refused.status, refused.code, refused.body["ceiling"]) == (422, "dose_above_ceiling", "plan")
    await bedside.does(session_id, "clear", {"overrides": []}, by=PRESCRIBER)
    await bedside.does(session_id, "start")
    vial_id = await bedside.receive_vial(visit["location_id"], lot="L-2612")
    draw_id = await bedside.draw(vial_id, session_id)
    drawn = {"container_id": vial_id, "draw_id": draw_id}
    too_much = {**drawn, "mg": "48", "mg_per_kg": "0.6", "ml": "0.96", "mg_per_ml": "50"}
    refused = await bedside.tries(session_id, "doses", too_much)
    assert (refused.status, refused.code) == (422, "dose_above_order")
    await bedside.does(session_id, "doses", {**DOSE, **drawn})
    await bedside.waste(vial_id, draw_id)
    await bedside.does(session_id, "abort", {"patient_left": True, "reason": "Went home with her sister."})
    given = await events.wait_for("DoseAdministered", subject=course.subject)

    await walk.travel_to(given.time + 40 * HOUR)
    again = await bedside.walk_in(patient, visit["location_id"])
    await course.examined(again)
    assert await bedside.failed(again) == ["integration_since_last_dose", "interval_since_last_dose"]
    signed = {"overrides": [{"item": "interval_since_last_dose", "reason": "Travels tomorrow."}]}
    by_nurse = await bedside.tries(again, "clear", signed, by=NURSE)
    assert (by_nurse.status, by_nurse.code) == (403, "override_needs_prescriber")
    shut = await bedside.tries(again, "clear", signed, by=PRESCRIBER)
    assert [each["item"] for each in shut.body["failed"]] == ["integration_since_last_dose"]

    await bedside.withdraw_consent(patient, "treatment")
    await bedside.consent(patient, "treatment", route="oral")
    to_another_route = await events.wait_for("ConsentSigned", subject=course.subject, count=3)
    assert "consent_ended" in await walk.clinic.closed_gates(patient, "dosing", after=to_another_route)
    assert "route_consent" in await bedside.failed(again)
    waived = {"overrides": [{"item": "route_consent", "reason": "Signs tomorrow."}]}
    never = await bedside.tries(again, "clear", waived, by=PRESCRIBER)
    assert (never.status, never.code, never.body["items"]) == (403, "override_forbidden", ["route_consent"])
    await bedside.does(again, "refuse")

    assert (await events.wait_for("SessionRefused", subject=course.subject)).data["reason"] == "consent"
    assert events.said(SESSIONS, course.subject) == [
        "PlanLinkIssued",
        "ConsentSigned",
        "ConsentSigned",
        "PlanActivated",
        "SessionCheckedIn",
        "SessionStarted",
        "SessionCompleted",
        "SessionCheckedIn",
        "SessionCleared",
        "SessionStarted",
        "DoseAdministered",
        "IntegrationDue",
        "SessionAborted",
        "FollowUpContactDue",
        "FollowUpContactOverdue",
        "SessionCheckedIn",
        "ConsentWithdrawn",
        "ConsentSigned",
        "SessionRefused",
    ]
