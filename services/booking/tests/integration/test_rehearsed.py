"""Every unit of work is run twice, the first try thrown away as after a conflict: nothing of a try survives it."""

from collections.abc import AsyncIterator

import pytest

from services.booking.tests.builders import local
from services.booking.tests.clinic import (
    acts,
    books,
    details,
    had_info_call,
    has_patient,
    has_practitioner,
    has_room,
    ok,
    screening_began,
    visit,
)
from services.booking.tests.world import World, running


@pytest.fixture
async def world(store_url: str, database: str) -> AsyncIterator[World]:
    async with running(store_url, database, rehearsing=True) as world:
        yield world


async def test_a_path_with_all_its_turns_is_the_same_when_everything_is_tried_twice(world: World) -> None:
    await has_practitioner(world)
    await has_room(world)
    ana = await has_patient(world)
    ok(await world.coordinator.put(f"/v1/patients/{ana}", details(phone="415 555 0199"), version=1))
    call = await books(world.coordinator, ana, starts_at=local(24, 9))
    await acts(world.patient(ana), call, "cancel", reason="patient_request")
    await had_info_call(world, ana)
    await screening_began(world, ana)
    held = ok(await world.patient(ana).post("/v1/appointments/holds", visit(ana, "evaluation", local(27, 9))), 201)
    booked = await acts(world.patient(ana), held, "book")
    moved = await acts(world.coordinator, booked, "reschedule", starts_at=local(27, 10).isoformat())
    world.clock.now = local(27, 11)
    await acts(world.coordinator, moved, "missed")
    assert await world.said_types(ana) == [
        "PatientRegistered",
        "PatientDetailsChanged",
        "ConsultationBooked",
        "CarePathStageChanged",
        "ConsultationCancelled",
        "CarePathStageChanged",
        "ConsultationBooked",
        "CarePathStageChanged",
        "ConsultationArrived",
        "ConsultationCompleted",
        "CarePathStageChanged",
        "ConsultationBooked",
        "CarePathStageChanged",
        "ConsultationRescheduled",
        "ConsultationMissed",
        "CarePathStageChanged",
    ]
    public = details(email="new@example.org", starts_at=local(30, 10).isoformat())
    ok(await world.public.post("/v1/public/info-calls", public), 201)
    assert await world.store.database["patients"].count_documents({}) == 2
    claims = world.store.database["calendar_days"].find({"_id": {"$regex": "^practitioner"}, "taken": {"$ne": []}})
    assert sorted([len(day["taken"]) async for day in claims]) == [1, 1, 1]
