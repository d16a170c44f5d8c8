"""A time held for a patient: it becomes the appointment, or lapses by itself."""

from datetime import timedelta

from booking.deadlines import DEADLINES
from careflow_service.identity import Actor
from services.booking.tests.builders import local
from services.booking.tests.clinic import acts, has_patient, has_practitioner, ok, refusal, visit
from services.booking.tests.world import World

LAPSE_HOLD = next(each for each in DEADLINES if each.name == "lapse_hold")


async def timers_run(world: World) -> None:
    """Fires what is due, as `timers` does."""
    due = await LAPSE_HOLD.next(world.application.ports)
    while due is not None and due[0] <= world.clock():
        held = due[1]
        await world.store.work.run(
            lambda tx, held=held: LAPSE_HOLD.fire(held, tx, world.application.ports),  # type: ignore[misc]  # bound now
            by=Actor.system("timers"),
            action=LAPSE_HOLD.name,
            returns=type(None),
        )
        due = await LAPSE_HOLD.next(world.application.ports)


async def test_a_hold_keeps_the_time_says_nothing_and_becomes_the_appointment(world: World) -> None:
    await has_practitioner(world)
    ana, ben = await has_patient(world), await has_patient(world, email="ben@example.org")
    held = ok(await world.patient(ana).post("/v1/appointments/holds", visit(ana)), 201)
    assert (held["status"], held["held_until"]) == ("held", "2026-11-23T17:10:00Z")
    assert await world.said_types(ana) == ["PatientRegistered"]
    assert refusal(await world.patient(ben).post("/v1/appointments", visit(ben))) == (409, "slot_taken")
    booked = await acts(world.patient(ana), held, "book")
    assert (booked["id"], booked["status"], booked["version"]) == (held["id"], "booked", 2)
    assert await world.said_types(ana) == ["PatientRegistered", "ConsultationBooked", "CarePathStageChanged"]


async def test_a_hold_that_ran_out_is_released_by_the_timers_and_not_before(world: World) -> None:
    await has_practitioner(world)
    ana, ben = await has_patient(world), await has_patient(world, email="ben@example.org")
    held = ok(await world.patient(ana).post("/v1/appointments/holds", visit(ana)), 201)
    world.clock.advance(timedelta(minutes=9))
    await timers_run(world)
    assert ok(await world.patient(ana).get(f"/v1/appointments/{held['id']}"))["status"] == "held"
    world.clock.advance(timedelta(minutes=1))
    confirming = await world.patient(ana).post(f"/v1/appointments/{held['id']}/book", version=1)
    assert refusal(confirming) == (410, "hold_expired")
    await timers_run(world)
    assert await LAPSE_HOLD.next(world.application.ports) is None
    assert ok(await world.patient(ben).post("/v1/appointments", visit(ben)), 201)["status"] == "booked"
    assert ok(await world.patient(ana).get("/v1/appointments", patient_id=ana))["items"] == []


async def test_a_confirmed_hold_does_not_lapse(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    held = ok(await world.patient(ana).post("/v1/appointments/holds", visit(ana)), 201)
    await acts(world.patient(ana), held, "book")
    world.clock.advance(timedelta(hours=1))
    await timers_run(world)
    assert ok(await world.patient(ana).get(f"/v1/appointments/{held['id']}"))["status"] == "booked"


async def test_a_hold_that_is_given_back_is_free_at_once(world: World) -> None:
    await has_practitioner(world)
    ana, ben = await has_patient(world), await has_patient(world, email="ben@example.org")
    held = ok(await world.patient(ana).post("/v1/appointments/holds", visit(ana)), 201)
    stranger = await world.patient(ben).post(f"/v1/appointments/{held['id']}/release", version=1)
    assert refusal(stranger) == (404, "appointment_not_found")
    assert (await acts(world.patient(ana), held, "release"))["status"] == "lapsed"
    assert ok(await world.patient(ben).post("/v1/appointments", visit(ben)), 201)["status"] == "booked"
    again = await world.patient(ana).post(f"/v1/appointments/{held['id']}/release", version=2)
    assert refusal(again) == (409, "wrong_state")


async def test_one_patient_cannot_hold_the_whole_calendar(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    for hour in (10, 11):
        ok(await world.patient(ana).post("/v1/appointments/holds", visit(ana, starts_at=local(24, hour))), 201)
    third = await world.patient(ana).post("/v1/appointments/holds", visit(ana, starts_at=local(24, 12)))
    assert refusal(third) == (429, "too_many_holds")


async def test_a_gate_that_closed_meanwhile_is_asked_when_the_hold_is_confirmed(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    held = ok(await world.patient(ana).post("/v1/appointments/holds", visit(ana)), 201)
    ok(await world.patient(ana).post("/v1/appointments", visit(ana, starts_at=local(24, 12))), 201)
    confirming = await world.patient(ana).post(f"/v1/appointments/{held['id']}/book", version=1)
    assert refusal(confirming) == (409, "gates_closed")


async def test_a_held_time_at_which_nobody_is_there_any_more_becomes_no_visit(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    held = ok(await world.patient(ana).post("/v1/appointments/holds", visit(ana)), 201)
    away = {"day": held["starts_at"][:10]}
    ok(await world.coordinator.post("/v1/practitioners/dr-lee/absence", away, version=1))

    confirming = await world.patient(ana).post(f"/v1/appointments/{held['id']}/book", version=1)
    again = await world.patient(ana).post("/v1/appointments", visit(ana))

    assert [refusal(each) for each in (confirming, again)] == [(422, "outside_hours")] * 2
    assert await world.said_types(ana) == ["PatientRegistered"]


async def test_only_a_held_dose_is_booked_with_an_integration(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    held = ok(await world.patient(ana).post("/v1/appointments/holds", visit(ana)), 201)
    body = {"integration": {"starts_at": local(27, 9).isoformat(), "modality": "video"}}
    pair = await world.patient(ana).post(f"/v1/appointments/{held['id']}/book", body, version=1)
    assert refusal(pair) == (422, "not_a_pair")
    assert (await acts(world.patient(ana), held, "book"))["status"] == "booked"
