"""The bedside in a browser without scripts: who comes today, one session with its gate, and what is done there."""

from datetime import timedelta

import pytest

from careflow_service.identity import Role
from careflow_service.ids import new_id
from services.sessions.tests.bedside import logs_in, of
from services.sessions.tests.clinic import (
    books,
    dosing_visit,
    has_course,
    ok,
    ready_for_dose,
    therapy_hour,
)
from services.sessions.tests.world import World
from sessions.entrypoints.http.access import ACCESS, API, BEDSIDE_FORMS


async def test_todays_sessions_are_shown_the_readers_own_first(world: World) -> None:
    course = await has_course(world)
    await books(world, course.patient_id, world.clock() + timedelta(hours=1))
    await books(world, course.patient_id, world.clock() + timedelta(days=1), kind="integration")

    _, today = await logs_in(world, Role.NURSE)

    assert today.h1 == "Monday, November 23, 2026"
    assert "10:00 AM · Ana R. Dosing" in today.text
    assert "Integration" not in today.text
    assert "1988" not in today.text
    assert "1988-04-02" not in today.html


async def test_a_day_without_sessions_says_so(world: World) -> None:
    _, today = await logs_in(world, Role.THERAPIST)
    assert "No sessions today." in today.text


async def test_a_session_opened_before_booking_was_heard_is_there_too(world: World) -> None:
    course = await has_course(world)
    place = "0199e0a0-0000-7000-8000-0000000000b1"
    body = {"appointment_id": new_id(), "patient_id": course.patient_id, "kind": "dosing", "location_id": place}
    ok(await world.nurse.post("/v1/sessions", body), 201)
    _, today = await logs_in(world, Role.NURSE)
    assert "No time heard yet · Ana R." in today.text


async def test_the_gate_says_of_every_item_what_was_found_by_whom_and_when(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/checks", {"suicide_risk": "high", "equipment_ready": False}))

    _, page = await logs_in(world, Role.NURSE, to=of(session_id))

    assert "Born April 2, 1988 · Dosing" in page.text
    assert "2 things stand in the way." in page.text
    assert "In the way: Suicide risk asked today, and not high High Mon, November 23, 9:55 AM, user-nurse" in page.text
    assert "In the way: Emergency equipment checked today not ready" in page.text
    assert "In order: Weight measured lately 80 kg" in page.text
    assert "In order: Pulse in range 128/82 mmHg, 72/min, SpO₂ 98 %, breaths 14, MOAA/S 5" in page.text
    failed = ok(await world.nurse.get(f"/v1/sessions/{session_id}/gate"))["failed"]
    assert failed == ["suicide_risk_screened", "emergency_equipment"]


async def test_a_session_without_a_dose_has_no_gate(world: World) -> None:
    session_id = await therapy_hour(world, await has_course(world), "preparation")
    _, page = await logs_in(world, Role.THERAPIST, to=of(session_id))
    assert "No dose is given in this session." in page.text


async def test_each_look_is_in_the_audit_trail(world: World) -> None:
    course = await has_course(world)
    session_id = await dosing_visit(world, course)
    await logs_in(world, Role.NURSE, to=of(session_id))
    audited = await world.store.database["_audit"].find_one({"action": "read_bedside"})
    assert audited is not None
    assert audited["touched"] == [f"sessions/{session_id}", f"patients/{course.patient_id}"]


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.BILLER, Role.OPERATOR, Role.PATIENT])
async def test_whoever_has_no_business_there_is_told_so(world: World, role: Role) -> None:
    _, refused = await logs_in(world, role)
    assert (refused.status, refused.h1) == (403, "That did not work")


def test_no_form_lets_in_whom_the_api_does_not() -> None:
    for form, row in BEDSIDE_FORMS.items():
        for method in ("GET", "POST"):
            assert ACCESS[f"{method} /pages/bedside/{{session_id}}/{form}"].roles <= API[row].roles


async def test_the_bedside_speaks_spanish_to_whoever_reads_it(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    _, page = await logs_in(world, Role.NURSE, to=of(session_id), languages="es")
    assert "Todo está en orden." in page.text
    assert "Peso medido hace poco 80 kg" in page.text


async def test_the_gate_of_somebody_nothing_was_asked_of_is_all_there(world: World) -> None:
    session_id = await dosing_visit(world, await has_course(world))
    _, page = await logs_in(world, Role.NURSE, to=of(session_id))
    gate = ok(await world.nurse.get(f"/v1/sessions/{session_id}/gate"))
    assert page.text.count("In the way:") == len(gate["failed"])
    assert page.text.count("In order:") == len(gate["findings"]) - len(gate["failed"])
