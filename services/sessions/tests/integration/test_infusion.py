"""The pump of an infusion over HTTP and at the bedside, and what that makes of the dose, the log and the record."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from careflow_service.identity import Role
from services.sessions.tests.bedside import clock, logs_in, of
from services.sessions.tests.clinic import (
    does,
    has_course,
    ok,
    ready_for_dose,
    receives_dose,
    refusal,
    wastes_before_witness,
)
from services.sessions.tests.world import World

MINUTE = timedelta(minutes=1)


async def hangs(world: World) -> tuple[str, str, str]:
    """50 mg drawn up, 40 mg of them hang; answers session, vial and draw."""
    session_id = await ready_for_dose(world, await has_course(world))
    vial, draw_id = await receives_dose(world, session_id)
    return session_id, vial, draw_id


async def pump(world: World, session_id: str, step: str, infused: str, rate: str | None = None, **more: str) -> Any:
    body = {"step": step, "infused_ml": infused, **({} if rate is None else {"ml_per_hour": rate}), **more}
    return await world.nurse.post(f"/v1/sessions/{session_id}/doses/pump", body)


async def dose(world: World, session_id: str) -> Any:
    (only,) = ok(await world.nurse.get(f"/v1/sessions/{session_id}/record"))["doses"]
    return only


async def test_what_did_not_run_in_is_wasted_and_everything_adds_up(world: World) -> None:
    session_id, vial, draw_id = await hangs(world)
    ok(await pump(world, session_id, "rate_changed", "0", "150", made_up_to_ml="100"), 201)
    await world.travel(10 * MINUTE)
    assert refusal(await pump(world, session_id, "rate_changed", "60", "100")) == (422, "infused_mismatch")
    ok(await pump(world, session_id, "paused", "25"), 201)
    await world.travel(5 * MINUTE)
    end = f"/v1/sessions/{session_id}/doses/end"
    assert refusal(await world.nurse.post(end)) == (422, "infused_while_paused")

    ok(await world.nurse.post(end, {"infused_ml": "25", "note": "she felt sick"}))

    given = await dose(world, session_id)
    assert (given["mg"], given["ml"], given["hung_mg"]) == ("10", "0.2", "40")
    steps = given["infusion"]["steps"]
    assert [(each["step"], each["infused_ml"]) for each in steps] == [
        ("started", "0"),
        ("paused", "25"),
        ("ended", "25"),
    ]
    assert steps[-1]["at"] == given["ended_at"]
    log = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))
    assert (log["on_hand_mg"], log["draws"][0]["open_mg"]) == ("490", "40")
    await wastes_before_witness(world, vial, draw_id, "40")
    assert ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))["draws"][0]["open_mg"] == "0"
    assert ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["given_mg"] == "10"


async def test_a_dose_put_right_puts_the_log_right(world: World) -> None:
    session_id, vial, _ = await hangs(world)
    await world.travel(40 * MINUTE)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/doses/end"))
    wrong = {"number": 0, "ml": "0.6", "reason": "read the syringe wrong"}

    ok(await does(world, session_id, "doses/corrections", wrong), 201)

    given = await dose(world, session_id)
    assert (given["mg"], given["ml"]) == ("30", "0.6")
    assert [(each["mg"], each["by"], each["reason"]) for each in given["earlier"]] == [
        ("40", "user-nurse", "read the syringe wrong")
    ]
    log = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))
    assert (log["on_hand_mg"], log["draws"][0]["open_mg"]) == ("470", "20")
    more = {"number": 0, "ml": "1.1", "reason": "more than was drawn up"}
    assert refusal(await does(world, session_id, "doses/corrections", more)) == (409, "draw_exceeded")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"step": "started", "ml_per_hour": "100"}, "invalid_request"),
        ({"step": "rate_changed", "ml_per_hour": "fast"}, "invalid_request"),
        ({"step": "rate_changed"}, "rate_missing"),
        ({"step": "rate_changed", "ml_per_hour": "100", "made_up_to_ml": "0.5"}, "made_up_to_less"),
    ],
)
async def test_what_cannot_be_of_a_pump_changes_nothing(world: World, body: dict[str, str], code: str) -> None:
    session_id, _, _ = await hangs(world)
    async with world.nothing_changes():
        assert refusal(await world.nurse.post(f"/v1/sessions/{session_id}/doses/pump", body)) == (422, code)


@pytest.mark.thorough
async def test_an_infusion_that_ended_in_a_power_cut_is_written_down_from_paper(world: World) -> None:
    """It ended forty minutes after it was begun; two hours later there was light again."""
    session_id, _, _ = await hangs(world)
    ok(await pump(world, session_id, "rate_changed", "0", "150", made_up_to_ml="100"), 201)
    ended = world.clock() + 40 * MINUTE
    await world.travel(160 * MINUTE)
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))

    form = await nurse.follows(page, "The dose ended earlier: write it down")
    page = await nurse.presses(form, "Save", ended_at=clock(ended), ended_by="user-other-nurse")

    assert "its end by user-other-nurse, written down" in page.text
    given = await dose(world, session_id)
    assert datetime.fromisoformat(given["ended_at"]) == ended
    assert datetime.fromisoformat(given["end_recorded_at"]) == world.clock()
    assert (given["ended_by"], given["end_recorded_by"]) == ("user-other-nurse", "user-nurse")
    assert given["infusion"]["steps"][-1]["recorded_at"] == given["end_recorded_at"]


async def test_an_infusion_is_run_stopped_and_put_right_at_the_bedside(world: World) -> None:
    session_id, _, _ = await hangs(world)
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    form = await nurse.follows(page, "Set the pump")
    typed = {"step": "rate_changed", "made_up_to_ml": "100", "ml_per_hour": "150", "infused_ml": "0"}
    page = await nurse.presses(form, "Save", **typed)
    assert "started, 150 mL/h: 0 of 100 mL run in" in page.text
    await world.travel(20 * MINUTE)
    refused = await nurse.presses(page, "The dose has ended")
    assert "That is not what the rate makes of the time." in refused.text
    form = await nurse.follows(page, "Stopped before it had run in")
    too_soon = clock(world.clock() - 21 * MINUTE)
    refused = await nurse.presses(form, "Save", infused_ml="50", ended_at=too_soon, note="read from paper")
    assert "what it followed on had not happened yet" in refused.text
    page = await nurse.presses(form, "Save", infused_ml="50")
    assert "What did not run in is drawn up still: enter it as wasted." in page.text
    assert "20 mg ketamine, of 40 mg that hung" in page.text

    form = await nurse.follows(page, "Correct a dose")
    page = await nurse.presses(form, "Save", dose="0", ml="0.3", reason="read wrong")

    assert "<del>" in page.html
    assert "20 mg Corrected" in page.text
    assert "by user-nurse: read wrong" in page.text
