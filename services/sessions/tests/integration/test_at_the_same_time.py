"""Two people at once: what one commit allows, another may not overtake."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any

import pytest

from careflow_events import contracts
from careflow_service.ids import new_id
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import (
    ORDER,
    Course,
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
    wastes,
)
from services.sessions.tests.news import alert_raised
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

    answers = await asyncio.gather(*(world.nurse.post(path, {"session_id": session_id, "ml": "6"}) for _ in range(3)))

    assert sorted(each.status_code for each in answers) == [201, 409, 409]
    assert {refusal(each) for each in answers if each.status_code != 201} == {(409, "container_exceeded")}
    log = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))
    assert (log["on_hand_mg"], log["in_container_mg"]) == ("500", "200")


async def test_of_two_doses_of_one_session_one_is_given(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    vial = await has_vial(world)
    draw_id = await draws(world, vial, session_id, "2")
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
    assert await world.said_at(MILL_VALLEY) == ["DrugDayClosed"]


Meanwhile = Callable[[], Coroutine[Any, Any, object]]
Interruption = Callable[[Meanwhile], None]


@pytest.fixture
def while_asking(world: World, monkeypatch: pytest.MonkeyPatch) -> Interruption:
    """Lets something else commit right after the gate has read everything, before it guards what it has read, once."""
    eligibilities = type(world.ports.eligibilities)
    guard = eligibilities.guard

    def then(meanwhile: Meanwhile) -> None:
        waiting = [meanwhile]

        async def guard_late(of: Any, eligibility: Any, /, tx: Any) -> None:
            if waiting:
                await asyncio.get_running_loop().create_task(waiting.pop()(), context=Context())
            await guard(of, eligibility, tx)

        monkeypatch.setattr(eligibilities, "guard", guard_late)

    return then


def overtaking(course: Course, world: World) -> dict[str, tuple[Meanwhile, str]]:
    """What may commit while the gate is asked, and the item that fails because of it."""
    own = world.patient(course.patient_id)

    async def withdraws() -> None:
        (consent,) = ok(await own.get(f"/v1/patients/{course.patient_id}/consents"))["items"]
        ok(await own.post(f"/v1/consents/{consent['id']}/withdraw"))

    async def holds() -> None:
        plan = ok(await world.prescriber.get(f"/v1/plans/{course.plan_id}"))
        path = f"/v1/plans/{course.plan_id}/hold"
        ok(await world.prescriber.post(path, {"reason": "clinical"}, version=plan["version"]))

    revoked = contracts.ClearanceRevoked(
        patient_id=course.patient_id, clearance_id=course.clearance_id, valid_until=world.clock()
    )
    return {
        "consent": (withdraws, "route_consent"),
        "plan": (holds, "plan_active"),
        "clearance": (lambda: world.hear(revoked), "clearance_valid"),
        "alert": (lambda: world.hear(alert_raised(course.patient_id, new_id(), world.clock())), "no_open_alert"),
    }


@pytest.mark.parametrize("what", ["consent", "plan", "clearance", "alert"])
async def test_a_dose_is_overtaken_by_what_ends_its_grounds_meanwhile(
    world: World, while_asking: Interruption, what: str
) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    vial = await has_vial(world)
    draw_id = await draws(world, vial, session_id)
    ok(await does(world, session_id, "clear", {}))
    ok(await does(world, session_id, "start"))
    meanwhile, item = overtaking(course, world)[what]
    while_asking(meanwhile)

    refused = await does(world, session_id, "doses", dose(vial, draw_id))

    assert refusal(refused) == (409, "dose_gate_closed")
    assert [each["item"] for each in refused.json()["failed"]] == [item]
    log = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))
    assert (log["on_hand_mg"], log["draws"][0]["open_mg"]) == ("500", "50")
    assert "DoseAdministered" not in await world.said_types(course.patient_id)


async def test_an_override_is_overtaken_by_a_check_recorded_meanwhile(world: World, while_asking: Interruption) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    checks = f"/v1/sessions/{session_id}/checks"
    ok(await world.nurse.post(checks, {"bladder_symptoms": True}))
    signed = {"overrides": [{"item": "bladder_symptoms", "reason": "long known, examined today"}]}
    while_asking(lambda: world.nurse.post(checks, {"suicide_risk": "high"}))

    refused = await does(world, session_id, "clear", signed, by=world.prescriber)

    assert refused.status_code in {409, 412}
    assert refusal(refused)[1] in {"dose_gate_closed", "stale_version"}
    assert ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["state"] == "checked"
