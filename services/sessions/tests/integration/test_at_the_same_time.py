"""Two people at once: what one commit allows, another may not overtake."""

import asyncio

from services.sessions.tests.clinic import (
    ORDER,
    all_checks,
    books,
    does,
    dose,
    draws,
    has_course,
    has_vial,
    ok,
    ready_for_dose,
    refusal,
    session_of,
)
from services.sessions.tests.world import World


async def test_of_two_sessions_that_have_both_begun_only_one_gets_its_dose(world: World) -> None:
    course = await has_course(world)
    first = await ready_for_dose(world, course)
    appointment_id = await books(world, course.patient_id, world.clock())
    second: str = (await session_of(world, appointment_id))["id"]
    ok(await world.nurse.post(f"/v1/sessions/{second}/arrive"))
    ok(await world.nurse.post(f"/v1/sessions/{second}/checks", all_checks(world.clock())))
    ok(await does(world, second, "order", ORDER, by=world.prescriber))
    vial = await has_vial(world)
    given = []
    for session_id in (first, second):
        ok(await does(world, session_id, "clear", {}))
        ok(await does(world, session_id, "start"))
        given.append((session_id, dose(vial, await draws(world, vial, session_id))))

    answers = await asyncio.gather(*(does(world, session_id, "doses", body) for session_id, body in given))

    (late,) = [each for each in answers if each.status_code != 201]
    assert refusal(late) == (409, "dose_gate_closed")
    assert {each["item"] for each in late.json()["failed"]} == {
        "integration_since_last_dose",
        "interval_since_last_dose",
    }


async def test_a_draw_is_not_emptied_twice(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    vial = await has_vial(world)
    draw_id = await draws(world, vial, session_id)
    path = f"/v1/drug-log/containers/{vial}/entries"
    waste = {"kind": "lost", "mg": "50", "draw_id": draw_id}

    answers = await asyncio.gather(*(world.nurse.post(path, waste) for _ in range(4)))

    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]


async def test_a_command_sent_twice_is_done_once(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    vial = await has_vial(world)
    path = f"/v1/drug-log/containers/{vial}/draws"
    body = {"session_id": session_id, "ml": "1"}

    answers = await asyncio.gather(*(world.nurse.post(path, body, key="the-same") for _ in range(2)))

    log = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))
    assert {each.status_code for each in answers} <= {201, 409}
    assert len(log["draws"]) == 1
