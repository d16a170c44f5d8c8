"""The biennial inventory over HTTP: taken, signed by two, asked for again in time."""

from datetime import timedelta
from typing import Any

import httpx

from careflow_events.envelope import decode
from careflow_service.identity import Role
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import draws, has_course, has_vial, ok, ready_for_dose, refusal
from services.sessions.tests.dispensed import receives_package
from services.sessions.tests.world import World

HERE = f"/v1/drug-log/locations/{MILL_VALLEY}"


async def takes(world: World, counted: dict[str, tuple[str, str]], moment: str = "opening") -> httpx.Response:
    found = {each: {"quantity": quantity, "unit": unit} for each, (quantity, unit) in counted.items()}
    return await world.nurse.post(f"{HERE}/inventories", {"moment": moment, "counted": found})


async def stocked(world: World) -> tuple[str, str]:
    """A vial and a patient's troches, received the day before."""
    vial = await has_vial(world)
    package = await receives_package(world, (await has_course(world)).patient_id)
    await world.travel(timedelta(days=1))
    return vial, package


async def test_the_first_one_of_a_location_is_asked_for_when_it_begins_to_keep_drugs(world: World) -> None:
    async def asked() -> tuple[str, ...]:
        rows = world.store.database["_outbox"].find({"stream": f"careflow.sessions.safety.v1/location:{MILL_VALLEY}"})
        told = [decode(row["record"], []) async for row in rows.sort("sequence", 1)]
        return tuple(each.type.split(".")[2] for each in told if each.data.get("category") == "initial_inventory")

    vial, package = await stocked(world)
    assert await asked() == ("DrugTaskDue", "DrugTaskOverdue")
    first = ok(await takes(world, {vial: ("10", "ml"), package: ("10", "troche")}), 201)["id"]
    ok(await world.nurse_called("second-nurse").post(f"/v1/drug-log/inventories/{first}/confirm"))
    assert await asked() == ("DrugTaskDue", "DrugTaskOverdue", "DrugTaskCompleted")

    await has_vial(world)
    await world.travel(timedelta(days=1))
    assert len(await asked()) == 3


async def last(world: World) -> dict[str, Any]:
    listed: list[dict[str, Any]] = ok(await world.nurse.get(f"{HERE}/inventories"))["items"]
    return listed[0]


async def test_everything_is_counted_signed_by_two_and_the_next_asked_for_before_it_is_late(world: World) -> None:
    vial, package = await stocked(world)
    async with world.nothing_changes():
        left_out = await takes(world, {vial: ("10", "ml")})
        assert (refusal(left_out), left_out.json()["containers"]) == ((409, "inventory_incomplete"), [package])
        wrong_unit = await takes(world, {vial: ("10", "ml"), package: ("10", "capsule")})
        assert refusal(wrong_unit) == (422, "unit_mismatch")
    whole = {vial: ("10", "ml"), package: ("10", "troche")}
    first = ok(await takes(world, whole), 201)["id"]
    path = f"/v1/drug-log/inventories/{first}"
    assert refusal(await world.nurse.post(f"{path}/confirm")) == (403, "counter_is_same")
    ok(await world.nurse_called("second-nurse").post(f"{path}/confirm"))

    shown = ok(await world.calling(Role.AUDITOR).get(path))
    assert (shown["day"], shown["current"], shown["due_by"]) == ("2026-11-24", True, "2028-11-25T08:00:00Z")
    assert [(each["opened"], each["counted"]) for each in shown["lines"]] == [
        (False, {"quantity": "10", "unit": "ml"}),
        (False, {"quantity": "10", "unit": "troche"}),
    ]
    await world.travel(timedelta(days=672))
    assert await world.said_at(MILL_VALLEY) == ["DrugTaskDue"]
    await world.travel(timedelta(days=60))
    assert await world.said_at(MILL_VALLEY) == ["DrugTaskDue", "DrugTaskOverdue"]

    second = ok(await takes(world, whole, moment="close"), 201)["id"]
    ok(await world.nurse_called("second-nurse").post(f"/v1/drug-log/inventories/{second}/confirm"))
    assert await world.said_at(MILL_VALLEY) == ["DrugTaskDue", "DrugTaskOverdue", "DrugTaskCompleted"]
    assert [(each["id"], each["current"]) for each in ok(await world.nurse.get(f"{HERE}/inventories"))["items"]] == [
        (second, True),
        (first, False),
    ]


async def test_what_is_not_what_the_log_says_is_a_case(world: World) -> None:
    vial, package = await stocked(world)
    ok(await takes(world, {vial: ("10", "ml"), package: ("9", "troche")}), 201)

    (case,) = ok(await world.nurse.get(f"{HERE}/cases"))["items"]
    assert (case["container_id"], case["form_record"]["missing"]) == (package, {"quantity": "1", "unit": "troche"})


async def test_one_that_was_counted_wrong_is_taken_anew_and_one_that_was_overtaken_too(world: World) -> None:
    vial, package = await stocked(world)
    whole = {vial: ("10", "ml"), package: ("10", "troche")}
    first, second = [ok(await takes(world, whole), 201)["id"] for _ in range(2)]
    late = await world.nurse_called("second-nurse").post(f"/v1/drug-log/inventories/{first}/confirm")
    assert refusal(late) == (409, "inventory_withdrawn")

    await world.travel(timedelta(minutes=1))
    await has_vial(world)
    stale = await world.nurse_called("second-nurse").post(f"/v1/drug-log/inventories/{second}/confirm")
    assert refusal(stale) == (409, "inventory_stale")
    assert refusal(await takes(world, whole)) == (409, "inventory_after_opening")
    assert (await last(world))["confirmed_by"] is None


async def test_while_something_is_drawn_up_nothing_is_inventoried(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    vial = await has_vial(world)
    await draws(world, vial, session_id)
    body = {"counts": {vial: "450"}, "acknowledgement": "drawn up for somebody who is late"}
    ok(await world.nurse.post(f"{HERE}/days/2026-11-23/close", body), 201)
    ok(await world.nurse_called("second-nurse").post(f"{HERE}/days/2026-11-23/confirm"))

    assert refusal(await takes(world, {vial: ("9", "ml")}, moment="close")) == (409, "drug_drawn_up")
