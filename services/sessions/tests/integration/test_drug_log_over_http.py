"""The controlled-drug log over HTTP (journey 9)."""

from datetime import timedelta

from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import draws, gate_of, has_course, has_vial, ok, ready_for_dose, refusal, wastes
from services.sessions.tests.world import World

DAY = f"/v1/drug-log/locations/{MILL_VALLEY}/days/2026-11-23"


async def drawn(world: World) -> tuple[str, str, str]:
    """A session ready for its dose, a vial, and 1 mL drawn from it."""
    session_id = await ready_for_dose(world, await has_course(world))
    vial = await has_vial(world)
    return session_id, vial, await draws(world, vial, session_id)


async def test_the_witness_is_somebody_else_with_their_own_login(world: World) -> None:
    _, vial, draw_id = await drawn(world)
    waste = await wastes(world, vial, draw_id, "50")
    witness = f"/v1/drug-log/containers/{vial}/entries/{waste}/witness"

    assert refusal(await world.nurse.post(witness)) == (403, "witness_is_actor")
    ok(await world.nurse_called("second-nurse").post(witness))

    log = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))
    assert (log["on_hand_mg"], log["draws"][0]["open_mg"]) == ("450", "0")


async def test_half_an_hour_later_nobody_has_seen_it(world: World) -> None:
    _, vial, draw_id = await drawn(world)
    waste = await wastes(world, vial, draw_id, "50")
    await world.travel(timedelta(minutes=31))

    late = await world.nurse_called("second-nurse").post(f"/v1/drug-log/containers/{vial}/entries/{waste}/witness")

    assert refusal(late) == (409, "witness_too_late")


async def test_a_vial_that_does_not_add_up(world: World) -> None:
    session_id, vial, draw_id = await drawn(world)
    too_much = {"session_id": session_id, "ml": "9.1"}
    assert refusal(await world.nurse.post(f"/v1/drug-log/containers/{vial}/draws", too_much)) == (
        409,
        "container_exceeded",
    )
    overfill = {"kind": "overfill", "mg": "25"}
    early = await world.nurse.post(f"/v1/drug-log/containers/{vial}/entries", overfill)
    assert refusal(early) == (409, "overfill_before_empty")
    more = {"kind": "wasted", "mg": "51", "draw_id": draw_id}
    assert refusal(await world.nurse.post(f"/v1/drug-log/containers/{vial}/entries", more)) == (409, "draw_exceeded")


async def test_a_day_with_a_discrepancy_is_closed_only_with_it_named_and_holds_dosing_until_it_is_settled(
    world: World,
) -> None:
    session_id, vial, draw_id = await drawn(world)
    waste = await wastes(world, vial, draw_id, "50")
    ok(await world.nurse_called("second-nurse").post(f"/v1/drug-log/containers/{vial}/entries/{waste}/witness"))
    counted = {"counts": {vial: "400"}}
    refused = await world.nurse.post(f"{DAY}/close", counted)
    assert refusal(refused) == (409, "day_does_not_reconcile")
    assert refused.json()["discrepancies"] == [{"container_id": vial, "kind": "count"}]

    ok(await world.nurse.post(f"{DAY}/close", {**counted, "acknowledgement": "told the director"}), 201)
    assert refusal(await world.nurse.post(f"{DAY}/close", counted)) == (409, "day_closed")
    assert await gate_of(world, session_id) == ["drug_log_reconciled"]
    assert await world.said_at(MILL_VALLEY) == ["DrugCountMismatch", "DrugDayClosed"]

    settled = {"container_id": vial, "how": "explained", "note": "entered in the other vial"}
    ok(await world.prescriber.post(f"{DAY}/settle", settled))
    assert await gate_of(world, session_id) == []


async def test_a_day_that_adds_up_is_closed(world: World) -> None:
    vial = await has_vial(world)

    ok(await world.nurse.post(f"{DAY}/close", {"counts": {vial: "500"}}), 201)

    assert await world.said_at(MILL_VALLEY) == ["DrugDayClosed"]
    tomorrow = f"/v1/drug-log/locations/{MILL_VALLEY}/days/2026-11-24/close"
    assert refusal(await world.nurse.post(tomorrow, {"counts": {}})) == (422, "day_to_come")


async def test_a_draw_left_open_over_night_holds_dosing(world: World) -> None:
    session_id, _, _ = await drawn(world)
    assert await gate_of(world, session_id) == []

    await world.travel(timedelta(days=1))

    assert "drug_log_reconciled" in await gate_of(world, session_id)
