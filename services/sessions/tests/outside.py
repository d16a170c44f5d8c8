"""Doses that were given and not recorded before the gate closed."""

from datetime import timedelta
from typing import Any

import httpx

from careflow_service.testing.calling import Caller
from services.sessions.tests.clinic import (
    does,
    dose,
    draws,
    has_course,
    has_vial,
    ok,
    ready_for_dose,
    signs,
)
from services.sessions.tests.world import World

MINUTE = timedelta(minutes=1)
INJECTED = {"route": "intramuscular"}


async def gate_closes_after_the_dose(world: World) -> tuple[str, str, str]:
    """Given at once after the start, at the hour; forty minutes later the signs are high and it is not on record.
    Answers the session, the vial and the draw.
    """
    session_id = await ready_for_dose(world, await has_course(world, **INJECTED))
    vial = await has_vial(world)
    draw_id = await draws(world, vial, session_id, "0.8")
    ok(await does(world, session_id, "clear", {}))
    ok(await does(world, session_id, "start"))
    for _ in range(2):
        await world.travel(20 * MINUTE)
        ok(await does(world, session_id, "checks", {"baseline": [signs(168, 104)]}))
    await world.has_heard_all()
    return session_id, vial, draw_id


def late(world: World, vial: str, draw_id: str | None, minutes: int = 39, **changes: Any) -> dict[str, Any]:
    given_at = (world.clock() - minutes * MINUTE).isoformat()
    whole = dose(vial, draw_id or "", route="intramuscular", given_at=given_at, reason="I was with her", **changes)
    return {name: value for name, value in whole.items() if value != ""}


async def record(world: World, session_id: str) -> Any:
    """How the session stands, with everything that was recorded in it."""
    whole = ok(await world.nurse.get(f"/v1/sessions/{session_id}"))
    return {**whole, **ok(await world.nurse.get(f"/v1/sessions/{session_id}/record"))}


async def reviews(
    world: World, session_id: str, decision: str = "resume", *, by: Caller | None = None
) -> httpx.Response:
    (given,) = [each["outside_gate"] for each in (await record(world, session_id))["doses"] if each["outside_gate"]]
    body = {"decision": decision, "note": "discussed with the team; pressure settled"}
    return await does(world, session_id, f"doses/outside-gate/{given['id']}/reviews", body, by=by or world.prescriber)
