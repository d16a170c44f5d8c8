"""A patient who does not come over events and HTTP: called, written to, and lost only by somebody's decision."""

from datetime import timedelta
from typing import Any

from services.sessions.tests.clinic import Course, books, has_course, ok, refusal, session_of
from services.sessions.tests.integration.test_end_of_care import discharges, ends
from services.sessions.tests.news import came_after_all, visit_missed
from services.sessions.tests.world import World

OUTREACHES = "/v1/outreaches"
WEEK, DAY = timedelta(days=7), timedelta(days=1)


async def stays_away(world: World, course: Course) -> tuple[str, Any]:
    """A dosing visit the patient does not come to; answers its appointment and when it was to be."""
    at = world.clock()
    appointment_id = await books(world, course.patient_id, at)
    await world.hear(visit_missed(course.patient_id, appointment_id, at))
    return appointment_id, at


async def tries(world: World, outreach: Any, step: str = "call", *, reached: bool = False) -> Any:
    body = {"step": step, "reached": reached, "note": "voicemail"}
    return await world.nurse.post(f"{OUTREACHES}/{outreach['id']}/attempts", body)


async def outreach_of(world: World, patient_id: str) -> Any:
    """The last time somebody tried to reach the patient."""
    return ok(await world.nurse.get(f"/v1/patients/{patient_id}/outreaches"))["items"][-1]


async def steps_said(world: World, patient_id: str) -> list[tuple[str, str]]:
    said = [each for each in await world.said(patient_id) if ".FollowUpContact" in each.type]
    return [(each.type.split(".")[2].removeprefix("FollowUpContact"), str(each.data["category"])) for each in said]


async def test_a_patient_nobody_reaches_is_lost_by_a_decision_and_then_discharged(world: World) -> None:
    course = await has_course(world)
    await stays_away(world, course)
    await stays_away(world, course)
    (outreach,) = ok(await world.nurse.get(OUTREACHES))["items"]
    decision = f"{OUTREACHES}/{outreach['id']}/decision"

    ok(await tries(world, outreach), 201)
    await world.travel(WEEK + DAY)
    ok(await tries(world, outreach), 201)
    await world.travel(WEEK - DAY)
    early = await world.prescriber.post(decision, {"lost": True, "note": "nobody answers"})
    assert refusal(early) == (409, "not_tried_enough")
    ok(await tries(world, outreach), 201)
    ok(await tries(world, outreach, "letter"), 201)
    assert (await outreach_of(world, course.patient_id))["step"] == "decide"

    await ends(world, course, "discontinue")
    assert refusal(await discharges(world, course.patient_id, "lost_to_follow_up")) == (409, "not_lost")
    ok(await world.prescriber.post(decision, {"lost": True, "note": "nobody answers"}))
    ok(await discharges(world, course.patient_id, "lost_to_follow_up"), 201)

    assert ok(await world.nurse.get(OUTREACHES))["items"] == []
    assert await steps_said(world, course.patient_id) == [
        ("Due", "missed_visit_call"),
        ("Due", "missed_visit_call"),
        ("Overdue", "missed_visit_call"),
        ("Due", "missed_visit_call"),
        ("Due", "missed_visit_letter"),
        ("Due", "missed_visit_decision"),
    ]
    (said,) = [each for each in await world.said(course.patient_id) if ".CareDischarged." in each.type]
    assert said.data["reason"] == "lost_to_follow_up"


async def test_whoever_comes_to_their_next_visit_is_looked_for_no_more(world: World) -> None:
    course = await has_course(world)
    await stays_away(world, course)
    at = world.clock() + DAY
    next_visit = await books(world, course.patient_id, at)
    assert (await outreach_of(world, course.patient_id))["end"] is None
    session_id = (await session_of(world, next_visit))["id"]
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/arrive"))
    await world.hear(came_after_all(course.patient_id, next_visit, at))
    assert (await outreach_of(world, course.patient_id))["end"] == "came"


async def test_who_was_there_all_the_same_is_not_looked_for(world: World) -> None:
    course = await has_course(world)
    appointment_id, at = await stays_away(world, course)
    await world.hear(came_after_all(course.patient_id, appointment_id, at))
    assert (await outreach_of(world, course.patient_id))["end"] == "came"


async def test_a_discharge_ends_it(world: World) -> None:
    course = await has_course(world)
    await stays_away(world, course)
    await ends(world, course)
    assert refusal(await discharges(world, course.patient_id)) == (409, "care_not_settled")
    ok(await discharges(world, course.patient_id, "patient_request"), 201)
    assert (await outreach_of(world, course.patient_id))["end"] == "discharged"


async def test_who_is_reached_is_no_longer_waited_for(world: World) -> None:
    course = await has_course(world)
    await stays_away(world, course)
    outreach = await outreach_of(world, course.patient_id)
    ok(await tries(world, outreach, reached=True), 201)
    assert refusal(await tries(world, outreach)) == (409, "outreach_over")
    assert ok(await world.nurse.get(OUTREACHES))["items"] == []
