"""A package that was dispensed for one patient, from its receipt to its end (journey 18, the troche)."""

from datetime import datetime, timedelta

import pytest

from careflow_service.identity import Role
from careflow_service.ids import new_id
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import does, gate_of, has_course, has_vial, ok, refusal
from services.sessions.tests.dispensed import (
    BY_MOUTH,
    by_mouth,
    hands_out,
    packages_go_home,
    ready_by_mouth,
    receives_package,
    takes_out,
    troches,
)
from services.sessions.tests.setbacks import holds_plan
from services.sessions.tests.world import World

CONTAINERS = "/v1/drug-log/containers"
DAY = f"/v1/drug-log/locations/{MILL_VALLEY}/days/2026-11-23"


async def test_a_troche_is_given_from_the_patients_own_package_and_counted_in_troches(world: World) -> None:
    course = await has_course(world, **BY_MOUTH)
    session_id = await ready_by_mouth(world, course)
    assert await gate_of(world, session_id) == ["own_package"]
    vial = await has_vial(world)
    from_stock = await world.nurse.post(f"{CONTAINERS}/{vial}/draws", {"session_id": session_id, "ml": "1"})
    assert refusal(from_stock) == (409, "package_missing")

    package = await receives_package(world, course.patient_id)
    assert await gate_of(world, session_id) == []
    draw_id = ok(await takes_out(world, package, session_id), 201)["added_id"]
    ok(await does(world, session_id, "clear", {}))
    ok(await does(world, session_id, "start"))
    dose = {"container_id": package, "draw_id": draw_id, "mg": "100", "quantity": "2", "unit": "troche"}
    async with world.nothing_changes():
        for wrong, code in (
            ({}, "strength_missing"),
            ({"mg_per_unit": "60"}, "dose_mismatch"),
            ({"mg_per_unit": "100", "quantity": "1"}, "strength_mismatch"),
            ({"mg_per_unit": "50", "unit": "capsule"}, "unit_mismatch"),
            ({"mg_per_unit": "66.6667", "quantity": "1.5"}, "pieces_not_whole"),
        ):
            assert refusal(await does(world, session_id, "doses", {**dose, **wrong})) == (422, code), wrong
    ok(await does(world, session_id, "doses", {**dose, "mg_per_unit": "50"}), 201)

    log = ok(await world.nurse.get(f"{CONTAINERS}/{package}"))
    assert (log["in_container"], log["on_hand_mg"]) == ({"quantity": "8", "unit": "troche"}, "400")
    assert (log["ndc"], log["mg_per_ml"], log["package"]["patient_id"]) == (None, None, course.patient_id)
    (given,) = ok(await world.nurse.get(f"/v1/sessions/{session_id}/record"))["doses"]
    assert (given["ml"], given["amount"]) == (None, {"quantity": "2", "unit": "troche"})

    wrong_unit = {"counted": {package: {"quantity": "8", "unit": "ml"}, vial: {"quantity": "10", "unit": "ml"}}}
    assert refusal(await world.nurse.post(f"{DAY}/close", wrong_unit)) == (422, "unit_mismatch")
    counted = {"counted": {package: {"quantity": "7", "unit": "troche"}}, "counts": {vial: "500"}}
    missing = await world.nurse.post(f"{DAY}/close", counted)
    assert missing.json()["discrepancies"] == [{"container_id": package, "kind": "count"}]
    ok(await world.nurse.post(f"{DAY}/close", {**counted, "acknowledgement": "one is not there"}), 201)
    (one,) = ok(await world.nurse.get(DAY))["discrepancies"]
    assert (one["amount"], one["counted"]) == ({"quantity": "1", "unit": "troche"}, {"quantity": "7", "unit": "troche"})


async def test_nothing_of_it_is_ever_given_or_handed_out_to_somebody_else(world: World) -> None:
    _, session_id, _ = await by_mouth(world)
    others = await receives_package(world, (await has_course(world, **BY_MOUTH)).patient_id)

    async with world.nothing_changes():
        assert refusal(await takes_out(world, others, session_id)) == (409, "package_of_another")
        unknown = await world.nurse.post(CONTAINERS, troches(new_id()))
        assert refusal(unknown) == (404, "patient_not_found")


async def test_it_goes_home_only_where_the_policy_lets_it_before_a_witness_and_while_nothing_speaks_against_it(
    world: World,
) -> None:
    course, _, package = await by_mouth(world)
    assert refusal(await hands_out(world, package)) == (409, "hand_out_not_allowed")
    by_nurse = await world.nurse.post(f"{CONTAINERS}/{package}/hand-outs", {})
    assert refusal(by_nurse) == (403, "forbidden")
    by_hand = {"kind": "handed_out", "quantity": "1", "unit": "troche"}
    assert refusal(await world.nurse.post(f"{CONTAINERS}/{package}/entries", by_hand)) == (422, "entry_forbidden")

    with packages_go_home(world):
        assert refusal(await hands_out(world, await has_vial(world))) == (409, "not_a_package")
        assert refusal(await hands_out(world, package, quantity="11")) == (409, "container_exceeded")
        same_twice = await hands_out(world, package, identified_by=["name", "name"])
        assert refusal(same_twice) == (422, "identifiers_repeated")
        before = (world.clock() - timedelta(minutes=5)).isoformat()
        assert refusal(await hands_out(world, package, happened_at=before)) == (409, "happened_later")
        await world.travel(timedelta(minutes=5))
        went = world.clock() - timedelta(minutes=3)
        line = ok(await hands_out(world, package, happened_at=went.isoformat()), 201)["added_id"]
        witness = f"{CONTAINERS}/{package}/entries/{line}/witness"
        assert refusal(await world.prescriber.post(witness)) == (403, "witness_is_actor")
        ok(await world.nurse.post(witness))
        await holds_plan(world, course.plan_id)
        assert refusal(await hands_out(world, package)) == (409, "plan_not_active")

    (kept,) = ok(await world.nurse.get(f"/v1/patients/{course.patient_id}/packages"))["items"]
    assert kept["in_container"] == {"quantity": "8", "unit": "troche"}
    assert datetime.fromisoformat(kept["entries"][-1]["happened_at"]) == went
    assert kept["entries"][-1]["handed_out"] == {"recipient": "patient", "identified_by": ["name", "birth_date"]}


async def test_care_does_not_end_while_the_clinic_keeps_a_package(world: World) -> None:
    course = await has_course(world, **BY_MOUTH)
    package = await receives_package(world, course.patient_id)

    care = ok(await world.nurse.get(f"/v1/patients/{course.patient_id}/care"))
    assert "package_kept" in [each["matter"] for each in care["open"]]
    destroyed = {"place": "12 Example Street, Mill Valley", "method": "incineration"}
    gone = {"kind": "destroyed", "quantity": "10", "unit": "troche", "destroyed": destroyed}
    entry = ok(await world.nurse.post(f"{CONTAINERS}/{package}/entries", gone), 201)["added_id"]
    ok(await world.nurse_called("second-nurse").post(f"{CONTAINERS}/{package}/entries/{entry}/witness"))

    care = ok(await world.nurse.get(f"/v1/patients/{course.patient_id}/care"))
    assert "package_kept" not in [each["matter"] for each in care["open"]]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"package": None}, "ndc_missing"),
        ({"quantity": "1.5"}, "pieces_not_whole"),
        ({"unit": None}, "amount_ambiguous"),
        ({"ml": "1"}, "amount_ambiguous"),
        ({"mg_per_unit": None}, "strength_ambiguous"),
        ({"mg_per_ml": "50"}, "strength_ambiguous"),
        ({"quantity": "0"}, "container_empty"),
    ],
)
async def test_a_label_says_once_what_is_in_the_package(world: World, changes: dict[str, object], code: str) -> None:
    patient_id = (await has_course(world, **BY_MOUTH)).patient_id
    async with world.nothing_changes():
        assert refusal(await world.nurse.post(CONTAINERS, troches(patient_id, **changes))) == (422, code)


async def test_past_its_date_it_is_not_at_hand(world: World) -> None:
    course = await has_course(world, **BY_MOUTH)
    session_id = await ready_by_mouth(world, course)
    package = await receives_package(world, course.patient_id, expires_on="2026-11-22")

    assert await gate_of(world, session_id) == ["own_package"]
    assert refusal(await takes_out(world, package, session_id)) == (409, "container_expired")


async def test_who_gives_it_sees_whose_it_is_and_whoever_audits_the_log_does_not(world: World) -> None:
    course = await has_course(world, **BY_MOUTH)
    await receives_package(world, course.patient_id)
    (seen,) = ok(await world.nurse.get(CONTAINERS, location_id=MILL_VALLEY))["items"]
    assert seen["package"]["prescription"] == "RX-0815"
    auditor = world.calling(Role.AUDITOR)
    (audited,) = ok(await auditor.get(CONTAINERS, location_id=MILL_VALLEY))["items"]
    assert (audited["package_id"], audited["package"]) == (seen["package"]["id"], None)
    assert course.patient_id not in (await auditor.get(f"{CONTAINERS}/{seen['id']}")).text
    assert refusal(await world.therapist.get(f"/v1/patients/{course.patient_id}/packages")) == (403, "forbidden")
    assert course.patient_id not in repr(await world.store.database["drug_containers"].find({}).to_list())
