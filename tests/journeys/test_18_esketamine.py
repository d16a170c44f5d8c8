"""Esketamine under its restricted program: device by device, a prescriber there until the patient leaves, two hours of
watching, and a form that is late until it is sent.
"""

from datetime import timedelta
from typing import Any

import pytest

from careflow_clinic.bedside import READY_TO_LEAVE, VIAL
from careflow_clinic.clinic import NURSE, PRESCRIBER, Person
from careflow_clinic.course import Course
from careflow_clinic.walk import Walk

pytestmark = pytest.mark.long

SPRAY: dict[str, Any] = {
    "route": "intranasal",
    "route_reason": "Approved for this indication, and given without a line.",
    "start": {"mg": "56"},
    "ceiling": {"mg": "84"},
}
"""The approved doses (Spravato label, 2.2)."""
PROGRAM = {"setting_certified": True, "patient_enrolled": True, "pulse_oximeter": True}
BOX = {**VIAL, "drug": "esketamine", "form": "nasal device", "ndc": "50458002802", "ml": "0.4", "mg_per_ml": "140"}
DEVICE = {"mg": "28", "ml": "0.2", "mg_per_ml": "140"}
OBSERVED_AFTER = (40, 30, 30, 25)
"""Minutes from one observation to the next: two hours after the second device, and a little more."""
ANSWERS = {
    "medicines": [],
    "vitals_acceptable_before": True,
    "vitals_acceptable_after": True,
    "sedation": False,
    "dissociation": True,
    "respiratory_depression": False,
    "reference": "REMS-4711",
}


async def test_two_devices_two_hours_and_a_form(walk: Walk, person: Person) -> None:
    course = Course(walk, await walk.to_clearance(person, excluded_routes=()))
    (pair,) = await course.to_first_dose(pairs=1, **SPRAY)
    bedside, events, http, now = course.bedside, walk.clinic.events, walk.clinic.http, walk.clock.now
    await course.answer_before(pair.dosing, score=12)
    session_id = await course.arrived(pair.dosing)
    session = f"/v1/sessions/{session_id}"
    await bedside.check(session_id, now(), restricted_program=PROGRAM)
    await bedside.does(session_id, "order", {"mg": "56", "most_mg": "56"}, by=PRESCRIBER)
    await course.knows_who_is_cleared(session_id)

    box = await bedside.receive(pair.dosing["location_id"], {**BOX, "lot": "S-2611"})
    draw_id = await bedside.draw(box, session_id, ml="0.4")
    device = {**DEVICE, "container_id": box, "draw_id": draw_id}
    await bedside.does(session_id, "clear", {"overrides": []}, by=PRESCRIBER)
    await bedside.does(session_id, "start")

    await http.post(PRESCRIBER, "sessions", f"{session}/leave")
    alone = await bedside.tries(session_id, "doses", {**device, "serial": "SN-1"})
    assert (alone.status, alone.code) == (409, "dose_gate_closed")
    assert [each["item"] for each in alone.body["failed"]] == ["prescriber_present"]
    await http.post(PRESCRIBER, "sessions", f"{session}/join", {"role": "prescriber"})

    await bedside.does(session_id, "doses", {**device, "serial": "SN-1"})
    hasty = await bedside.tries(session_id, "doses", {**device, "serial": "SN-2"})
    assert (hasty.status, hasty.code) == (409, "device_too_soon")
    await walk.travel_to(now() + timedelta(minutes=5))
    unmeasured = await bedside.tries(session_id, "doses", {**device, "serial": "SN-2"})
    assert unmeasured.code == "dose_gate_closed", "after the first device nobody has measured anything"
    await bedside.observe(session_id)
    await bedside.does(session_id, "doses", {**device, "serial": "SN-2"})
    await events.wait_for("DoseAdministered", subject=course.subject, count=2)

    for minutes in OBSERVED_AFTER:
        await walk.travel_to(now() + timedelta(minutes=minutes))
        await bedside.observe(session_id)
    await http.post(PRESCRIBER, "sessions", f"{session}/leave")
    unwatched = await bedside.tries(session_id, "discharge", READY_TO_LEAVE)
    assert (unwatched.status, unwatched.code) == (403, "discharge_forbidden")
    assert unwatched.body["criteria"] == ["prescriber_on_site"]
    await http.post(PRESCRIBER, "sessions", f"{session}/join", {"role": "prescriber"})
    await bedside.does(session_id, "discharge", READY_TO_LEAVE)
    await bedside.does(session_id, "complete", {"therapy": []})
    completed = await events.wait_for(
        "SessionCompleted", subject=course.subject, where=lambda event: event.data["session_id"] == session_id
    )
    await course.charged_for([completed])
    await bedside.close_drug_day(pair.dosing["location_id"], now())

    form = f"{session}/rems-form"
    due: Any = await events.wait_for("RemsFormDue", subject=course.subject)
    await walk.travel_to(now() + timedelta(days=8))
    await events.wait_for("RemsFormOverdue", subject=course.subject)
    late = await http.get(NURSE, "sessions", form)
    assert (late.body["overdue"], late.body["missing"]) == (True, [])
    assert [each["serial"] for each in late.body["report"]["devices"]] == ["SN-1", "SN-2"]
    await http.post(NURSE, "sessions", f"{form}/submit", ANSWERS, version=late.version)
    sent = await events.wait_for("RemsFormSubmitted", subject=course.subject)
    assert sent.data["task_id"] == due.data["task_id"]
