"""Who is in a session has said so with their own login, and therapy is what a therapist held, over HTTP."""

from datetime import timedelta

import pytest

from services.sessions.tests.clinic import (
    Course,
    books,
    does,
    gate_of,
    goes_home,
    has_course,
    ok,
    plan_body,
    ready_for_dose,
    receives_dose,
    refusal,
    session_of,
    therapy_hour,
    wastes_before_witness,
)
from services.sessions.tests.world import World

INTEGRATION = "integration_since_last_dose"


async def dosed_yesterday(world: World) -> Course:
    course = await has_course(world)
    await receives_dose(world, await ready_for_dose(world, course))
    await world.travel(timedelta(days=1))
    return course


async def begun(world: World, course: Course) -> str:
    appointment_id = await books(world, course.patient_id, world.clock(), kind="integration")
    session_id: str = (await session_of(world, appointment_id))["id"]
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/arrive"))
    ok(await does(world, session_id, "start"))
    return session_id


async def gate_of_the_next_dose(world: World, course: Course) -> list[str]:
    return await gate_of(world, (await session_of(world, await books(world, course.patient_id, world.clock())))["id"])


async def held(world: World, minutes: int, provider: str = "user-therapist") -> dict[str, object]:
    """Therapy from now on for so many minutes."""
    began = world.clock()
    await world.travel(timedelta(minutes=minutes))
    return {"therapy": [{"provider": provider, "started_at": began.isoformat(), "ended_at": world.clock().isoformat()}]}


async def test_an_hour_without_therapy_integrates_no_dose(world: World) -> None:
    course = await dosed_yesterday(world)
    session_id = await begun(world, course)
    ok(await does(world, session_id, "complete", {}))

    assert INTEGRATION in await gate_of_the_next_dose(world, course)
    assert "IntegrationDone" not in await world.said_types(course.patient_id)


@pytest.mark.parametrize(("minutes", "counts"), [(29, False), (30, True)])
async def test_thirty_minutes_held_by_a_therapist_integrate_a_dose(world: World, minutes: int, counts: bool) -> None:
    course = await dosed_yesterday(world)
    session_id = await begun(world, course)
    ok(await world.therapist.post(f"/v1/sessions/{session_id}/join", {"role": "therapist"}))
    ok(await does(world, session_id, "complete", await held(world, minutes)))

    assert (INTEGRATION not in await gate_of_the_next_dose(world, course)) is counts


@pytest.mark.parametrize("provider", ["user-therapist", "user-nurse", "nobody-at-all"])
async def test_nobody_holds_therapy_who_has_not_joined_as_a_therapist(world: World, provider: str) -> None:
    course = await dosed_yesterday(world)
    session_id = await begun(world, course)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/join", {"role": "nurse"}))
    times = await held(world, 50, provider)

    async with world.nothing_changes():
        assert refusal(await does(world, session_id, "complete", times)) == (409, "therapist_not_present")


async def test_nobody_joins_in_a_role_their_login_does_not_hold(world: World) -> None:
    session_id = await begun(world, await dosed_yesterday(world))
    async with world.nothing_changes():
        refused = await world.nurse.post(f"/v1/sessions/{session_id}/join", {"role": "therapist"})
        assert refusal(refused) == (403, "role_not_held")


async def test_a_dose_waits_while_the_therapist_is_out_of_the_room(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    ok(await does(world, session_id, "clear", {}))
    ok(await world.therapist.post(f"/v1/sessions/{session_id}/leave"))

    refused = await does(world, session_id, "start")

    assert [each["item"] for each in refused.json()["failed"]] == ["therapist_present"]


async def test_a_plan_of_two_doses_has_no_third(world: World) -> None:
    course = await has_course(world)
    plan = ok(await world.prescriber.get(f"/v1/plans/{course.plan_id}"))
    terms = {**plan_body(), "visits": [*plan_body()["visits"][::2], {**plan_body()["visits"][1], "count": 2}]}
    ok(await world.prescriber.post(f"/v1/plans/{course.plan_id}/adjust", terms, version=plan["version"]))
    for _ in range(2):
        session_id = await ready_for_dose(world, course)
        vial, draw_id = await receives_dose(world, session_id)
        await wastes_before_witness(world, vial, draw_id, "10")
        await goes_home(world, session_id)
        await world.travel(timedelta(days=3))
        await therapy_hour(world, course, "integration")
        await world.travel(timedelta(days=4))
    shown = ok(await world.nurse.get(f"/v1/sessions/{session_id}"))
    assert (shown["number"], shown["of"]) == (2, 2)

    assert "doses_planned" in await gate_of(world, await ready_for_dose(world, course))
