"""What was recorded wrong is put right over HTTP and at the bedside; both values are read back and shown."""

from datetime import timedelta
from typing import Any

import pytest

from careflow_service.identity import Role
from services.sessions.tests.bedside import logs_in, of
from services.sessions.tests.builders import ZONE
from services.sessions.tests.clinic import (
    does,
    gate_of,
    has_course,
    observes,
    ok,
    ready_for_dose,
    receives_dose,
    refusal,
)
from services.sessions.tests.world import World

MINUTE = timedelta(minutes=1)


async def watched(world: World, **signs: Any) -> str:
    """A dose was given and signs observed once, ten minutes later."""
    session_id = await ready_for_dose(world, await has_course(world))
    await receives_dose(world, session_id)
    await world.travel(10 * MINUTE)
    ok(await observes(world, session_id, **signs), 201)
    return session_id


def vitals(number: int = 0, among: str = "vitals", reason: str = "misread", **signs: Any) -> dict[str, Any]:
    return {"among": among, "number": number, "signs": signs, "reason": reason}


async def record(world: World, session_id: str) -> Any:
    return ok(await world.nurse.get(f"/v1/sessions/{session_id}/record"))


async def test_an_observation_put_right_is_read_back_beside_what_it_was_and_what_it_shows_is_said(world: World) -> None:
    session_id = await watched(world)
    path = f"/v1/sessions/{session_id}/vitals/corrections"

    ok(await world.nurse.post(path, vitals(oxygen_saturation=85, reason="the probe was off")), 201)

    wrong, right = (await record(world, session_id))["vitals"]
    assert (wrong["oxygen_saturation"], wrong["corrects"]) == (98, None)
    assert (right["oxygen_saturation"], right["systolic"]) == (85, 128)
    assert right["corrects"] == {"number": 0, "reason": "the probe was off"}
    patient_id = ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["patient_id"]
    assert await world.alarmed(patient_id) == ["VitalsBreached"]
    assert refusal(await world.nurse.post(path, vitals(oxygen_saturation=97))) == (409, "already_corrected")


async def test_a_weight_put_right_is_forgotten_as_the_one_to_compare_with(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    ok(await does(world, session_id, "clear", {}))
    right = {"weight": {"kilograms": "84", "measured_on": world.clock().astimezone(ZONE).date().isoformat()}}

    ok(await does(world, session_id, "checks/corrections", {**right, "reason": "typed wrong"}), 201)

    assert ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["state"] == "checked"
    weights = [each for each in (await record(world, session_id))["checks"] if each["check"] == "weight"]
    assert [(each["correction"], each["stands"]) for each in weights] == [(None, False), ("typed wrong", True)]
    assert "order_signed" in await gate_of(world, session_id)


async def test_an_alarming_answer_that_comes_by_a_correction_stands(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    ok(await does(world, session_id, "checks/corrections", {"pregnancy": "positive", "reason": "read wrong"}), 201)
    assert "not_pregnant" in await gate_of(world, session_id)
    ok(await does(world, session_id, "checks/corrections", {"pregnancy": "negative", "reason": "read wrong"}), 201)
    assert "not_pregnant" in await gate_of(world, session_id)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (vitals(among="chart"), 422, "invalid_request"),
        (vitals(number=-1), 422, "invalid_request"),
        (vitals(number=7, heart_rate=80), 404, "reading_not_found"),
        (vitals(reason=" ", heart_rate=80), 422, "invalid_request"),
        (vitals(), 422, "nothing_corrected"),
        (vitals(symptoms=["hiccups"]), 422, "invalid_request"),
    ],
)
async def test_what_cannot_be_put_right_changes_nothing(
    world: World, body: dict[str, Any], status: int, code: str
) -> None:
    session_id = await watched(world)
    async with world.nothing_changes():
        refused = await world.nurse.post(f"/v1/sessions/{session_id}/vitals/corrections", body)
        assert refusal(refused) == (status, code)


async def test_at_the_bedside_what_was_wrong_is_struck_through(world: World) -> None:
    session_id = await watched(world, systolic=182)
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    form = await nurse.follows(page, "Correct vital signs")
    assert "182/82 mmHg · 72/min · SpO₂ 98 %" in form.text
    refused = await nurse.presses(form, "Save", reading="vitals/0", **{"signs.systolic": "182"}, reason="misread")
    assert "That is what was recorded. Fill in what it should have been." in refused.text

    page = await nurse.presses(refused, "Save", **{"signs.systolic": "128"})

    assert "The vital signs are corrected" in page.text
    assert "<del>182/82</del>" in page.html
    assert "by user-nurse: misread" in page.text


async def test_at_the_bedside_a_weight_is_put_right(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    form = await nurse.follows(page, "Correct what was recorded")
    typed = {"weight.kilograms": "84", "weight.measured_on": world.clock().astimezone(ZONE).date().isoformat()}
    page = await nurse.presses(form, "Save", **typed, reason="typed wrong")
    assert "Put right" in page.text
    assert "<del>80 kg" in page.html
    assert "user-nurse: typed wrong" in page.text
