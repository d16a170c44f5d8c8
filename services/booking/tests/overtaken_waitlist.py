"""What overtakes the decisions about the waitlist, and what comes of it then."""

from datetime import datetime, timedelta
from typing import Any

from careflow_service.testing.overtaking import Overtaking
from services.booking.tests.clinic import acts, books, has_patient, ok, refusal
from services.booking.tests.overtaken_commands import STALE, two_patients
from services.booking.tests.treatment import reads
from services.booking.tests.world import World, another_process


async def waits(world: World, patient_id: str) -> Any:
    body = {"patient_id": patient_id, "kind": "info_call", "modality": "phone"}
    return await world.coordinator.post("/v1/waitlist", body)


async def offered(world: World) -> tuple[Any, Any]:
    """A patient's entry, and the call that is held for them."""
    ana, ben = await two_patients(world)
    call = await books(world.coordinator, ben)
    ok(await waits(world, ana), 201)
    await acts(world.coordinator, call, "cancel", reason="clinic_closed")
    await world.catch_up()
    (entry,) = ok(await world.coordinator.get("/v1/waitlist"))["items"]
    return entry, await reads(world, {"id": entry["offer"]["appointment_id"]})


async def a_patient_joins_the_waitlist_while_they_join_it(world: World, overtaking: Overtaking) -> None:
    ana = await has_patient(world)
    overtaking.by(lambda: waits(world, ana))
    assert refusal(await waits(world, ana)) == (409, "waiting_already")


async def a_patient_joins_the_waitlist_while_their_record_is_merged(world: World, overtaking: Overtaking) -> None:
    ana, again = await has_patient(world), await has_patient(world)
    merge = f"/v1/patients/{again}/merge"
    overtaking.by(lambda: world.coordinator.post(merge, {"surviving_patient_id": ana}, version=1))
    assert refusal(await waits(world, again)) == (409, "patient_merged")


async def a_patient_leaves_the_waitlist_while_they_are_offered_a_call(world: World, overtaking: Overtaking) -> None:
    ana, ben = await two_patients(world)
    call = await books(world.coordinator, ben)
    entry = ok(await waits(world, ana), 201)
    await acts(world.coordinator, call, "cancel", reason="clinic_closed")
    overtaking.by(world.catch_up)
    late = await world.coordinator.post(f"/v1/waitlist/{entry['id']}/leave", version=1)
    assert refusal(late) == STALE


async def waiting_ends_while_the_patient_leaves(world: World, overtaking: Overtaking) -> None:
    ana = await has_patient(world)
    until = world.clock() + timedelta(days=1)
    body = {"patient_id": ana, "kind": "info_call", "modality": "phone", "starts_before": until.isoformat()}
    entry = ok(await world.coordinator.post("/v1/waitlist", body), 201)
    world.clock.now = until
    overtaking.by(lambda: world.coordinator.post(f"/v1/waitlist/{entry['id']}/leave", version=1))
    await world.catch_up()
    ok(await world.coordinator.post("/v1/waitlist", {**body, "starts_before": None}), 201)


async def a_call_about_an_offer_while_it_is_declined(world: World, overtaking: Overtaking) -> None:
    entry, hold = await offered(world)
    overtaking.by(lambda: acts(world.coordinator, hold, "release"))
    body = {"fasted": True, "escorted": True}
    late = await world.coordinator.post(f"/v1/waitlist/{entry['id']}/called", body, version=entry["version"])
    assert refusal(late) == STALE


async def a_freed_time_is_offered_while_somebody_else_books_it(world: World, overtaking: Overtaking) -> None:
    ana, ben = await two_patients(world)
    call = await books(world.coordinator, ben)
    ok(await waits(world, ana), 201)
    await acts(world.coordinator, call, "cancel", reason="clinic_closed")
    async with another_process(world) as other:
        overtaking.by(lambda: books(other.coordinator, ben))
        await world.catch_up()
    (entry,) = ok(await world.coordinator.get("/v1/waitlist"))["items"]
    assert entry["status"] == "waiting"


async def an_offer_lapses_while_it_is_accepted(world: World, overtaking: Overtaking) -> None:
    """It was accepted in time, by a process whose clock is a little behind."""
    entry, hold = await offered(world)
    until = datetime.fromisoformat(entry["offer"]["expires_at"])

    async def is_accepted() -> None:
        world.clock.now = until - timedelta(seconds=1)
        await acts(world.coordinator, hold, "book")
        world.clock.now = until

    world.clock.now = until
    overtaking.by(is_accepted)
    await world.catch_up()
    assert (await reads(world, hold))["status"] == "booked"
