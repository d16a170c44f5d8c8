"""A further dose of the session over HTTP: it rests on the signs since the dose before, whatever the baseline was."""

from datetime import timedelta
from typing import Any

from services.sessions.tests.clinic import (
    does,
    dose,
    draws,
    has_course,
    has_vial,
    observes,
    ok,
    ready_for_dose,
    refusal,
)
from services.sessions.tests.world import World

MINUTE = timedelta(minutes=1)
HALF = {"mg": "20", "mg_per_kg": "0.25", "ml": "0.4"}
IN_TWO = {"mg": "20", "mg_per_kg": "0.25", "most_mg": "50"}
WORSE = {
    "systolic": 190,
    "diastolic": 115,
    "oxygen_saturation": 84,
    "moaas": 1,
    "respiratory_rate": 6,
    "symptoms": ["chest_pain"],
}


async def after_half_a_dose(world: World) -> tuple[str, dict[str, Any]]:
    """The first of two doses has run in; answers the session and what the second would be."""
    session_id = await ready_for_dose(world, await has_course(world))
    ok(await does(world, session_id, "order", IN_TWO, by=world.prescriber))
    vial = await has_vial(world)
    half = dose(vial, await draws(world, vial, session_id, "0.8"), **HALF)
    ok(await does(world, session_id, "clear", {}))
    ok(await does(world, session_id, "start"))
    ok(await does(world, session_id, "doses", half), 201)
    await world.travel(10 * MINUTE)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/doses/end"))
    return session_id, half


async def failed(world: World, session_id: str, half: dict[str, Any]) -> set[str]:
    refused = await does(world, session_id, "doses", half)
    assert refusal(refused) == (409, "dose_gate_closed")
    return {each["item"] for each in refused.json()["failed"]}


async def test_a_patient_who_became_unwell_gets_no_second_dose_until_a_prescriber_decides(world: World) -> None:
    session_id, half = await after_half_a_dose(world)
    ok(await observes(world, session_id, **WORSE), 201)
    await world.travel(6 * MINUTE)
    ok(await observes(world, session_id, **WORSE), 201)
    assert {"blood_pressure_safe", "oxygen_saturation", "alertness", "respiratory_rate", "free_of_symptoms"} <= (
        await failed(world, session_id, half)
    )
    signed = {"overrides": [{"item": "alertness", "reason": "she always sleeps"}]}
    never = await does(world, session_id, "overrides", signed, by=world.prescriber)
    assert refusal(never) == (403, "override_forbidden")

    await world.travel(66 * MINUTE)
    ok(await observes(world, session_id), 201)
    await world.has_heard_all()
    waiting = {"blood_pressure_in_range", "blood_pressure_accepted", "urgent_breach_decided"}
    assert await failed(world, session_id, half) == waiting

    decided = {"overrides": [{"item": item, "reason": "examined; settled for an hour"} for item in sorted(waiting)]}
    ok(await does(world, session_id, "overrides", decided, by=world.prescriber))
    ok(await does(world, session_id, "doses", half), 201)


async def test_a_second_dose_needs_signs_since_the_first_and_fresh_ones(world: World) -> None:
    session_id, half = await after_half_a_dose(world)
    assert "vital_signs_complete" in await failed(world, session_id, half)
    ok(await observes(world, session_id), 201)
    await world.travel(16 * MINUTE)
    await world.has_heard_all()
    assert "vital_signs_complete" in await failed(world, session_id, half)

    ok(await observes(world, session_id), 201)
    ok(await does(world, session_id, "doses", half), 201)


async def test_what_was_observed_before_the_dose_is_no_observation_after_it(world: World) -> None:
    session_id, _ = await after_half_a_dose(world)
    before = (world.clock() - timedelta(days=1)).isoformat()

    async with world.nothing_changes():
        assert refusal(await observes(world, session_id, observed_at=before)) == (422, "observed_before_dose")
