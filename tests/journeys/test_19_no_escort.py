"""Nobody comes to take the patient home: they stay, are watched on, and leave only by a way a prescriber signs for. Who
goes away all the same is called.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from careflow_clinic.bedside import READY_TO_LEAVE
from careflow_clinic.clinic import NURSE, PRESCRIBER, Person
from careflow_clinic.course import Course
from careflow_clinic.walk import Walk

pytestmark = pytest.mark.long

NOBODY_CAME = {**READY_TO_LEAVE, "escort_signed": False}
A_LONG_WAIT = timedelta(minutes=75)
BY_HER_SISTER = {
    "exceptions": [{"criterion": "escort_signed", "reason": "The friend cannot be reached; awake and steady."}],
    "transport": "Her sister comes by taxi and stays the night.",
}


async def test_without_an_escort_a_patient_is_watched_on_until_a_prescriber_signs_for_another_way(
    walk: Walk, person: Person
) -> None:
    course = Course(walk, await walk.to_clearance(person))
    (pair,) = await course.to_first_dose(pairs=1)
    session_id = await _dose_is_over(course, pair.dosing)
    bedside, events, now = course.bedside, walk.clinic.events, walk.clock.now

    alone = await bedside.tries(session_id, "discharge", NOBODY_CAME)
    assert (alone.status, alone.code) == (409, "discharge_criteria_unmet")
    assert alone.body["criteria"] == ["escort_signed"]
    by_nurse = await bedside.tries(session_id, "discharge", {**NOBODY_CAME, **BY_HER_SISTER})
    assert by_nurse.status == 409, "a nurse signs for no exception"
    on_foot = await bedside.tries(
        session_id, "discharge", {**NOBODY_CAME, **BY_HER_SISTER, "transport": None}, by=PRESCRIBER
    )
    assert on_foot.code == "transport_missing"

    await walk.travel_to(now() + A_LONG_WAIT)
    overdue = await events.wait_for("VitalsOverdue", subject=course.subject)
    assert overdue.data["session_id"] == session_id, "who stays is watched as before"
    await bedside.observe(session_id)
    await bedside.does(session_id, "discharge", {**NOBODY_CAME, **BY_HER_SISTER}, by=PRESCRIBER)
    discharged = await events.wait_for("SessionDischarged", subject=course.subject)
    assert discharged.data["session_id"] == session_id
    assert "PatientLeftEarly" not in [event.name for event in events.about(course.subject)]
    record = await walk.clinic.http.get(NURSE, "sessions", f"/v1/sessions/{session_id}/record")
    left = record.body["discharge"]
    assert (left["transport"], left["signed_by"]) == (BY_HER_SISTER["transport"], PRESCRIBER.subject)


async def test_who_goes_alone_against_advice_is_called_the_next_day(walk: Walk, person: Person) -> None:
    course = Course(walk, await walk.to_clearance(person))
    (pair,) = await course.to_first_dose(pairs=1)
    session_id = await _dose_is_over(course, pair.dosing)
    events = walk.clinic.events

    await course.bedside.does(session_id, "abort", {"patient_left": True, "reason": "Would not wait; went by bus."})
    await events.wait_for("PatientLeftEarly", subject=course.subject)
    await events.wait_for("FollowUpContactDue", subject=course.subject)
    path = f"/v1/patients/{course.cleared.patient.id}/follow-up-contacts"
    contacts = (await walk.clinic.http.get(NURSE, "sessions", path)).body["items"]
    assert session_id in {each["session_id"] for each in contacts}
    integration = await walk.clinic.appointment(pair.integration["id"])
    assert (integration.body["status"], integration.body["holds"]) == ("booked", []), "the way out stays open"


async def _dose_is_over(course: Course, visit: Mapping[str, Any]) -> str:
    """An infusion has run, and everything but the escort is as it should be. Returns the session's id."""
    await course.answer_before(visit, score=12)
    session_id = await course.ready_for_dose(visit)
    began, draw_id = await course.give_dose(session_id, visit["location_id"])
    await course.watched(session_id, began, draw_id)
    await course.bedside.close_drug_day(visit["location_id"], course.walk.clock.now())
    return session_id
