"""A visit by video whose patient turns out to be in another state: no hour, no charge and no fee, and the preparation
is still to be done.
"""

from typing import Any, Final

import pytest

from careflow_clinic.clinic import THERAPIST, Person, position
from careflow_clinic.course import Course
from careflow_clinic.walk import Walk

pytestmark = pytest.mark.long

AT_THE_COAST: Final[dict[str, Any]] = {
    "identifiers": ["name", "birth_date"],
    "address": "Her sister's house, Cannon Beach",
    "state": "OR",
    "callback": "+14155550123",
    "emergency_service": "Providence Seaside Hospital; 911",
    "private": True,
    "fit": True,
}
AGREED: Final = {"minutes": 8, "note": "Back on Thursday; she comes to the clinic then."}


async def test_a_preparation_by_video_from_oregon_costs_nothing_and_is_held_at_the_clinic(
    walk: Walk, person: Person
) -> None:
    course = Course(walk, await walk.to_clearance(person))
    clinic, bedside, cashier, events = walk.clinic, course.bedside, course.cashier, walk.clinic.events
    patient = course.cleared.patient
    await course.plan(doses=2)
    await bedside.consent(patient, "telehealth")
    starts = await clinic.free_times(patient, "preparation", walk.clock.now())
    visit = (await clinic.book(patient, "preparation", starts[0], modality="video")).body

    session_id = await course.arrived(visit)
    await clinic.http.post(THERAPIST, "sessions", f"/v1/sessions/{session_id}/verifications", AT_THE_COAST)
    start = await bedside.tries(session_id, "start", by=THERAPIST)
    assert (start.status, start.code, start.body["missing"]) == (409, "telehealth_not_ready", ["state_served"])
    await bedside.does(session_id, "coordination-call", AGREED, by=THERAPIST)

    refused = await events.wait_for("SessionRefused", subject=course.subject)
    after = [position(refused)]
    assert await cashier.charged_codes(patient, session_id, after=after) == []
    assert await cashier.fees(patient, after=after) == []
    assert "preparation_needed" in await clinic.closed_gates(patient, "dosing", after=refused)
    assert (await clinic.appointment(visit["id"])).body["status"] == "fulfilled"
    assert "Cannon Beach" not in str([event.data for event in events.about(course.subject)])

    held = await course.therapy_hour(await course.book_preparation())
    (charge,) = await course.charged_for([held])
    assert charge.data["cause_id"] == held.data["session_id"]
    assert "preparation_needed" not in await clinic.closed_gates(patient, "dosing", after=held)
    assert await cashier.fees(patient) == []
