"""The power goes between a dose and the first signs after it: what was on paper is entered once there is light again.

Each part runs in a process of its own on the same store: what was known before the cut stands there, or nowhere.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from careflow_service.testing.store import new_keys
from services.sessions.tests.builders import NOW
from services.sessions.tests.clinic import (
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
    signs,
)
from services.sessions.tests.outside import INJECTED, late, record, reviews
from services.sessions.tests.world import World, running

MINUTE = timedelta(minutes=1)
SECOND = {"mg": "10", "mg_per_kg": "0.125", "ml": "0.2"}
Lit = Callable[[datetime], AbstractAsyncContextManager[World]]


@pytest.fixture
def lit(store_url: str, database: str) -> Lit:
    """A process of the service from this moment on; nothing ran before it."""
    keys = new_keys()
    return lambda now: running(store_url, database, now=now, keys=keys)


async def dark(lit: Lit) -> tuple[str, str, str, str, datetime]:
    """40 mg into the muscle, and the power goes: patient, session, vial, syringe, and when the dose was given."""
    async with lit(NOW) as world:
        course = await has_course(world, **INJECTED)
        session_id = await ready_for_dose(world, course)
        vial = await has_vial(world)
        draw_id = await draws(world, vial, session_id, "1")
        ok(await does(world, session_id, "clear", {}))
        ok(await does(world, session_id, "start"))
        ok(await does(world, session_id, "doses", dose(vial, draw_id)), 201)
        return course.patient_id, session_id, vial, draw_id, world.clock()


async def observed_at(world: World, session_id: str, at: datetime, **found: Any) -> httpx.Response:
    body = {"signs": signs(observed_at=at.isoformat(), **found)}
    return await world.nurse.post(f"/v1/sessions/{session_id}/vitals", body)


async def light_again(world: World) -> None:
    """Every process is back, and screening was heard."""
    await world.catch_up()
    await world.has_heard_all()


@pytest.mark.thorough
async def test_what_was_missed_in_the_dark_is_alarmed_for_once_and_paper_does_not_alarm_again(lit: Lit) -> None:
    patient_id, session_id, _, _, given_at = await dark(lit)

    async with lit(given_at + 50 * MINUTE) as world:
        await light_again(world)
        assert await world.alarmed(patient_id) == ["VitalsOverdue"]
        assert (await record(world, session_id))["vitals_due_at"] == stated(given_at + 10 * MINUTE)

        for minutes, due in ((10, 20), (20, 40)):
            ok(await observed_at(world, session_id, given_at + minutes * MINUTE), 201)
            await world.catch_up()
            assert (await record(world, session_id))["vitals_due_at"] == stated(given_at + due * MINUTE)
        assert await world.alarmed(patient_id) == ["VitalsOverdue"]

        ok(await observed_at(world, session_id, given_at + 49 * MINUTE), 201)
        await world.travel(16 * MINUTE)
        assert await world.alarmed(patient_id) == ["VitalsOverdue"] * 2, "60 minutes after the dose nobody observed"
        seen = (await record(world, session_id))["vitals"]
        assert [(each["observed_at"], each["recorded_at"]) for each in seen[:2]] == [
            (stated(given_at + minutes * MINUTE), stated(given_at + 50 * MINUTE)) for minutes in (10, 20)
        ]


async def test_no_second_dose_rests_on_signs_that_are_on_paper_or_old(lit: Lit) -> None:
    _, session_id, vial, draw_id, given_at = await dark(lit)

    async with lit(given_at + 50 * MINUTE) as world:
        await light_again(world)
        second = dose(vial, draw_id, **SECOND)
        assert refusal(await does(world, session_id, "doses", second)) == (409, "dose_gate_closed")
        ok(await observed_at(world, session_id, given_at + 30 * MINUTE), 201)
        assert "vital_signs_complete" in await gate_of(world, session_id)
        assert refusal(await does(world, session_id, "doses", second)) == (409, "dose_gate_closed")

        ok(await observes(world, session_id), 201)
        ok(await does(world, session_id, "doses", second), 201)


@pytest.mark.thorough
async def test_what_was_grave_on_paper_is_alarmed_for_and_holds_the_second_dose(lit: Lit) -> None:
    patient_id, session_id, vial, draw_id, given_at = await dark(lit)

    async with lit(given_at + 50 * MINUTE) as world:
        await light_again(world)
        ok(await observes(world, session_id), 201)
        ok(await observed_at(world, session_id, given_at + 20 * MINUTE, oxygen_saturation=84), 201)

        assert (await world.alarmed(patient_id))[-1] == "VitalsBreached"
        assert await gate_of(world, session_id) == ["urgent_breach_decided"]
        second = dose(vial, draw_id, **SECOND)
        assert refusal(await does(world, session_id, "doses", second)) == (409, "dose_gate_closed")


@pytest.mark.thorough
async def test_a_second_dose_in_the_dark_is_written_down_counted_and_holds_who_leaves(lit: Lit) -> None:
    """And the stock adds up, as it was found before the store was away."""
    patient_id, session_id, vial, draw_id, given_at = await dark(lit)

    async with lit(given_at + 60 * MINUTE) as world:
        await light_again(world)
        paper = late(world, vial, draw_id, minutes=30, **SECOND)
        ok(await does(world, session_id, "doses/outside-gate", paper), 201)
        for minutes in (10, 20, 29, 40, 50):
            ok(await observed_at(world, session_id, given_at + minutes * MINUTE), 201)
        ok(await observes(world, session_id), 201)
        seen = await record(world, session_id)
        assert (seen["given_mg"], seen["doses"][1]["started_at"]) == ("50", stated(given_at + 30 * MINUTE))
        log = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))
        assert (log["on_hand_mg"], log["draws"][0]["open_mg"]) == ("450", "0")

        await world.travel(60 * MINUTE)
        ok(await observes(world, session_id), 201)
        early = await does(world, session_id, "discharge", SCORE)
        assert refusal(early) == (409, "discharge_criteria_unmet"), "two hours after the first dose, not the second"
        assert early.json()["criteria"] == ["monitored_long_enough"]
        await world.travel(30 * MINUTE)
        ok(await observes(world, session_id), 201)
        ok(await does(world, session_id, "discharge", SCORE))
        ok(await reviews(world, session_id), 201)
        assert "DoseReviewCompleted" in await world.alarmed(patient_id)


def stated(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
