"""Contacts after harm over HTTP and events: asked for by an adverse event or an early leave, tried, made, or late."""

from datetime import datetime, timedelta

import pytest

from services.sessions.tests.builders import POLICY
from services.sessions.tests.clinic import SCORE, does, has_course, observes, ok, ready_for_dose, receives_dose, refusal
from services.sessions.tests.integration.test_end_of_care import discharges, ends
from services.sessions.tests.setbacks import calls, reviews, suffers
from services.sessions.tests.world import World
from sessions.domain.clinic_day import clinic_day, day_bounds

CONTACTS = "/v1/follow-up-contacts"
SAFETY = "careflow.sessions.safety.v1"


async def about_contacts(world: World, patient_id: str) -> list[tuple[str, str]]:
    said = [each for each in await world.said(patient_id) if ".FollowUpContact" in each.type]
    return [(each.type.split(".")[2], str(each.data["category"])) for each in said]


async def test_an_adverse_event_asks_for_two_contacts_and_one_nobody_made_is_late_once(world: World) -> None:
    course = await has_course(world)
    event_id = await suffers(world, course.patient_id, grade=1)
    next_day, later = ok(await world.nurse.get(CONTACTS))["items"]
    assert [(each["kind"], each["adverse_event_id"]) for each in (next_day, later)] == [
        ("next_day_contact", event_id),
        ("later_contact", event_id),
    ]
    ok(await calls(world, next_day["id"], reached=False), 201)
    ok(await calls(world, next_day["id"]), 201)
    assert refusal(await calls(world, next_day["id"])) == (409, "contact_made")

    await world.travel(timedelta(hours=72))
    await world.travel(timedelta(days=1))

    made, late = ok(await world.nurse.get(f"/v1/patients/{course.patient_id}/follow-up-contacts"))["items"]
    assert [each["reached"] for each in made["attempts"]] == [False, True]
    assert (made["overdue"], late["overdue"], late["made_at"]) == (False, True, None)
    assert await about_contacts(world, course.patient_id) == [
        ("FollowUpContactDue", "next_day_contact"),
        ("FollowUpContactDue", "later_contact"),
        ("FollowUpContactOverdue", "later_contact"),
    ]
    ok(await calls(world, late["id"]), 201)
    assert ok(await world.nurse.get(CONTACTS))["items"] == []


async def test_who_leaves_after_a_dose_is_called_the_next_day(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)
    left = {"patient_left": True, "reason": "wanted to go home"}
    ok(await does(world, session_id, "abort", left))

    (contact,) = ok(await world.nurse.get(CONTACTS))["items"]

    assert (contact["kind"], contact["session_id"]) == ("next_day_contact", session_id)
    assert await world.alarmed(course.patient_id) == ["PatientLeftEarly"]


async def test_who_left_last_night_is_called_today(world: World) -> None:
    """It is written down in the morning: for the night the alarms were of nobody, and the next day is today."""
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)
    left_at = world.clock()
    await world.travel(timedelta(hours=16))
    left = {"patient_left": True, "reason": "wanted to go home", "left_at": left_at.isoformat()}
    nobody = await does(world, session_id, "abort", {**left, "patient_left": False})
    assert refusal(nobody) == (422, "left_at_of_nobody")
    before = {**left, "left_at": (left_at - timedelta(hours=2)).isoformat()}
    assert refusal(await does(world, session_id, "abort", before)) == (409, "seen_later")
    ok(await does(world, session_id, "abort", left))

    (contact,) = ok(await world.nurse.get(CONTACTS))["items"]
    assert (
        datetime.fromisoformat(contact["due_by"])
        == day_bounds(clinic_day(left_at, POLICY.timezone) + timedelta(days=1), POLICY.timezone)[1]
    )
    gone = [each.data for each in await world.said(course.patient_id, SAFETY) if "PatientLeftEarly" in each.type]
    assert [(datetime.fromisoformat(str(each["at"])), each["overdue_after_leaving"]) for each in gone] == [
        (left_at, "urgent")
    ]


@pytest.mark.thorough
async def test_whom_a_corrected_time_shows_to_have_left_too_early_is_called(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/doses/end"))
    await world.travel(timedelta(minutes=25))
    ok(await observes(world, session_id), 201)
    seen = world.clock()
    await world.travel(timedelta(minutes=60))
    ok(await observes(world, session_id), 201)
    ok(await does(world, session_id, "discharge", SCORE))
    early = {"left_at": (seen + timedelta(minutes=1)).isoformat(), "reason": "the door's log"}
    assert refusal(await does(world, session_id, "leaving/corrections", early)) == (409, "seen_later")
    wrong = {"among": "vitals", "number": 1, "signs": {"observed_at": seen.isoformat()}, "reason": "the same one"}
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/vitals/corrections", wrong), 201)

    ok(await does(world, session_id, "leaving/corrections", early), 201)

    kept = ok(await world.nurse.get(f"/v1/sessions/{session_id}/record"))
    assert kept["discharge"]["not_met"] == ["monitored_long_enough"]
    assert [each["reason"] for each in kept["left_records"]] == ["the door's log"]
    (contact,) = ok(await world.nurse.get(CONTACTS))["items"]
    assert (contact["kind"], contact["session_id"]) == ("next_day_contact", session_id)
    assert (await world.alarmed(course.patient_id))[-1] == "PatientLeftEarly"


async def test_who_leaves_before_a_dose_is_not_called(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    ok(await does(world, session_id, "clear", {}))
    ok(await does(world, session_id, "start"))
    ok(await does(world, session_id, "abort", {"patient_left": True, "reason": "changed her mind"}))
    assert ok(await world.nurse.get(CONTACTS))["items"] == []


async def test_whose_care_has_ended_is_neither_waited_for_nor_said_to_be_late(world: World) -> None:
    course = await has_course(world)
    event_id = await suffers(world, course.patient_id, grade=2)
    ok(await reviews(world, event_id, "resume"))
    await ends(world, course, "discontinue")
    ok(await discharges(world, course.patient_id, "deceased"), 201)

    ended, _ = ok(await world.nurse.get(f"/v1/patients/{course.patient_id}/follow-up-contacts"))["items"]
    assert ended["made_at"] is None
    assert ended["ended_at"] is not None
    assert ok(await world.nurse.get(CONTACTS))["items"] == []
    assert refusal(await calls(world, ended["id"])) == (409, "contact_over")
    await world.travel(timedelta(days=4))
    assert [said for said, _ in await about_contacts(world, course.patient_id)] == ["FollowUpContactDue"] * 2
