"""Therapy that was held, and not as its session was planned."""

from datetime import timedelta
from typing import Any

import httpx

from careflow_service.testing.calling import Caller
from services.sessions.tests.clinic import (
    Course,
    books,
    does,
    has_course,
    ok,
    ready_for_dose,
    receives_dose,
    session_of,
)
from services.sessions.tests.world import World


async def dosed_yesterday(world: World) -> Course:
    course = await has_course(world)
    await receives_dose(world, await ready_for_dose(world, course))
    await world.travel(timedelta(days=1))
    return course


async def hour_nobody_began(world: World, course: Course) -> str:
    """The patient came at the hour, was with the therapist for seventy minutes, and nobody pressed a button."""
    appointment_id = await books(world, course.patient_id, world.clock(), kind="integration")
    session_id: str = (await session_of(world, appointment_id))["id"]
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/arrive"))
    await world.travel(timedelta(minutes=70))
    return session_id


def therapy(world: World, minutes: int = 50, *, ended: int = 10, **changes: Any) -> dict[str, Any]:
    """So many minutes of it, which ended some minutes ago."""
    ended_at = world.clock() - timedelta(minutes=ended)
    return {
        "started_at": (ended_at - timedelta(minutes=minutes)).isoformat(),
        "ended_at": ended_at.isoformat(),
        "reason": "the tablet was flat",
        **changes,
    }


async def writes_down(world: World, session_id: str, body: dict[str, Any]) -> httpx.Response:
    return await does(world, session_id, "therapy-otherwise", body, by=world.therapist)


async def held(world: World, session_id: str) -> dict[str, Any]:
    """The one therapy of the session that was held otherwise."""
    (mark,) = ok(await world.nurse.get(f"/v1/sessions/{session_id}/record"))["therapy_otherwise"]
    assert isinstance(mark, dict)
    return mark


async def reviews_therapy(world: World, session_id: str, *, by: Caller | None = None) -> httpx.Response:
    mark = await held(world, session_id)
    body = {"decision": "counts", "note": "asked both; it was held"}
    return await does(world, session_id, f"therapy-otherwise/{mark['id']}/reviews", body, by=by or world.prescriber)
