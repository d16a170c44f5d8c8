"""A dosing session beyond its booked end: said once for each end, and over when the patient may go."""

from datetime import datetime, timedelta
from typing import Any

from services.sessions.tests.clinic import (
    goes_home,
    has_course,
    observes,
    ok,
    ready_for_dose,
    receives_dose,
    therapy_hour,
)
from services.sessions.tests.news import moved_end
from services.sessions.tests.world import World


async def session(world: World, session_id: str) -> Any:
    return ok(await world.nurse.get(f"/v1/sessions/{session_id}"))


async def said_long(world: World, patient_id: str) -> list[datetime]:
    """The ends that were said to have passed."""
    said = [each for each in await world.said(patient_id) if ".SessionRunningLong." in each.type]
    return [datetime.fromisoformat(str(each.data["expected_end"])) for each in said]


async def test_it_is_said_once_and_over_when_the_patient_goes(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)
    starts_at = datetime.fromisoformat((await session(world, session_id))["starts_at"])
    await world.travel(starts_at + timedelta(hours=3) - world.clock() - timedelta(seconds=1))
    assert await said_long(world, course.patient_id) == []
    await world.travel(timedelta(seconds=1))
    await world.travel(timedelta(hours=1))
    assert await said_long(world, course.patient_id) == [starts_at + timedelta(hours=3)]
    assert (await session(world, session_id))["runs_long"]
    ok(await observes(world, session_id), 201)
    await goes_home(world, session_id)
    assert not (await session(world, session_id))["runs_long"]


async def test_a_later_end_is_another_one(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)
    await world.travel(timedelta(hours=3))
    before = await session(world, session_id)
    assert before["runs_long"]
    starts_at = datetime.fromisoformat(before["starts_at"])
    await world.hear(moved_end(course.patient_id, before["appointment_id"], starts_at, hours=5))
    assert not (await session(world, session_id))["runs_long"]
    await world.travel(timedelta(hours=3))
    ends = [starts_at + timedelta(hours=hours) for hours in (3, 5)]
    assert await said_long(world, course.patient_id) == ends


async def test_a_visit_that_is_over_or_not_a_dose_never_runs_long(world: World) -> None:
    course = await has_course(world)
    await therapy_hour(world, course, "preparation")
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)
    await goes_home(world, session_id)
    await world.travel(timedelta(days=1))
    assert await said_long(world, course.patient_id) == []
