"""A pair moves together; a visit goes to somebody else without being moved."""

from typing import Any

from services.booking.tests import news
from services.booking.tests.builders import local
from services.booking.tests.clinic import acts, books, has_patient, has_practitioner, has_room, ok, refusal, visit
from services.booking.tests.treatment import (
    INTEGRATION_AT,
    PREPARATION_AT,
    closed,
    doses,
    has_plan,
    in_treatment,
    prepares,
    reads,
)
from services.booking.tests.world import World

NEXT_WEEK, THEN = local(30, 9), local(1, 13, month=12)


def utc(instant: Any) -> str:
    return str(instant.isoformat().replace("+00:00", "Z"))


async def moves(world: World, dose: Any, **to: Any) -> Any:
    return await world.coordinator.post(f"/v1/appointments/{dose['id']}/reschedule", to, version=dose["version"])


async def test_a_dose_and_its_integration_move_together(world: World) -> None:
    known, dose = await news.booked(world)
    alone = await moves(world, dose, starts_at=NEXT_WEEK.isoformat())
    assert closed(alone) == {"integration_needed"}
    moved = ok(await moves(world, dose, starts_at=NEXT_WEEK.isoformat(), integration={"starts_at": THEN.isoformat()}))
    integration = moved["integration"]
    assert (moved["id"], moved["starts_at"]) == (dose["id"], utc(NEXT_WEEK))
    assert (integration["id"], integration["starts_at"]) == (dose["integration"]["id"], utc(THEN))
    assert integration["modality"] == dose["integration"]["modality"]
    said = [each for each in await world.said_types(known["patient_id"]) if each.startswith("Treatment")]
    assert said[-2:] == ["TreatmentRescheduled", "TreatmentRescheduled"]


async def test_a_dose_moves_and_its_integration_stays_where_it_is_soon_enough(world: World) -> None:
    _, dose = await news.booked(world)
    integration = {"starts_at": INTEGRATION_AT.isoformat()}
    moved = ok(await moves(world, dose, starts_at=local(25, 13).isoformat(), integration=integration))
    assert moved["starts_at"] == utc(local(25, 13))
    assert moved["integration"]["version"] == dose["integration"]["version"]


async def test_a_pair_is_moved_whole_or_not_at_all(world: World) -> None:
    _, dose = await news.booked(world)
    ben = await has_patient(world, email="ben@example.org")
    await books(world.coordinator, ben, starts_at=THEN, provider_id="kim")
    late = await moves(world, dose, starts_at=NEXT_WEEK.isoformat(), integration={"starts_at": THEN.isoformat()})
    assert refusal(late) == (409, "slot_taken")
    for each in (dose, dose["integration"]):
        assert (await reads(world, each))["starts_at"] == each["starts_at"]


async def test_a_pair_that_moves_past_another_dose_is_judged_as_if_it_had_not_been_there(world: World) -> None:
    known, dose = await news.booked(world)
    later = await doses(world, known["patient_id"], at=local(2, 9, month=12), integration_at=local(4, 10, month=12))
    to, then = local(9, 9, month=12), local(11, 10, month=12)
    ok(await moves(world, dose, starts_at=to.isoformat(), integration={"starts_at": then.isoformat()}))
    assert (await reads(world, later))["holds"] == []
    assert not [each for each in await world.said_types(known["patient_id"]) if "Hold" in each]


async def test_only_a_dose_moves_with_an_integration(world: World) -> None:
    await has_practitioner(world)
    call = await books(world.coordinator, await has_patient(world))
    pair = await moves(world, call, starts_at=NEXT_WEEK.isoformat(), integration={"starts_at": THEN.isoformat()})
    assert refusal(pair) == (422, "not_a_pair")


async def test_a_sick_nurses_visit_goes_to_another_at_the_same_time_and_everybody_else_stays(world: World) -> None:
    known, dose = await news.booked(world)
    await has_practitioner(world, "max", "nurse")
    await has_room(world, "Second", "dosing")
    after = await acts(world.coordinator, dose, "reassign", without=["joy"])
    assert after["starts_at"] == dose["starts_at"]
    assert [each["id"] for each in after["providers"]] == ["kim", "max", "dr-lee"]
    assert after["room_id"] == dose["room_id"]
    (said,) = (each for each in await world.said(known["patient_id"]) if "TreatmentReassigned" in each.type)
    told: Any = said.data
    assert [each["id"] for each in told["previous_providers"]] == ["kim", "joy", "dr-lee"]
    assert told["version"] == dose["version"] + 1


async def test_a_visit_goes_to_another_room(world: World) -> None:
    _, dose = await news.booked(world)
    other = await has_room(world, "Second", "dosing")
    after = await acts(world.coordinator, dose, "reassign", without=[dose["room_id"]])
    assert (after["room_id"], after["providers"]) == (other, dose["providers"])


async def test_another_therapist_is_asked_for_first(world: World) -> None:
    _, dose = await news.booked(world)
    await has_practitioner(world, "lou", "therapist")
    path = f"/v1/appointments/{dose['id']}/reassign"
    unasked = await world.coordinator.post(path, {"provider_id": "lou"}, version=dose["version"])
    assert refusal(unasked) == (409, "ask_patient_first")
    after = await acts(world.coordinator, dose, "reassign", provider_id="lou", patient_agreed=True)
    assert "lou" in [each["id"] for each in after["providers"]]


async def test_where_nothing_changes_or_nobody_else_is_there_the_visit_stays(world: World) -> None:
    _, dose = await news.booked(world)
    path = f"/v1/appointments/{dose['id']}/reassign"
    same = await world.coordinator.post(path, {"provider_id": "joy"}, version=dose["version"])
    assert refusal(same) == (422, "same_staff")
    nobody = await world.coordinator.post(path, {"without": ["joy"]}, version=dose["version"])
    assert refusal(nobody) == (422, "outside_hours")
    assert (await reads(world, dose))["providers"] == dose["providers"]


async def test_the_plans_therapist_gives_its_visits_and_nobody_else_unless_named(world: World) -> None:
    await has_practitioner(world, "anna", "therapist")
    ana, _ = await in_treatment(world, therapist_id="kim")
    preparation = await prepares(world, ana)
    dose = await doses(world, ana)
    for each in (preparation, dose, dose["integration"]):
        assert [who["id"] for who in each["providers"] if who["role"] == "therapist"] == ["kim"]
    ben = await has_patient(world, email="ben@example.org")
    await has_plan(world, ben, therapist_id="kim")
    same_time = visit(ben, "preparation", PREPARATION_AT, modality="video")
    taken = await world.coordinator.post("/v1/appointments", same_time)
    assert refusal(taken) == (409, "slot_taken")
    by_another = await world.coordinator.post("/v1/appointments", {**same_time, "provider_id": "anna"})
    assert [who["id"] for who in ok(by_another, 201)["providers"]] == ["anna"]


async def test_free_times_are_those_of_the_plans_therapist(world: World) -> None:
    await has_practitioner(world, "anna", "therapist")
    ana, _ = await in_treatment(world, therapist_id="kim")
    ben = await has_patient(world, email="ben@example.org")
    await has_plan(world, ben, therapist_id="kim")
    await prepares(world, ana)
    query = {"kind": "preparation", "modality": "video", "from": utc(PREPARATION_AT), "to": utc(local(24, 12))}
    of_ben = ok(await world.coordinator.get("/v1/availability", patient_id=ben, **query))["items"]
    assert {who["id"] for each in of_ben for who in each["providers"]} == {"kim"}
    assert of_ben[0]["starts_at"] == utc(local(24, 10, 30))


async def test_a_plans_therapist_who_cannot_is_named(world: World) -> None:
    await has_practitioner(world, "anna", "therapist")
    await has_practitioner(world, "part-time", "therapist", week={})
    ana, _ = await in_treatment(world, therapist_id="part-time")
    away = await world.coordinator.post("/v1/appointments", visit(ana, "preparation", PREPARATION_AT))
    assert refusal(away) == (422, "plan_therapist_away")
