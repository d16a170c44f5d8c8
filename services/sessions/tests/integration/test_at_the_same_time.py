"""Two people at once: what one commit allows, another may not overtake."""

import asyncio

from services.sessions.tests.builders import MILL_VALLEY
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
    team_joins,
    wastes,
)
from services.sessions.tests.world import World


async def test_of_two_sessions_that_have_both_begun_only_one_gets_its_dose(world: World) -> None:
    course = await has_course(world)
    first = await ready_for_dose(world, course)
    appointment_id = await books(world, course.patient_id, world.clock())
    second: str = (await session_of(world, appointment_id))["id"]
    ok(await world.nurse.post(f"/v1/sessions/{second}/arrive"))
    await team_joins(world, second)
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
    wasted = [await wastes(world, vial, draw_id, "50") for _ in range(3)]
    witness = world.nurse_called("second-nurse")

    answers = await asyncio.gather(
        *(witness.post(f"/v1/drug-log/containers/{vial}/entries/{entry}/witness") for entry in wasted)
    )

    assert sorted(each.status_code for each in answers) == [200, 409, 409]


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


async def test_the_second_click_does_nothing_more(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    version = ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["version"]
    path = f"/v1/sessions/{session_id}/clear"
    first = ok(await world.prescriber.post(path, {}, version=version, key="click"))
    async with world.nothing_changes():
        assert ok(await world.prescriber.post(path, {}, version=version, key="click")) == first
        assert refusal(await world.prescriber.post(path, {}, version=version)) == (409, "wrong_state")
        reused = await world.prescriber.post(
            path, {"overrides": [{"item": "fasting", "reason": "x"}]}, version=version, key="click"
        )
        assert refusal(reused) == (422, "idempotency_key_reused")
        stale = await world.prescriber.post(f"/v1/sessions/{session_id}/order", ORDER, version=version)
        assert refusal(stale) == (412, "stale_version")


async def test_of_two_draws_that_together_are_too_much_one_is_made(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    vial = await has_vial(world)
    path = f"/v1/drug-log/containers/{vial}/draws"

    answers = await asyncio.gather(*(world.nurse.post(path, {"session_id": session_id, "ml": "0.6"}) for _ in range(3)))

    assert sorted(each.status_code for each in answers) == [201, 409, 409]
    assert {refusal(each) for each in answers if each.status_code != 201} == {(409, "draw_above_order")}
    log = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))
    assert (log["on_hand_mg"], log["in_container_mg"]) == ("500", "470")


async def test_of_two_doses_of_one_session_one_is_given(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    vial = await has_vial(world)
    draw_id = await draws(world, vial, session_id)
    ok(await does(world, session_id, "clear", {}))
    ok(await does(world, session_id, "start"))

    answers = await asyncio.gather(*(does(world, session_id, "doses", dose(vial, draw_id)) for _ in range(3)))

    assert sorted(each.status_code for each in answers)[0] == 201
    late = {refusal(each) for each in answers if each.status_code != 201}
    assert late <= {(412, "stale_version"), (409, "dose_running")}
    session = ok(await world.nurse.get(f"/v1/sessions/{session_id}"))
    log = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))
    assert (session["given_mg"], log["on_hand_mg"]) == ("40", "460")


async def test_of_two_witnesses_at_once_one_confirms(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    vial = await has_vial(world)
    draw_id = await draws(world, vial, session_id)
    entry = await wastes(world, vial, draw_id, "50")
    path = f"/v1/drug-log/containers/{vial}/entries/{entry}/witness"

    answers = await asyncio.gather(*(world.nurse_called(name).post(path) for name in ("second", "third")))

    assert sorted(each.status_code for each in answers) == [200, 409]


async def test_a_location_s_day_is_closed_once(world: World) -> None:
    vial = await has_vial(world)
    path = f"/v1/drug-log/locations/{MILL_VALLEY}/days/2026-11-23/close"

    answers = await asyncio.gather(*(world.nurse.post(path, {"counts": {vial: "500"}}) for _ in range(3)))

    assert sorted(each.status_code for each in answers) == [201, 409, 409]
    confirm = path.replace("/close", "/confirm")
    second = await asyncio.gather(*(world.nurse_called(name).post(confirm) for name in ("second", "third")))
    assert sorted(each.status_code for each in second) == [200, 409]
    assert await world.said_at(MILL_VALLEY) == ["DrugDayClosed"]
