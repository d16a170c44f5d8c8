"""A pregnancy test is positive at the bedside: no dose, by nobody's signature, and nothing of it for others to read."""

from datetime import timedelta

import pytest

from careflow_clinic.clinic import PRESCRIBER, Person, instant, position
from careflow_clinic.course import Course
from careflow_clinic.walk import Walk

pytestmark = pytest.mark.long


async def test_a_positive_test_refuses_the_dose_and_suspends_the_clearance(walk: Walk, person: Person) -> None:
    course = Course(walk, await walk.to_clearance(person))
    today, later = await course.to_first_dose(pairs=2)
    clinic, bedside, events, cleared = walk.clinic, course.bedside, walk.clinic.events, course.cleared
    await course.answer_before(today.dosing, score=12)
    session_id = await course.ready_for_dose(today.dosing, pregnancy="positive")

    suspended = await events.wait_for("ClearanceSuspended", subject=course.subject)
    assert await bedside.failed(session_id, after=[position(suspended)]) == ["clearance_valid", "not_pregnant"]
    waived = {"overrides": [{"item": "not_pregnant", "reason": "Wants it all the same."}]}
    never = await bedside.tries(session_id, "clear", waived, by=PRESCRIBER)
    assert (never.status, never.code) == (403, "override_forbidden")
    await bedside.does(session_id, "refuse")
    refused = await events.wait_for("SessionRefused", subject=course.subject)
    assert await course.cashier.charged_codes(cleared.patient, session_id, after=[position(refused)]) == []

    assert (await clinic.clearance(cleared.clearance_id))["valid"] is False
    assert await clinic.holds(later.dosing["id"], after=suspended) == [("clinical", cleared.clearance_id)]
    assert await clinic.holds(later.integration["id"]) == []
    (suspension,) = (await clinic.clearance(cleared.clearance_id))["suspensions"]
    reinstatement = {"suspended_for": suspension["reason"], "ref": suspension["ref"], "reason": "Discussed."}
    unresolved = await clinic.tries_on("clearances", cleared.clearance_id, "reinstate", reinstatement)
    assert (unresolved.status, unresolved.code) == (409, "class_a_finding")

    open_data = str([event.data for event in events.about(course.subject)]).lower()
    assert not [word for word in ("pregnan", "positive", "not_pregnant") if word in open_data]

    await walk.travel_to(walk.clock.now() + timedelta(minutes=30))
    negative = {"kind": "pregnancy_test", "taken_at": instant(walk.clock.now()), "result": "negative", "measures": {}}
    await clinic.record(cleared.case_id, "evidence", negative)
    await clinic.act_on("clearances", cleared.clearance_id, "reinstate", reinstatement)
    released = await events.wait_for("AppointmentReleased", subject=course.subject)
    assert (released.data["appointment_id"], released.data["holds"]) == (later.dosing["id"], [])
    assert await clinic.holds(later.dosing["id"]) == []
    assert events.said("careflow.sessions.v1", course.subject)[-2:] == ["ClinicalFactReported", "SessionRefused"]
    of_clearance = [each for each in events.said("careflow.screening.v1", course.subject) if "Clearance" in each]
    assert of_clearance == ["ClearanceGranted", "ClearanceSuspended", "ClearanceReinstated"]
