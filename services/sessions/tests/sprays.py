"""What the tests do with esketamine over HTTP: a session under the REMS, its devices, its form."""

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


ANSWERS = {
    "medicines": ["opioid"],
    "vitals_acceptable_before": True,
    "vitals_acceptable_after": True,
    "sedation": False,
    "dissociation": True,
    "respiratory_depression": False,
    "reference": "REMS-4711",
}


async def sends_form(world: World, session_id: str, version: int = 1, **changes: Any) -> httpx.Response:
    path = f"/v1/sessions/{session_id}/rems-form/submit"
    return await world.nurse.post(path, {**ANSWERS, **changes}, version=version)


async def observed_for_two_hours(world: World, session_id: str) -> None:
    for minutes in (40, 30, 30, 25):
        await world.travel(timedelta(minutes=minutes))
        ok(await observes(world, session_id), 201)


async def treated(world: World) -> str:
    """One device, two hours, discharged; answers the session, whose form can be sent."""
    session_id, device = await begun(world)
    ok(await gives(world, session_id, device), 201)
    await observed_for_two_hours(world, session_id)
    ok(await does(world, session_id, "discharge", SCORE))
    return session_id
