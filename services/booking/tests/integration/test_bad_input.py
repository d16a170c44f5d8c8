"""Whatever is wrong with a request: one clear problem with a stable code, and nothing changed."""

from datetime import timedelta
from typing import Any

import pytest

from careflow_service.identity import Role
from services.booking.tests.builders import NOW, local
from services.booking.tests.clinic import (
    TOMORROW_AT_TEN,
    books,
    details,
    has_patient,
    has_practitioner,
    ok,
    refusal,
    visit,
)
from services.booking.tests.world import World

NOBODY = "0199e0a0-0000-7000-8000-0000000000ff"


async def contents(world: World) -> dict[str, list[Any]]:
    """Everything booking keeps but the empty calendar days that are made beforehand, and who was denied what."""
    names = ("patients", "appointments", "care_paths", "practitioners", "_outbox", "_streams")
    kept = {name: await world.store.database[name].find().to_list() for name in names}
    return {**kept, "claims": await world.store.database["calendar_days"].find({"taken": {"$ne": []}}).to_list()}


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"starts_at": "2026-11-24T10:00:00"}, 422, "invalid_request"),
        ({"starts_at": "tomorrow"}, 422, "invalid_request"),
        ({"starts_at": "9999-12-31T23:45:00Z"}, 422, "invalid_request"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, 422, "invalid_request"),
        ({"starts_at": 1795543200}, 422, "invalid_request"),
        ({"starts_at": (NOW - timedelta(hours=1)).isoformat()}, 422, "slot_in_past"),
        ({"starts_at": NOW.isoformat()}, 422, "slot_in_past"),
        ({"starts_at": local(24, 10, 5).isoformat()}, 422, "slot_off_grid"),
        ({"starts_at": local(24, 20).isoformat()}, 422, "outside_hours"),
        ({"starts_at": local(28, 10).isoformat()}, 422, "outside_hours"),
        ({"starts_at": local(24, 10, year=2027).isoformat()}, 422, "slot_too_far"),
        ({"starts_at": None}, 422, "invalid_request"),
        ({"kind": "surgery"}, 422, "invalid_request"),
        ({"kind": ["info_call"]}, 422, "invalid_request"),
        ({"modality": "in_person"}, 422, "modality_not_allowed"),
        ({"patient_id": NOBODY}, 404, "patient_not_found"),
        ({"patient_id": 7}, 422, "invalid_request"),
        ({"provider_id": "nobody"}, 422, "provider_unknown"),
        ({"provider_id": "no body"}, 422, "invalid_request"),
        ({"kind": "evaluation", "modality": "in_person"}, 409, "gates_closed"),
        ({"kind": "dosing", "modality": "in_person"}, 409, "gates_closed"),
        ({"note": "unknown"}, 422, "invalid_request"),
    ],
)
async def test_an_impossible_booking_is_refused(world: World, changes: dict[str, Any], status: int, code: str) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    before = await contents(world)
    response = await world.coordinator.post("/v1/appointments", {**visit(ana), **changes})
    assert refusal(response) == (status, code)
    assert await contents(world) == before


async def test_a_refused_gate_is_named_with_what_opens_it(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    response = await world.coordinator.post("/v1/appointments", visit(ana, "dosing"))
    gates = {gate["code"]: gate["opened_by"] for gate in response.json()["gates"]}
    assert gates == {"plan_needed": "plan_activated", "clearance_needed": "clearance_granted"}


async def test_a_field_is_named_and_its_value_is_not(world: World) -> None:
    body = details(
        phone="not a number",
        birth_date="2 April 1988",
        email="nowhere",
        state="California",
        age=380_038,
        timezone="Mars/Olympus",
    )
    response = await world.coordinator.post("/v1/patients", body)
    assert refusal(response) == (422, "invalid_request")
    wrong = {(each["field"], each["code"]) for each in response.json()["errors"]}
    assert wrong == {
        ("phone", "phone_invalid"),
        ("birth_date", "wrong_type"),
        ("email", "invalid"),
        ("state", "wrong_form"),
        ("age", "unknown_field"),
        ("timezone", "unknown_value"),
    }
    for value in ("not a number", "2 April", "nowhere", "California", "380038"):
        assert value not in response.text


@pytest.mark.parametrize(
    "changes",
    [
        {"given_name": ""},
        {"given_name": "A" * 201},
        {"given_name": "Ana\u0000"},
        {"given_name": "   "},
        {"family_name": "\u200b"},
        {"state": "ZZ"},
        {"birth_date": "1988-02-30"},
        {"timezone": "Mars/Olympus"},
        {"channels": ["pigeon"]},
        {"emergency_contact": {"name": "Sam"}},
        {"address": {"line": "1 A St", "city": "B", "state": "CA", "postal_code": "9494"}},
    ],
    ids=lambda changes: next(iter(changes)),
)
async def test_details_that_cannot_be_right_are_refused(world: World, changes: dict[str, Any]) -> None:
    response = await world.coordinator.post("/v1/patients", details(**changes))
    assert refusal(response) == (422, "invalid_request")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"from": local(25, 9).isoformat(), "to": local(24, 9).isoformat()}, 422, "end_before_start"),
        ({"from": local(24, 9).isoformat(), "to": local(24, 9).isoformat()}, 422, "end_before_start"),
        ({"from": "2026-11-24T09:00:00", "to": local(25, 9).isoformat()}, 422, "invalid_request"),
        ({"from": local(24, 9).isoformat()}, 422, "invalid_request"),
        ({"from": "9999-12-30T00:00:00Z", "to": "9999-12-31T23:59:59Z"}, 422, "invalid_request"),
        ({"from": local(1, 9).isoformat(), "to": local(31, 9, month=12).isoformat()}, 422, "search_too_long"),
        (
            {"from": local(24, 9).isoformat(), "to": local(25, 9).isoformat(), "modality": "in_person"},
            422,
            "modality_not_allowed",
        ),
        (
            {"from": local(24, 9).isoformat(), "to": local(25, 9).isoformat(), "patient_id": NOBODY},
            404,
            "patient_not_found",
        ),
    ],
)
async def test_a_search_that_makes_no_sense_is_refused(
    world: World, query: dict[str, str], status: int, code: str
) -> None:
    response = await world.coordinator.get("/v1/availability", **{"kind": "info_call", "modality": "phone", **query})
    assert refusal(response) == (status, code)


async def test_what_does_not_exist_is_not_found(world: World) -> None:
    for path, code in (
        (f"/v1/patients/{NOBODY}", "patient_not_found"),
        (f"/v1/care-paths/{NOBODY}", "care_path_not_found"),
        (f"/v1/appointments/{NOBODY}", "appointment_not_found"),
        (f"/v1/practitioners/{NOBODY}", "practitioner_not_found"),
        (f"/v1/rooms/{NOBODY}", "room_not_found"),
    ):
        assert refusal(await world.coordinator.get(path)) == (404, code)
    cancelling = await world.coordinator.post(f"/v1/appointments/{NOBODY}/cancel", {}, version=1)
    assert refusal(cancelling) == (404, "appointment_not_found")


async def test_somebody_elses_appointment_does_not_exist(world: World) -> None:
    await has_practitioner(world)
    ana, ben = await has_patient(world), await has_patient(world, email="ben@example.org")
    booked = await books(world.coordinator, ana)
    path = f"/v1/appointments/{booked['id']}"
    stranger = world.patient(ben)
    assert refusal(await stranger.get(path)) == (404, "appointment_not_found")
    assert refusal(await stranger.post(f"{path}/cancel", {}, version=1)) == (404, "appointment_not_found")
    move = {"starts_at": local(25, 10).isoformat()}
    assert refusal(await stranger.post(f"{path}/reschedule", move, version=1)) == (404, "appointment_not_found")
    assert refusal(await stranger.post("/v1/appointments", visit(ana))) == (404, "patient_not_found")
    assert refusal(await stranger.post("/v1/appointments/holds", visit(ana))) == (404, "patient_not_found")
    assert refusal(await stranger.get("/v1/appointments", patient_id=ana)) == (404, "patient_not_found")
    assert refusal(await stranger.get("/v1/appointments", day="2026-11-24")) == (403, "forbidden")
    searching = {"from": local(24, 9).isoformat(), "to": local(25, 9).isoformat(), "patient_id": ana}
    search = await stranger.get("/v1/availability", kind="info_call", modality="phone", **searching)
    assert refusal(search) == (404, "patient_not_found")


async def test_a_change_needs_the_version_it_was_decided_on(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    booked = await books(world.coordinator, ana)
    path = f"/v1/appointments/{booked['id']}"
    assert refusal(await world.coordinator.post(f"{path}/cancel", {})) == (428, "precondition_required")
    assert refusal(await world.coordinator.post(f"{path}/cancel", {}, version=2)) == (412, "stale_version")
    ok(await world.coordinator.post(f"{path}/cancel", {}, version=1))
    assert refusal(await world.coordinator.post(f"{path}/missed", version=1)) == (412, "stale_version")
    assert refusal(await world.coordinator.post(f"{path}/missed", version=2)) == (409, "wrong_state")
    assert refusal(await world.coordinator.put(f"/v1/patients/{ana}", details(), version=9)) == (412, "stale_version")


async def test_a_key_belongs_to_one_request(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    ok(await world.coordinator.post("/v1/appointments", visit(ana), key="click"), 201)
    other = visit(ana, starts_at=local(24, 11))
    assert refusal(await world.coordinator.post("/v1/appointments", other, key="click")) == (
        422,
        "idempotency_key_reused",
    )


async def test_a_visit_is_not_completed_before_its_time_or_in_a_way_it_cannot_end(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    booked = await books(world.coordinator, ana)
    path = f"/v1/appointments/{booked['id']}"
    assert refusal(await world.coordinator.post(f"{path}/arrive", version=1)) == (409, "too_early_to_arrive")
    assert refusal(await world.coordinator.post(f"{path}/missed", version=1)) == (409, "visit_not_started")
    world.clock.now = TOMORROW_AT_TEN
    proceed = {"disposition": "proceed"}
    assert refusal(await world.coordinator.post(f"{path}/complete", proceed, version=1)) == (409, "wrong_state")
    ok(await world.coordinator.post(f"{path}/arrive", version=1))
    wrong = await world.coordinator.post(f"{path}/complete", {"disposition": "completed"}, version=2)
    assert refusal(wrong) == (422, "disposition_invalid")
    assert wrong.json()["allowed"] == ["not_a_fit", "proceed", "refer_out", "think_it_over"]


async def test_a_list_needs_one_question(world: World) -> None:
    ana = await has_patient(world)
    assert refusal(await world.coordinator.get("/v1/appointments")) == (422, "patient_or_day")
    both = await world.coordinator.get("/v1/appointments", patient_id=ana, day="2026-11-24")
    assert refusal(both) == (422, "patient_or_day")
    broken = await world.coordinator.get("/v1/appointments", patient_id=ana, after="broken")
    assert refusal(broken) == (422, "invalid_cursor")


async def test_no_token_and_the_wrong_role_stop_at_the_door(world: World) -> None:
    assert refusal(await world.public.get("/v1/practitioners")) == (401, "unauthenticated")
    biller = world.calling(Role.BILLER)
    assert refusal(await biller.get("/v1/practitioners")) == (403, "forbidden")
    assert refusal(await biller.post("/v1/patients", details())) == (403, "forbidden")
