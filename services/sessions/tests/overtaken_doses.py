"""What overtakes a dose between its gate and its commit, and what comes of it then: nothing is given."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from careflow_events import contracts
from careflow_events.handling import Settled
from careflow_service.testing.overtaking import Overtaking, Race
from services.sessions.tests.builders import MILL_VALLEY, TODAY
from services.sessions.tests.clinic import (
    ORDER,
    Course,
    all_checks,
    books,
    does,
    dose,
    draws,
    has_course,
    has_vial,
    observes,
    ok,
    ready_for_dose,
    refusal,
    session_of,
    team_joins,
    wastes_before_witness,
)
from services.sessions.tests.news import alert_raised, clearance_suspended
from services.sessions.tests.setbacks import holds_plan, suffers, withdraws_consent
from services.sessions.tests.world import World

ALERT = "0199e0a0-0000-7000-8000-0000000000a1"


@dataclass(frozen=True, slots=True)
class Begun:
    """A dosing session that has begun, its drug drawn up."""

    course: Course
    session_id: str
    vial: str
    draw_id: str


async def begun(world: World, *, ml: str = "1", order: dict[str, str] = ORDER) -> Begun:
    course = await has_course(world)
    return await begins(world, course, await ready_for_dose(world, course), ml=ml, order=order)


async def begins(
    world: World, course: Course, session_id: str, *, ml: str = "1", order: dict[str, str] = ORDER
) -> Begun:
    """A session with nothing missing is ordered, cleared and started."""
    ok(await does(world, session_id, "order", order, by=world.prescriber))
    vial = await has_vial(world)
    draw_id = await draws(world, vial, session_id, ml)
    ok(await does(world, session_id, "clear", {}))
    ok(await does(world, session_id, "start"))
    return Begun(course, session_id, vial, draw_id)


async def gives(world: World, begun: Begun, **changes: Any) -> httpx.Response:
    return await does(world, begun.session_id, "doses", dose(begun.vial, begun.draw_id, **changes))


async def is_not_given(world: World, begun: Begun, refused: httpx.Response, *failed: str) -> None:
    """The gate names what closed it, and neither the session nor the drug log knows of a dose."""
    assert refusal(refused) == (409, "dose_gate_closed")
    assert tuple(each["item"] for each in refused.json()["failed"]) == failed
    assert ok(await world.nurse.get(f"/v1/sessions/{begun.session_id}"))["given_mg"] == "0"
    log = ok(await world.nurse.get(f"/v1/drug-log/containers/{begun.vial}"))
    assert (log["on_hand_mg"], log["draws"][0]["open_mg"]) == ("500", "50")


Setback = Callable[[World, Begun], Awaitable[object]]


def a_dose_against(setback: Setback, *failed: str) -> Race[World]:
    """A first dose while this comes in its way; `failed` are the items of the gate that tell."""

    async def a_dose(world: World, overtaking: Overtaking) -> None:
        session = await begun(world)
        overtaking.by(lambda: setback(world, session))
        await is_not_given(world, session, await gives(world, session), *failed)

    return a_dose


async def _an_adverse_event(world: World, begun: Begun) -> None:
    await suffers(world, begun.course.patient_id, begun.session_id, grade=2)


async def _a_consent_withdrawn(world: World, begun: Begun) -> None:
    ok(await withdraws_consent(world, begun.course.patient_id))


async def _a_plan_put_on_hold(world: World, begun: Begun) -> None:
    ok(await holds_plan(world, begun.course.plan_id))


async def _a_clearance_suspended(world: World, begun: Begun) -> None:
    course = begun.course
    await world.hear(clearance_suspended(course.patient_id, course.clearance_id, world.clock()))


async def _an_alert_raised(world: World, begun: Begun) -> None:
    await world.hear(alert_raised(begun.course.patient_id, ALERT, world.clock()))


async def _an_event_that_has_to_wait(world: World, begun: Begun) -> None:
    course = begun.course
    until = world.clock() + timedelta(days=120)
    extended = contracts.ClearanceExtended(
        patient_id=course.patient_id, clearance_id=course.clearance_id, valid_until=until
    )
    assert await world.hear(extended, skipping=1) is Settled.PARKED


async def _a_day_closed_with_a_discrepancy(world: World, begun: Begun) -> None:
    closing = {"counts": {begun.vial: "400"}, "acknowledgement": "50 mg are missing"}
    path = f"/v1/drug-log/locations/{MILL_VALLEY}/days/{TODAY}/close"
    ok(await world.nurse.post(path, closing), 201)


a_dose_while_an_adverse_event_is_reported = a_dose_against(_an_adverse_event, "adverse_events_reviewed")
a_dose_while_its_consent_is_withdrawn = a_dose_against(_a_consent_withdrawn, "route_consent")
a_dose_while_its_plan_is_put_on_hold = a_dose_against(_a_plan_put_on_hold, "plan_active")
a_dose_while_its_clearance_is_suspended = a_dose_against(_a_clearance_suspended, "clearance_valid")
a_dose_while_an_alert_is_raised = a_dose_against(_an_alert_raised, "no_open_alert")
a_dose_while_an_event_of_the_patient_is_missing = a_dose_against(_an_event_that_has_to_wait, "record_complete")
a_dose_while_the_drug_log_does_not_add_up = a_dose_against(_a_day_closed_with_a_discrepancy, "drug_log_reconciled")


async def a_second_dose_while_an_adverse_event_is_reported(world: World, overtaking: Overtaking) -> None:
    """A further dose of a session changes nothing of the course, which the adverse event holds."""
    session = await begun(world, ml="1.2", order={**ORDER, "most_mg": "60"})
    ok(await gives(world, session), 201)
    ok(await world.nurse.post(f"/v1/sessions/{session.session_id}/doses/end"))
    await world.travel(timedelta(minutes=5))
    ok(await observes(world, session.session_id), 201)

    overtaking.by(lambda: _an_adverse_event(world, session))
    refused = await gives(world, session, mg="20", mg_per_kg="0.25", ml="0.4")

    assert refusal(refused) == (409, "dose_gate_closed")
    assert [each["item"] for each in refused.json()["failed"]] == ["adverse_events_reviewed"]
    assert ok(await world.nurse.get(f"/v1/sessions/{session.session_id}"))["given_mg"] == "40"


async def a_dose_while_one_is_given_in_another_session(world: World, overtaking: Overtaking) -> None:
    first = await begun(world)
    appointment_id = await books(world, first.course.patient_id, world.clock())
    session_id: str = (await session_of(world, appointment_id))["id"]
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/arrive"))
    await team_joins(world, session_id)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/checks", all_checks(world.clock())))
    second = await begins(world, first.course, session_id)

    overtaking.by(lambda: gives(world, first))
    refused = await gives(world, second)

    await is_not_given(world, second, refused, "integration_since_last_dose", "interval_since_last_dose")


async def a_dose_while_what_was_drawn_for_it_is_wasted(world: World, overtaking: Overtaking) -> None:
    session = await begun(world)
    overtaking.by(lambda: wastes_before_witness(world, session.vial, session.draw_id, "50"))
    assert refusal(await gives(world, session)) == (409, "draw_exceeded")


async def a_start_while_its_plan_is_put_on_hold(world: World, overtaking: Overtaking) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    ok(await does(world, session_id, "clear", {}))
    overtaking.by(lambda: holds_plan(world, course.plan_id))
    refused = await does(world, session_id, "start")
    assert [each["item"] for each in refused.json()["failed"]] == ["plan_active"]


async def a_clearing_while_a_consent_is_withdrawn(world: World, overtaking: Overtaking) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    overtaking.by(lambda: withdraws_consent(world, course.patient_id))
    refused = await does(world, session_id, "clear", {})
    assert [each["item"] for each in refused.json()["failed"]] == ["route_consent"]


async def an_override_while_a_check_is_recorded(world: World, overtaking: Overtaking) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    checks = f"/v1/sessions/{session_id}/checks"
    ok(await world.nurse.post(checks, {"bladder_symptoms": True}))
    signed = {"overrides": [{"item": "bladder_symptoms", "reason": "long known, examined today"}]}
    overtaking.by(lambda: world.nurse.post(checks, {"suicide_risk": "high"}))
    refused = await does(world, session_id, "clear", signed, by=world.prescriber)
    assert refusal(refused) == (409, "dose_gate_closed")
    assert ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["state"] == "checked"


async def an_override_while_the_dose_is_refused(world: World, overtaking: Overtaking) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/checks", {"bladder_symptoms": True}))
    signed = {"overrides": [{"item": "bladder_symptoms", "reason": "long known, examined today"}]}
    overtaking.by(lambda: does(world, session_id, "refuse"))
    assert refusal(await does(world, session_id, "overrides", signed, by=world.prescriber)) == (409, "wrong_state")
