"""Esketamine over HTTP: device by device with its serial number, and a prescriber there until the patient leaves
(journey 18, this service's part).
"""

from datetime import timedelta
from typing import Any

import httpx

from services.sessions.tests.clinic import (
    SCORE,
    all_checks,
    does,
    dosing_visit,
    draws,
    has_course,
    has_vial,
    observes,
    ok,
    refusal,
    therapy_hour,
)
from services.sessions.tests.world import World

PROGRAM = {"setting_certified": True, "patient_enrolled": True, "pulse_oximeter": True}
SPRAY = {"route": "intranasal", "start": {"mg": "56"}, "ceiling": {"mg": "84"}}


async def begun(world: World) -> tuple[str, dict[str, Any]]:
    """56 mg ordered, two devices at hand; answers the session and the first device as a dose."""
    course = await has_course(world, **SPRAY)
    await therapy_hour(world, course, "preparation")
    session_id = await dosing_visit(world, course)
    ok(
        await world.nurse.post(
            f"/v1/sessions/{session_id}/checks", all_checks(world.clock(), restricted_program=PROGRAM)
        )
    )
    in_part = await does(world, session_id, "order", {"mg": "56", "most_mg": "57"}, by=world.prescriber)
    assert refusal(in_part) == (422, "order_not_in_devices")
    ok(await does(world, session_id, "order", {"mg": "56", "most_mg": "56"}, by=world.prescriber))
    box = await has_vial(world, drug="esketamine", form="nasal device", ml="0.4", mg_per_ml="140")
    device = {"container_id": box, "draw_id": await draws(world, box, session_id, "0.4")}
    ok(await does(world, session_id, "clear", {}))
    ok(await does(world, session_id, "start"))
    return session_id, {**device, "mg": "28", "ml": "0.2", "mg_per_ml": "140", "serial": "SN-1"}


async def gives(world: World, session_id: str, device: dict[str, Any], **changes: Any) -> httpx.Response:
    return await does(world, session_id, "doses", {**device, **changes})


async def test_each_device_is_a_dose_with_its_serial_five_minutes_after_the_one_before(world: World) -> None:
    session_id, device = await begun(world)
    assert refusal(await gives(world, session_id, device, mg="56", ml="0.4")) == (422, "device_content")
    assert refusal(await gives(world, session_id, device, serial=None)) == (422, "serial_missing")
    ok(await gives(world, session_id, device), 201)

    await world.travel(timedelta(minutes=1))
    ok(await observes(world, session_id), 201)
    assert refusal(await gives(world, session_id, device, serial="SN-2")) == (409, "device_too_soon")
    await world.travel(timedelta(minutes=4))
    assert refusal(await gives(world, session_id, device)) == (409, "serial_used")
    ok(await gives(world, session_id, device, serial="SN-2"), 201)


async def test_the_prescriber_is_there_until_the_patient_leaves(world: World) -> None:
    session_id, device = await begun(world)
    ok(await gives(world, session_id, device), 201)
    for minutes in (40, 30, 30, 25):
        await world.travel(timedelta(minutes=minutes))
        ok(await observes(world, session_id), 201)
    ok(await world.prescriber.post(f"/v1/sessions/{session_id}/leave"))

    early = await does(world, session_id, "discharge", SCORE)
    assert refusal(early) == (403, "discharge_forbidden")
    assert early.json()["criteria"] == ["prescriber_on_site"]

    ok(await world.prescriber.post(f"/v1/sessions/{session_id}/join", {"role": "prescriber"}))
    ok(await does(world, session_id, "discharge", SCORE))
