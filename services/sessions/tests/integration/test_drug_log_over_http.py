"""The controlled-drug log over HTTP (journey 9)."""

from datetime import timedelta

import pytest

from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import (
    books,
    does,
    dose,
    draws,
    gate_of,
    has_course,
    has_vial,
    ok,
    ready_for_dose,
    refusal,
    session_of,
    therapy_hour,
    wastes,
    wastes_before_witness,
)
from services.sessions.tests.world import World

NOBODY = "0199e0a0-0000-7000-8000-00000000dead"
ELSEWHERE = "0199e0a0-0000-7000-8000-0000000000e1"
DAYS = f"/v1/drug-log/locations/{MILL_VALLEY}/days"
DAY = f"{DAYS}/2026-11-23"


async def drawn(world: World) -> tuple[str, str, str]:
    """A session ready for its dose, a vial, and 1 mL drawn from it."""
    session_id = await ready_for_dose(world, await has_course(world))
    vial = await has_vial(world)
    return session_id, vial, await draws(world, vial, session_id)


async def closes(world: World, counted: dict[str, object]) -> None:
    """The day is counted by one nurse and confirmed by another."""
    ok(await world.nurse.post(f"{DAY}/close", counted), 201)
    assert refusal(await world.nurse.post(f"{DAY}/confirm")) == (403, "counter_is_same")
    ok(await world.nurse_called("second-nurse").post(f"{DAY}/confirm"))


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


async def test_the_drug_log_takes_nothing_that_does_not_add_up(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    vial = await has_vial(world)
    draw_id = await draws(world, vial, session_id)
    log = f"/v1/drug-log/containers/{vial}"
    waste = await wastes(world, vial, draw_id, "50")
    witness = f"{log}/entries/{waste}/witness"
    async with world.nothing_changes():
        for path, body, refused in (
            (f"{log}/draws", {"session_id": session_id, "ml": "9.1"}, (409, "draw_above_order")),
            (f"{log}/draws", {"session_id": session_id, "ml": "0"}, (422, "amount_invalid")),
            (f"{log}/draws", {"session_id": NOBODY, "ml": "1"}, (404, "session_not_found")),
            (f"{log}/entries", {"kind": "overfill", "mg": "25"}, (409, "overfill_before_empty")),
            (f"{log}/entries", {"kind": "wasted", "mg": "51", "draw_id": draw_id}, (409, "draw_exceeded")),
            (f"{log}/entries", {"kind": "wasted", "mg": "1", "draw_id": NOBODY}, (404, "draw_not_found")),
            (f"{log}/entries", {"kind": "spilled", "mg": "451"}, (409, "container_exceeded")),
            (f"{log}/entries", {"kind": "spilled", "mg": "0"}, (422, "amount_invalid")),
            (f"{log}/entries", {"kind": "administered", "mg": "1"}, (422, "entry_forbidden")),
            (f"{log}/entries", {"kind": "eaten", "mg": "1"}, (422, "invalid_request")),
            (f"{log}/entries/{NOBODY}/reverse", {"note": "x"}, (404, "entry_not_found")),
            (f"{log}/entries/{waste}/reverse", {"note": " "}, (422, "invalid_request")),
            (
                f"/v1/drug-log/containers/{NOBODY}/draws",
                {"session_id": session_id, "ml": "1"},
                (404, "container_not_found"),
            ),
            (witness, None, (403, "witness_is_actor")),
            (f"{log}/entries/{NOBODY}/witness", None, (404, "entry_not_found")),
            (f"{DAYS}/2026-11-23/close", {"counts": {vial: "450"}}, (409, "day_does_not_reconcile")),
            (f"{DAYS}/2026-11-23/close", {"counts": {NOBODY: "1"}}, (422, "count_unknown_container")),
            (f"{DAYS}/2026-11-23/close", {"counts": {"Ana Rivera": "1"}}, (422, "invalid_request")),
            (f"{DAYS}/2026-11-24/close", {"counts": {}}, (422, "day_to_come")),
            (f"{DAYS}/0001-01-01/close", {"counts": {}}, (422, "invalid_request")),
            (f"/v1/drug-log/cases/{NOBODY}/judgements", {"how": "minor", "note": "x"}, (403, "forbidden")),
        ):
            answer = await world.nurse.post(path, body)
            assert "Ana" not in answer.text
            assert refusal(answer) == refused, (path, body)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"location_id": ELSEWHERE}, "container_elsewhere"),
        ({"drug": "esketamine"}, "drug_mismatch"),
        ({"drug": "midazolam"}, "drug_mismatch"),
        ({"expires_on": "2026-11-22"}, "container_expired"),
    ],
)
async def test_only_the_drug_ordered_at_the_place_of_the_session_is_drawn_up(
    world: World, changes: dict[str, str], code: str
) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    vial = await has_vial(world, **changes)

    async with world.nothing_changes():
        body = {"session_id": session_id, "ml": "1"}
        assert refusal(await world.nurse.post(f"/v1/drug-log/containers/{vial}/draws", body)) == (409, code)


async def test_the_name_of_the_drug_may_be_that_of_its_salt(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))

    assert await draws(world, await has_vial(world, drug="Ketamine Hydrochloride"), session_id)


async def test_what_was_drawn_up_by_another_order_is_looked_at_again_when_it_is_given(world: World) -> None:
    session_id, vial, draw_id = await drawn(world)
    lower = {"mg": "20", "mg_per_kg": "0.25", "most_mg": "20"}
    ok(await does(world, session_id, "order", lower, by=world.prescriber))
    ok(await does(world, session_id, "clear", {}))
    ok(await does(world, session_id, "start"))

    async with world.nothing_changes():
        assert refusal(await does(world, session_id, "doses", dose(vial, draw_id))) == (422, "dose_above_order")


@pytest.mark.parametrize(("ml", "concentration"), [("4", "100"), ("0.51", "100"), ("1.02", "50")])
async def test_no_more_is_drawn_up_than_the_order_allows_from_that_container(
    world: World, ml: str, concentration: str
) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    vial = await has_vial(world, mg_per_ml=concentration)
    async with world.nothing_changes():
        refused = await world.nurse.post(f"/v1/drug-log/containers/{vial}/draws", {"session_id": session_id, "ml": ml})
        assert refusal(refused) == (409, "draw_above_order")


async def test_what_is_drawn_up_already_counts_from_whichever_container(world: World) -> None:
    session_id, _, _ = await drawn(world)
    another = await has_vial(world)
    refused = await world.nurse.post(f"/v1/drug-log/containers/{another}/draws", {"session_id": session_id, "ml": "1"})
    assert refusal(refused) == (409, "draw_above_order")


async def test_nothing_is_drawn_up_before_the_patient_is_there_and_the_order_signed(world: World) -> None:
    course = await has_course(world)
    await therapy_hour(world, course, "preparation")
    visit = (await session_of(world, await books(world, course.patient_id, world.clock())))["id"]
    draws_from = f"/v1/drug-log/containers/{await has_vial(world)}/draws"
    body = {"session_id": visit, "ml": "1"}
    assert refusal(await world.nurse.post(draws_from, body)) == (409, "wrong_state")
    ok(await world.nurse.post(f"/v1/sessions/{visit}/arrive"))
    assert refusal(await world.nurse.post(draws_from, body)) == (409, "order_missing")


async def test_after_the_close_of_the_day_nothing_more_is_drawn_up(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    vial = await has_vial(world)
    await closes(world, {"counts": {vial: "500"}})
    refused = await world.nurse.post(f"/v1/drug-log/containers/{vial}/draws", {"session_id": session_id, "ml": "1"})
    assert refusal(refused) == (409, "drug_day_closed")


async def test_a_loss_by_one_person_is_said_at_once_and_makes_no_clean_day(world: World) -> None:
    vial = await has_vial(world)
    ok(await world.nurse.post(f"/v1/drug-log/containers/{vial}/entries", {"kind": "lost", "mg": "450"}), 201)
    assert await world.said_at(MILL_VALLEY) == ["DrugTaskDue", "DrugLossReported"]
    assert ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))["on_hand_mg"] == "500"

    refused = await world.nurse.post(f"{DAY}/close", {"counts": {vial: "50"}})
    assert refused.json()["discrepancies"] == [{"container_id": vial, "kind": "lost"}]


async def test_a_day_without_entries_is_not_closed(world: World) -> None:
    await has_vial(world)
    async with world.nothing_changes():
        refused = await world.nurse.post(f"{DAYS}/2020-01-06/close", {"counts": {}, "acknowledgement": "never mind"})
        assert refusal(refused) == (409, "day_without_entries")


async def test_nothing_is_drawn_up_for_a_therapy_hour(world: World) -> None:
    course = await has_course(world)
    hour = await session_of(world, await books(world, course.patient_id, world.clock(), kind="preparation"))
    vial = await has_vial(world)
    async with world.nothing_changes():
        refused = await world.nurse.post(f"/v1/drug-log/containers/{vial}/draws", {"session_id": hour["id"], "ml": "1"})
        assert refusal(refused) == (409, "not_a_dosing_session")


async def test_a_day_with_a_discrepancy_is_closed_only_with_it_named_and_holds_dosing_until_it_is_judged(
    world: World,
) -> None:
    session_id, vial, draw_id = await drawn(world)
    waste = await wastes(world, vial, draw_id, "50")
    ok(await world.nurse_called("second-nurse").post(f"/v1/drug-log/containers/{vial}/entries/{waste}/witness"))
    counted = {"counts": {vial: "400"}}
    refused = await world.nurse.post(f"{DAY}/close", counted)
    assert refusal(refused) == (409, "day_does_not_reconcile")
    assert refused.json()["discrepancies"] == [{"container_id": vial, "kind": "count"}]

    await closes(world, {**counted, "acknowledgement": "told the director"})
    assert refusal(await world.nurse.post(f"{DAY}/close", counted)) == (409, "day_closed")
    assert await gate_of(world, session_id) == ["drug_log_reconciled"]
    assert await world.said_at(MILL_VALLEY) == ["DrugTaskDue", "DrugCountMismatch", "DrugDayClosed"]

    (discrepancy,) = ok(await world.nurse.get(DAY))["discrepancies"]
    judged = {"how": "explained", "note": "entered in the other vial"}
    case = f"/v1/drug-log/cases/{discrepancy['case_id']}"
    ok(await world.prescriber.post(f"{case}/judgements", judged), 201)
    assert await gate_of(world, session_id) == []


async def test_a_day_that_adds_up_is_closed(world: World) -> None:
    vial = await has_vial(world)

    await closes(world, {"counts": {vial: "500"}})

    assert await world.said_at(MILL_VALLEY) == ["DrugDayClosed"]
    tomorrow = f"/v1/drug-log/locations/{MILL_VALLEY}/days/2026-11-24/close"
    assert refusal(await world.nurse.post(tomorrow, {"counts": {}})) == (422, "day_to_come")


async def test_a_draw_left_open_over_night_holds_dosing(world: World) -> None:
    session_id, _, _ = await drawn(world)
    assert await gate_of(world, session_id) == []

    await world.travel(timedelta(days=1))

    assert "drug_log_reconciled" in await gate_of(world, session_id)


async def test_what_is_left_is_answered_in_digits_that_can_be_sent_back_as_a_count(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    vial = await has_vial(world, ml="1.0000")
    draw_id = await draws(world, vial, session_id, "1.0000")
    log = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))
    assert (log["in_container_mg"], log["on_hand_mg"], log["draws"][0]["mg"]) == ("0", "50", "50")
    await wastes_before_witness(world, vial, draw_id, "50.0000")
    await closes(world, {"counts": {}})


async def test_stock_past_its_date_goes_back_or_is_destroyed_by_two_and_the_log_has_what_form_41_asks(
    world: World,
) -> None:
    vial = await has_vial(world, expires_on="2026-11-22")
    entries = f"/v1/drug-log/containers/{vial}/entries"
    destroyed = {"place": "12 Example Street, Mill Valley", "method": "incineration"}
    returned = {"distributor": "Reverse Example Inc.", "dea_number": "RE0123454"}
    both = {"returned": returned, "destroyed": destroyed}
    async with world.nothing_changes():
        for body, code in (
            ({"kind": "destroyed", "mg": "500"}, (422, "disposal_missing")),
            ({"kind": "destroyed", "mg": "500", "returned": returned}, (422, "disposal_missing")),
            ({"kind": "spilled", "mg": "1", "destroyed": destroyed}, (422, "disposal_forbidden")),
            (
                {"kind": "returned", "mg": "1", **both},
                (422, "disposal_ambiguous"),
            ),
            ({"kind": "returned", "mg": "1", "returned": {**returned, "dea_number": "12"}}, (422, "invalid_request")),
            ({"kind": "wasted", "mg": "500"}, (409, "stock_is_not_waste")),
        ):
            assert refusal(await world.nurse.post(entries, body)) == code, body

    back = ok(await world.nurse.post(entries, {"kind": "returned", "mg": "100", "returned": returned}), 201)
    gone = ok(await world.nurse.post(entries, {"kind": "destroyed", "mg": "400", "destroyed": destroyed}), 201)
    for entry in (back, gone):
        assert refusal(await world.nurse.post(f"{entries}/{entry['added_id']}/witness")) == (403, "witness_is_actor")
        ok(await world.nurse_called("second-nurse").post(f"{entries}/{entry['added_id']}/witness"))

    log = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))
    assert (log["expired"], log["on_hand_mg"], log["ndc"], log["mg_per_ml"]) == (True, "0", "00143950801", "50")
    first, second = log["entries"][1:]
    assert (first["returned"], first["destroyed"]) == (returned, None)
    assert (second["returned"], second["destroyed"]) == (None, destroyed)
    assert (second["by"], second["witnessed_by"]) == ("user-nurse", "second-nurse")
