"""Whoever had a time has it again: after calling it off, after moving away, and while it is reserved for them."""

from datetime import timedelta

from services.booking.tests.builders import local
from services.booking.tests.clinic import acts, books, has_patient, has_practitioner, ok, refusal, visit
from services.booking.tests.world import World

APPOINTMENTS, HOLDS = "/v1/appointments", "/v1/appointments/holds"
AT_ELEVEN = local(24, 11)


async def test_after_calling_it_off(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    for _ in range(2):
        call = await books(world.patient(ana), ana)
        await acts(world.patient(ana), call, "cancel", reason="patient_request")
    await books(world.patient(ana), ana)


async def test_after_moving_away_from_it_and_back(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    at_ten = local(30, 10)
    call = await books(world.patient(ana), ana, starts_at=at_ten)
    moved = await acts(world.patient(ana), call, "reschedule", starts_at=AT_ELEVEN.isoformat())
    back = await acts(world.patient(ana), moved, "reschedule", starts_at=at_ten.isoformat())
    assert (back["id"], back["starts_at"]) == (call["id"], call["starts_at"])


async def test_while_it_is_reserved_for_them(world: World) -> None:
    await has_practitioner(world)
    ana, ben = await has_patient(world), await has_patient(world, email="ben@example.org")
    held = ok(await world.patient(ana).post(HOLDS, visit(ana)), 201)
    again = ok(await world.patient(ana).post(HOLDS, visit(ana)), 201)
    assert (again["id"], again["version"]) == (held["id"], held["version"])
    assert refusal(await world.patient(ben).post(APPOINTMENTS, visit(ben))) == (409, "slot_taken")

    booked = ok(await world.patient(ana).post(APPOINTMENTS, visit(ana)), 201)

    assert (booked["id"], booked["status"], booked["version"]) == (held["id"], "booked", 2)
    assert (await world.said_types(ana)).count("ConsultationBooked") == 1
    assert refusal(await world.patient(ana).post(APPOINTMENTS, visit(ana)))[0] == 409, "it is booked once"


async def test_by_whoever_books_for_them(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    held = ok(await world.patient(ana).post(HOLDS, visit(ana)), 201)
    assert (await books(world.coordinator, ana))["id"] == held["id"]


async def test_another_way_is_not_what_was_reserved(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    ok(await world.patient(ana).post(HOLDS, visit(ana)), 201)
    by_video = await world.patient(ana).post(APPOINTMENTS, {**visit(ana), "modality": "video"})
    assert refusal(by_video) == (409, "slot_taken")


async def test_what_ran_out_is_nobodys(world: World) -> None:
    """It is given back within seconds; until then the time is taken, by nobody."""
    await has_practitioner(world)
    ana = await has_patient(world)
    ok(await world.patient(ana).post(HOLDS, visit(ana)), 201)
    world.clock.advance(timedelta(minutes=10))
    assert refusal(await world.patient(ana).post(APPOINTMENTS, visit(ana))) == (409, "slot_taken")
    await world.catch_up()
    assert (await books(world.patient(ana), ana))["status"] == "booked"
