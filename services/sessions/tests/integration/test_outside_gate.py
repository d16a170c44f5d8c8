"""A dose that was given and not recorded before the gate closed: written down over HTTP, counted, reviewed."""

from datetime import timedelta
from typing import Any

import pytest

from careflow_service.identity import Role
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import (
    ORDER,
    SCORE,
    does,
    dose,
    draws,
    gate_of,
    has_course,
    has_vial,
    observes,
    ok,
    ready_for_dose,
    refusal,
)
from services.sessions.tests.outside import INJECTED, MINUTE, gate_closes_after_the_dose, late, record, reviews
from services.sessions.tests.world import World


async def test_a_dose_the_gate_closed_on_is_written_down_counted_and_reviewed(world: World) -> None:
    session_id, vial, draw_id = await gate_closes_after_the_dose(world)
    refused = await does(world, session_id, "doses", dose(vial, draw_id))
    assert refusal(refused) == (409, "dose_gate_closed")
    way = refused.json()["if_given"]
    assert way == f"/v1/sessions/{session_id}/doses/outside-gate"

    ok(
        await does(world, session_id, "doses/outside-gate", late(world, vial, draw_id, ordered_by="user-prescriber")),
        201,
    )

    seen = await record(world, session_id)
    (given,) = seen["doses"]
    mark = given["outside_gate"]
    assert (given["mg"], given["started_at"] < mark["recorded_at"]) == ("40", True)
    assert mark["closed"] == []
    assert "blood_pressure_in_range" in mark["closed_later"]
    assert (mark["ordered_by"], mark["holds_dosing"], mark["off_order"]) == ("user-prescriber", True, False)
    log = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))
    assert log["on_hand_mg"] == "460"
    assert [each["given_at"] for each in log["entries"]] == [None, given["started_at"]]
    assert "dose_review_current" in await gate_of(world, session_id)
    signed = {"overrides": [{"item": "dose_review_current", "reason": "I know"}]}
    never = await does(world, session_id, "overrides", signed, by=world.prescriber)
    assert refusal(never) == (403, "override_forbidden")
    (waiting,) = ok(await world.prescriber.get("/v1/doses-outside-gate"))["items"]
    assert (waiting["session_id"], waiting["dose"]["outside_gate"]["id"]) == (session_id, mark["id"])
    assert "DoseReviewDue" in await world.alarmed(seen["patient_id"])

    ok(await reviews(world, session_id), 201)
    assert "dose_review_current" not in await gate_of(world, session_id)
    assert ok(await world.prescriber.get("/v1/doses-outside-gate"))["items"] == []
    assert refusal(await reviews(world, session_id)) == (409, "review_final")
    assert "DoseReviewCompleted" in await world.alarmed(seen["patient_id"])


@pytest.mark.thorough
async def test_a_review_nobody_decides_is_late_once_and_still_waited_for(world: World) -> None:
    session_id, vial, draw_id = await gate_closes_after_the_dose(world)
    ok(await does(world, session_id, "doses/outside-gate", late(world, vial, draw_id)), 201)
    patient_id = (await record(world, session_id))["patient_id"]

    await world.travel(timedelta(hours=23))
    assert "DoseReviewOverdue" not in await world.alarmed(patient_id)
    await world.travel(timedelta(days=3))
    assert (await world.alarmed(patient_id)).count("DoseReviewOverdue") == 1
    (waiting,) = ok(await world.prescriber.get("/v1/doses-outside-gate"))["items"]
    assert waiting["session_id"] == session_id
    ok(await reviews(world, session_id), 201)
    assert (await world.alarmed(patient_id))[-1] == "DoseReviewCompleted"


@pytest.mark.thorough
async def test_the_patient_is_watched_and_goes_home_by_when_the_dose_was_given(world: World) -> None:
    session_id, vial, draw_id = await gate_closes_after_the_dose(world)
    ok(await does(world, session_id, "doses/outside-gate", late(world, vial, draw_id)), 201)
    seen = await record(world, session_id)
    assert seen["vitals_due_at"] < world.clock().isoformat()

    for _ in range(6):
        await world.travel(15 * MINUTE)
        ok(await observes(world, session_id), 201)
    ok(await does(world, session_id, "discharge", SCORE))
    ok(await does(world, session_id, "complete", {}))
    services = ok(await world.nurse.get(f"/v1/sessions/{session_id}/services"))
    assert [each["code"] for each in services["lines"]] != []


@pytest.mark.thorough
async def test_a_dose_found_after_the_end_is_billed_anew_and_the_closed_day_stays_as_it_was(world: World) -> None:
    session_id, vial, draw_id = await gate_closes_after_the_dose(world)
    ok(await does(world, session_id, "doses/outside-gate", late(world, vial, draw_id)), 201)
    second = await draws(world, vial, session_id, "0.2")
    for _ in range(6):
        await world.travel(15 * MINUTE)
        ok(await observes(world, session_id), 201)
    ok(await does(world, session_id, "discharge", SCORE))
    ok(await does(world, session_id, "complete", {}))
    before = ok(await world.nurse.get(f"/v1/sessions/{session_id}/services"))
    await world.travel(timedelta(days=1))

    more = late(world, vial, second, minutes=24 * 60 + 60, mg="10", ml="0.2", mg_per_kg="0.125")
    ok(await does(world, session_id, "doses/outside-gate", more), 201)

    after = ok(await world.nurse.get(f"/v1/sessions/{session_id}/services"))
    assert after["revision"] == before["revision"] + 1
    assert after["lines"] != before["lines"]
    seen = await record(world, session_id)
    assert seen["state"] == "completed"
    (_, entry) = [
        each
        for each in ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))["entries"]
        if each["kind"] == "administered"
    ]
    assert entry["at"] > entry["given_at"]


@pytest.mark.thorough
async def test_nobody_writes_down_what_cannot_have_been(world: World) -> None:
    session_id, vial, draw_id = await gate_closes_after_the_dose(world)

    async def tries(**changes: Any) -> tuple[int, str]:
        return refusal(await does(world, session_id, "doses/outside-gate", {**late(world, vial, draw_id), **changes}))

    future = (world.clock() + MINUTE).isoformat()
    async with world.nothing_changes():
        assert await tries(given_at=future) == (422, "given_in_future")
        early = (world.clock() - 50 * MINUTE).isoformat()
        assert await tries(given_at=early) == (422, "before_start_unexplained")
        yesterday = (world.clock() - timedelta(days=1)).isoformat()
        assert await tries(given_at=yesterday) == (422, "given_before_arrival")
        assert await tries(given_at=(world.clock() - timedelta(days=8)).isoformat()) == (409, "recorded_too_late")
        assert await tries(reason="") == (422, "invalid_request")
        assert await tries(mg="4") == (422, "dose_mismatch")


@pytest.mark.thorough
async def test_a_second_click_and_a_second_tab_write_down_one_dose(world: World) -> None:
    session_id, vial, draw_id = await gate_closes_after_the_dose(world)
    body, version = late(world, vial, draw_id), (await record(world, session_id))["version"]
    path = f"/v1/sessions/{session_id}/doses/outside-gate"
    first = ok(await world.nurse.post(path, body, version=version, key="one-click"), 201)
    assert ok(await world.nurse.post(path, body, version=version, key="one-click"), 201) == first
    assert refusal(await world.nurse.post(path, body, version=version)) == (409, "dose_recorded_already")
    assert refusal(await does(world, session_id, "doses/outside-gate", body)) == (409, "dose_recorded_already")
    assert len((await record(world, session_id))["doses"]) == 1


@pytest.mark.thorough
async def test_who_gave_or_wrote_it_down_does_not_review_it_and_a_hold_goes_on(world: World) -> None:
    session_id, vial, _ = await gate_closes_after_the_dose(world)
    body = late(world, vial, None)
    ok(await does(world, session_id, "doses/outside-gate", body, by=world.prescriber), 201)

    assert refusal(await reviews(world, session_id)) == (403, "reviewer_involved")
    assert refusal(await reviews(world, session_id, by=world.nurse)) == (403, "forbidden")
    director = world.calling(Role.MEDICAL_DIRECTOR)
    ok(await reviews(world, session_id, "hold", by=director), 201)
    assert "dose_review_current" in await gate_of(world, session_id)
    ok(await reviews(world, session_id, by=director), 201)
    assert "dose_review_current" not in await gate_of(world, session_id)


@pytest.mark.thorough
async def test_what_nobody_drew_up_or_began_in_the_record_is_written_down_with_it(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world, **INJECTED))
    ok(await does(world, session_id, "order", ORDER, by=world.prescriber))
    vial = await has_vial(world)
    await world.travel(30 * MINUTE)

    body = late(world, vial, None, minutes=10, before_start="the record was down")
    ok(await does(world, session_id, "doses/outside-gate", body), 201)

    seen = await record(world, session_id)
    assert (seen["state"], seen["started_at"]) == ("monitoring", seen["doses"][0]["started_at"])
    log = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))
    assert (log["on_hand_mg"], log["location_id"]) == ("460", MILL_VALLEY)


@pytest.mark.thorough
async def test_the_ordinary_way_is_not_gone_around(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world, **INJECTED))
    vial = await has_vial(world)
    draw_id = await draws(world, vial, session_id, "0.8")
    ok(await does(world, session_id, "clear", {}))
    ok(await does(world, session_id, "start"))
    await world.travel(5 * MINUTE)

    async with world.nothing_changes():
        refused = await does(world, session_id, "doses/outside-gate", late(world, vial, draw_id, minutes=2))
        assert refusal(refused) == (409, "gate_was_open")
