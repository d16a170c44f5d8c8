"""A time that was given up is offered to those who wait: one after the other, to each once, through the same gates."""

from datetime import timedelta
from typing import Any

import pytest

from services.booking.tests import news
from services.booking.tests.builders import local
from services.booking.tests.clinic import acts, books, has_patient, has_practitioner, ok, refusal, visit
from services.booking.tests.treatment import cleared, closed, doses, has_plan, reads
from services.booking.tests.world import World

WAITLIST = "/v1/waitlist"


async def person(world: World, n: int) -> str:
    return await has_patient(world, email=f"p{n}@example.org", phone=f"415 555 01{n:02}")


async def waits(world: World, patient_id: str, kind: str = "info_call", modality: str = "phone", **more: Any) -> Any:
    body = {"patient_id": patient_id, "kind": kind, "modality": modality, **more}
    joined = ok(await world.patient(patient_id).post(WAITLIST, body), 201)
    world.clock.advance(timedelta(seconds=1))
    return joined


async def entry(world: World, patient_id: str) -> Any:
    (found,) = ok(await world.patient(patient_id).get(WAITLIST, patient_id=patient_id))["items"]
    return found


async def offers(world: World) -> dict[str, Any]:
    """Who is offered what, for everybody."""
    items = ok(await world.coordinator.get(WAITLIST))["items"]
    return {each["patient_id"]: each["offer"] for each in items if each["offer"]}


async def held(world: World, patient_id: str) -> Any:
    """The appointment that holds what the patient is offered."""
    return await reads(world, {"id": (await offers(world))[patient_id]["appointment_id"]})


@pytest.fixture
async def call(world: World) -> Any:
    """Somebody's call tomorrow at ten."""
    await has_practitioner(world)
    return await books(world.coordinator, await person(world, 3))


async def test_a_cancelled_visits_time_is_offered_to_whoever_waits_longest_and_booked(world: World, call: Any) -> None:
    ana, ben = await person(world, 1), await person(world, 2)
    await waits(world, ana)
    await waits(world, ben)
    await world.catch_up()
    assert await offers(world) == {}
    await acts(world.coordinator, call, "cancel", reason="patient_request")
    await world.catch_up()
    assert set(await offers(world)) == {ana}
    hold = await held(world, ana)
    assert (hold["status"], hold["starts_at"]) == ("held", call["starts_at"])
    assert refusal(await world.coordinator.post("/v1/appointments", visit(ben))) == (409, "slot_taken")
    booked = await acts(world.patient(ana), hold, "book")
    assert (booked["id"], booked["status"]) == (hold["id"], "booked")
    assert ok(await world.patient(ana).get(WAITLIST, patient_id=ana))["items"] == []
    await world.travel(timedelta(hours=3))
    assert await offers(world) == {}
    assert (await entry(world, ben))["status"] == "waiting"


async def test_who_declines_or_does_not_answer_is_passed_and_not_asked_again(world: World, call: Any) -> None:
    ana, ben = await person(world, 1), await person(world, 2)
    await waits(world, ana)
    await waits(world, ben)
    await acts(world.coordinator, call, "reschedule", starts_at=local(25, 10).isoformat())
    await world.catch_up()
    assert set(await offers(world)) == {ana}
    await acts(world.patient(ana), await held(world, ana), "release")
    await world.catch_up()
    assert set(await offers(world)) == {ben}
    late = await held(world, ben)
    await world.travel(timedelta(hours=2))
    assert await offers(world) == {}
    again = await world.patient(ben).post(f"/v1/appointments/{late['id']}/book", version=1)
    assert refusal(again) == (412, "stale_version")
    assert {(await entry(world, each))["status"] for each in (ana, ben)} == {"waiting"}
    await books(world.coordinator, await person(world, 4))


async def test_only_whose_gates_are_open_and_who_would_come_then_is_asked(world: World, call: Any) -> None:
    moved, late, ana = await person(world, 1), await person(world, 2), await person(world, 4)
    await waits(world, moved)
    body = {"given_name": "Ana", "family_name": "Rivera", "birth_date": "1988-04-02", "email": "p1@example.org"}
    ok(
        await world.patient(moved).put(
            f"/v1/patients/{moved}", {**body, "phone": "415 555 0101", "state": "OR"}, version=1
        )
    )
    await waits(world, late, starts_from=local(25, 0).isoformat())
    await waits(world, ana)
    await acts(world.coordinator, call, "cancel", reason="patient_request")
    await world.catch_up()
    assert set(await offers(world)) == {ana}


@pytest.mark.parametrize(
    ("verb", "change"),
    [("cancel", {"reason": "patient_request"}), ("reschedule", {"starts_at": local(25, 10).isoformat()})],
)
async def test_who_gave_a_time_up_is_not_offered_it(world: World, call: Any, verb: str, change: dict[str, str]) -> None:
    giver, ana = call["patient_id"], await person(world, 1)
    await waits(world, giver)
    await waits(world, ana)
    await acts(world.patient(giver), call, verb, **change)
    await world.catch_up()
    assert set(await offers(world)) == {ana}
    await acts(world.patient(ana), await held(world, ana), "release")
    await world.catch_up()
    assert await offers(world) == {}
    assert (await entry(world, giver))["status"] == "waiting"


async def test_whoever_books_first_has_the_time(world: World, call: Any) -> None:
    ana, ben = await person(world, 1), await person(world, 2)
    await waits(world, ana)
    await acts(world.coordinator, call, "cancel", reason="patient_request")
    await books(world.coordinator, ben)
    await world.catch_up()
    assert await offers(world) == {}


async def test_at_night_nobody_is_asked(world: World, call: Any) -> None:
    ana = await person(world, 1)
    await waits(world, ana, starts_before=local(27, 0).isoformat())
    later = await acts(world.coordinator, call, "reschedule", starts_at=local(26, 10).isoformat())
    await world.travel(timedelta(minutes=1))
    await acts(world.patient(ana), await held(world, ana), "release")
    world.clock.now = local(23, 22)
    await acts(world.coordinator, later, "cancel", reason="patient_request")
    await world.catch_up()
    assert await offers(world) == {}
    world.clock.now = local(24, 8)
    await world.catch_up()
    assert set(await offers(world)) == {ana}


async def test_a_dose_at_short_notice_is_booked_only_after_a_call(world: World) -> None:
    known = await news.in_course(world)
    dose = await doses(world, known["patient_id"], at=local(25, 13, 30))
    ben, cara = await person(world, 2), await person(world, 3)
    for each, prepared_at in ((ben, local(25, 9)), (cara, local(25, 11))):
        await cleared(world, each)
        await has_plan(world, each)
        await books(world.coordinator, each, "preparation", starts_at=prepared_at)
        await waits(world, each, "dosing", "in_person")

    async def is_called(patient_id: str, *, escorted: bool) -> None:
        waiting = await entry(world, patient_id)
        body = {"fasted": True, "escorted": escorted}
        ok(await world.coordinator.post(f"{WAITLIST}/{waiting['id']}/called", body, version=waiting["version"]))

    world.clock.now = local(25, 8)
    await acts(world.coordinator, dose, "cancel", reason="patient_request")
    await world.catch_up()
    offer = (await offers(world))[ben]
    assert (offer["call_first"], offer["called_at"], offer["expires_at"]) == (True, None, "2026-11-25T17:22:30Z")
    book = f"/v1/appointments/{offer['appointment_id']}/book"
    assert closed(await world.patient(ben).post(book, version=1)) == {"integration_needed"}
    await books(world.coordinator, ben, "integration", starts_at=local(27, 9), modality="video")
    assert refusal(await world.patient(ben).post(book, version=1)) == (409, "call_first")
    await is_called(ben, escorted=False)
    assert await offers(world) == {}
    await world.catch_up()
    assert set(await offers(world)) == {cara}
    await is_called(cara, escorted=True)
    integration = {"starts_at": local(27, 15).isoformat(), "modality": "video"}
    booked = await acts(world.patient(cara), await held(world, cara), "book", integration=integration)
    assert (booked["status"], booked["integration"]["status"]) == ("booked", "booked")
    assert await world.said_types(cara) == [
        "PatientRegistered",
        "CarePathStageChanged",
        "CarePathStageChanged",
        *["TreatmentBooked"] * 3,
    ]


async def test_who_has_waited_in_vain_may_wait_again(world: World) -> None:
    ana = await person(world, 1)
    until = local(24, 0)
    await waits(world, ana, starts_before=until.isoformat())
    world.clock.now = until
    await world.catch_up()
    assert ok(await world.coordinator.get(WAITLIST))["items"] == []
    await waits(world, ana)


async def test_only_who_is_registered_and_in_use_waits(world: World) -> None:
    ana, again = await person(world, 1), await person(world, 1)
    ok(await world.coordinator.post(f"/v1/patients/{again}/merge", {"surviving_patient_id": ana}, version=1))
    for who, refused in (("nobody", (404, "patient_not_found")), (again, (409, "patient_merged"))):
        wish = {"patient_id": who, "kind": "info_call", "modality": "phone"}
        assert refusal(await world.coordinator.post(WAITLIST, wish)) == refused


async def test_one_waits_once_for_each_kind_and_leaves(world: World) -> None:
    ana, ben = await person(world, 1), await person(world, 2)
    joined = await waits(world, ana)
    body = {"patient_id": ana, "kind": "info_call", "modality": "phone"}
    assert refusal(await world.patient(ana).post(WAITLIST, body)) == (409, "waiting_already")
    assert refusal(await world.patient(ana).post(WAITLIST, {**body, "modality": "in_person"})) == (
        409,
        "waiting_already",
    )
    wrong = await world.patient(ben).post(WAITLIST, {**body, "patient_id": ben, "modality": "in_person"})
    assert refusal(wrong) == (422, "modality_not_allowed")
    past = {**body, "patient_id": ben, "starts_before": local(22, 9).isoformat()}
    assert refusal(await world.patient(ben).post(WAITLIST, past)) == (422, "end_before_start")
    leave = f"{WAITLIST}/{joined['id']}/leave"
    assert refusal(await world.patient(ben).post(leave, version=1)) == (404, "waitlist_entry_not_found")
    assert refusal(await world.patient(ana).post(leave, version=2)) == (412, "stale_version")
    ok(await world.patient(ana).post(leave, version=1))
    await waits(world, ana)
    assert refusal(await world.patient(ben).get(WAITLIST, patient_id=ana)) == (404, "patient_not_found")
    assert refusal(await world.patient(ben).get(WAITLIST)) == (403, "forbidden")


async def lee_is_sick(world: World, hold: Any) -> Any:
    """What is held, once all that was booked with them has been looked through."""
    (lee,) = (each["id"] for each in hold["providers"])
    version = ok(await world.coordinator.get(f"/v1/practitioners/{lee}"))["version"]
    world.clock.advance(timedelta(minutes=5))
    ok(await world.coordinator.post(f"/v1/practitioners/{lee}/absence", {"day": "2026-11-24"}, version=version))
    await world.catch_up()
    return await reads(world, hold)


@pytest.mark.parametrize(("role", "anew"), [("prescriber", False), ("therapist", True)])
async def test_what_is_offered_is_given_by_a_colleague_at_that_very_time(
    world: World, call: Any, role: str, anew: bool
) -> None:
    """Where it is another therapist, whoever may know of it is asked anew, as if it had been offered only now."""
    ana, ben = await person(world, 1), await person(world, 2)
    await waits(world, ana)
    await waits(world, ben)
    await acts(world.coordinator, call, "cancel", reason="patient_request")
    await world.catch_up()
    hold, before = await held(world, ana), (await offers(world))[ana]
    kim = await has_practitioner(world, "kim", role)
    given = await lee_is_sick(world, hold)
    assert (given["status"], [each["id"] for each in given["providers"]]) == ("held", [kim])
    after = await offers(world)
    assert set(after) == {ana}
    assert (after[ana]["expires_at"] > before["expires_at"]) is anew
    assert (given["held_until"] > hold["held_until"]) is anew
    booked = await acts(world.patient(ana), given, "book")
    assert booked["status"] == "booked"
    assert refusal(await world.coordinator.post("/v1/appointments", visit(ben))) in {
        (409, "slot_taken"),
        (409, "outside_hours"),
    }


async def test_an_offer_nobody_can_give_any_more_is_withdrawn(world: World, call: Any) -> None:
    ana = await person(world, 1)
    await waits(world, ana)
    await acts(world.coordinator, call, "cancel", reason="patient_request")
    await world.catch_up()
    assert (await lee_is_sick(world, await held(world, ana)))["status"] == "lapsed"
    assert (await offers(world), (await entry(world, ana))["status"]) == ({}, "waiting")


async def test_an_offer_to_who_may_not_have_it_any_more_is_withdrawn(world: World, call: Any) -> None:
    ana, ben = await person(world, 1), await person(world, 2)
    await waits(world, ana)
    await waits(world, ben)
    await acts(world.coordinator, call, "cancel", reason="patient_request")
    await world.catch_up()
    hold = await held(world, ana)
    await books(world.coordinator, ana, starts_at=local(25, 10))
    await world.catch_up()
    assert (await reads(world, hold))["status"] == "lapsed"
    assert set(await offers(world)) == {ben}
