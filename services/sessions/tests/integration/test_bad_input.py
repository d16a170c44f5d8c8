"""Whatever is wrong with a request: one clear problem with a stable code, and nothing changed."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from careflow_service.ids import new_id
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import (
    ORDER,
    SCORE,
    all_checks,
    books,
    consent_body,
    does,
    gate_of,
    has_course,
    ok,
    plan_body,
    ready_for_dose,
    receives_dose,
    refusal,
    session_of,
    signs,
    wastes_before_witness,
)
from services.sessions.tests.distance import AT_HOME
from services.sessions.tests.world import World

NOBODY = "0199e0a0-0000-7000-8000-00000000dead"
Change = Callable[[World], dict[str, Any]]


def fields(response: Any) -> list[str]:
    return [each["field"] for each in response.json()["errors"]]


def iso(world: World, **before: float) -> str:
    return (world.clock() - timedelta(**before)).isoformat()


@pytest.mark.parametrize(
    ("order", "refused"),
    [
        ({"mg": "40", "mg_per_kg": "0.5", "most_mg": "65"}, (422, "dose_above_ceiling")),
        ({"mg": "100000", "most_mg": "100000"}, (422, "dose_above_ceiling")),
        ({"mg": "45", "mg_per_kg": "0.5", "most_mg": "60"}, (422, "dose_mismatch")),
        ({"mg": "40", "mg_per_kg": "0.5", "most_mg": "39"}, (422, "order_inconsistent")),
        ({"mg": "0", "most_mg": "40"}, (422, "dose_empty")),
    ],
)
async def test_an_order_that_cannot_be_is_refused(
    world: World, order: dict[str, str], refused: tuple[int, str]
) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    async with world.nothing_changes():
        assert refusal(await does(world, session_id, "order", order, by=world.prescriber)) == refused


@pytest.mark.parametrize(
    "amount",
    ['"-1"', '"-0"', '"NaN"', '"Infinity"', '"1e2"', '"1e400"', '"0.12345"', '"100001"', '"4_0"', '" 40"', '"٤٠"',
     '""', "40", "40.0", "1e400", "NaN", "-Infinity", "true", "null", "[]", '"' + "9" * 400 + '"'],
)  # fmt: skip
async def test_an_amount_is_written_in_plain_digits(world: World, amount: str) -> None:
    """Whatever may be read as another number than was meant is refused, by its field and before it is anybody's."""
    path, body = f"/v1/sessions/{NOBODY}/order", f'{{"mg": {amount}, "most_mg": "40"}}'
    async with world.nothing_changes():
        refused = await world.prescriber.send("POST", path, body, version=1)
        assert refusal(refused) == (422, "invalid_request")
        assert fields(refused) == ["mg"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"weight": {"kilograms": "20", "measured_on": "2026-11-23"}}, "weight.kilograms"),
        ({"weight": {"kilograms": "80", "measured_on": "2026-02-30"}}, "weight.measured_on"),
        ({"weight": {"kilograms": "80", "measured_on": "1795543200"}}, "weight.measured_on"),
        ({"intake": {"solids_at": "2026-11-23T09:00:00", "liquids_at": "2026-11-23T09:00:00Z"}}, "intake.solids_at"),
        ({"intake": {"solids_at": "1795543200", "liquids_at": "2026-11-23T09:00:00Z"}}, "intake.solids_at"),
        (
            {"intake": {"solids_at": "0001-01-01T00:00:00+14:00", "liquids_at": "2026-11-23T09:00:00Z"}},
            "intake.solids_at",
        ),
        ({"identifiers": []}, "identifiers"),
        ({"identifiers": ["tattoo"]}, "identifiers.0"),
        ({"suicide_risk": "unknown"}, "suicide_risk"),
        ({"allergic": "no"}, "allergic"),
        ({"baseline": [signs()] * 6}, "baseline"),
        ({"team": {"therapist": "nobody-at-all"}}, "team"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_a_check_that_cannot_be_read_is_named_by_its_field(
    world: World, changes: dict[str, Any], field: str
) -> None:
    async with world.nothing_changes():
        refused = await world.nurse.post(f"/v1/sessions/{NOBODY}/checks", changes)
        assert refusal(refused) == (422, "invalid_request")
        assert fields(refused) == [field]


@pytest.mark.parametrize("name", ["A\u0000", "A\u202eB", "A\nB", " ", "x" * 201, "\ud800"])
async def test_a_name_is_text_one_can_read(world: World, name: str) -> None:
    escort = {**all_checks(world.clock())["escort"], "name": name}
    async with world.nothing_changes():
        refused = await world.nurse.send("POST", f"/v1/sessions/{NOBODY}/checks", f'{{"escort": {json.dumps(escort)}}}')
        assert refusal(refused) == (422, "invalid_request")


@pytest.mark.parametrize(
    ("observed", "refused"),
    [
        (lambda world: {"diastolic": 130}, (422, "vitals_implausible")),
        (lambda world: {"systolic": 301}, (422, "vitals_implausible")),
        (lambda world: {"oxygen_saturation": 101}, (422, "invalid_request")),
        (lambda world: {"heart_rate": -1}, (422, "invalid_request")),
        (lambda world: {"heart_rate": 72.5}, (422, "invalid_request")),
        (lambda world: {"observed_at": iso(world, minutes=-1)}, (422, "observed_in_future")),
        (lambda world: {"observed_at": "9999-12-31T23:59:59Z"}, (422, "invalid_request")),
    ],
)
async def test_vital_signs_that_cannot_be_are_refused(world: World, observed: Change, refused: tuple[int, str]) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    reading = signs(**observed(world))
    async with world.nothing_changes():
        checks = await world.nurse.post(f"/v1/sessions/{session_id}/checks", {"baseline": [reading]})
        assert refusal(checks) == refused


async def test_a_weight_measured_after_the_order_asks_for_another_order(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    weighed = {"weight": {"kilograms": "74", "measured_on": "2026-11-23"}}
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/checks", weighed))

    async with world.nothing_changes():
        refused = await does(world, session_id, "clear", {})
        assert refusal(refused) == (409, "dose_gate_closed")
        assert [each["item"] for each in refused.json()["failed"]] == ["order_signed"]
    lighter = {"mg": "37", "mg_per_kg": "0.5", "most_mg": "37"}
    ok(await does(world, session_id, "order", lighter, by=world.prescriber))
    assert await gate_of(world, session_id) == []


async def test_pounds_taken_for_kilograms_are_no_weight_to_dose_by(world: World) -> None:
    course = await has_course(world)
    vial, draw_id = await receives_dose(world, await ready_for_dose(world, course))
    await wastes_before_witness(world, vial, draw_id, "10")
    later = (await session_of(world, await books(world, course.patient_id, world.clock())))["id"]
    ok(await world.nurse.post(f"/v1/sessions/{later}/arrive"))
    heavy = {"weight": {"kilograms": "176", "measured_on": "2026-11-23"}}
    said = {"reported_weight": {"amount": "176", "unit": "kilograms"}}
    ok(await world.nurse.post(f"/v1/sessions/{later}/checks", {**all_checks(world.clock()), **heavy, **said}))

    assert {"weight_plausible", "weight_believed"} <= set(await gate_of(world, later))


async def test_a_plan_that_cannot_be_is_refused(world: World) -> None:
    course = await has_course(world)
    path = f"/v1/patients/{course.patient_id}/plans"
    async with world.nothing_changes():
        for changes, expected in (
            ({"start": {}}, (422, "plan_invalid")),
            ({"ceiling": {}}, (422, "plan_invalid")),
            ({"start": {"mg_per_kg": "0.9"}}, (422, "plan_invalid")),
            ({"start": {"mg": "40"}}, (422, "plan_invalid")),
            ({"cadence_days": 0}, (422, "invalid_request")),
            (
                {"visits": [{"kind": "dosing", "count": 0, "minutes": 180, "roles": ["therapist"]}]},
                (422, "invalid_request"),
            ),
            ({"goals": ["x"] * 21}, (422, "invalid_request")),
            ({"expected_end": "0000-01-01"}, (422, "invalid_request")),
            ({"route": "intrathecal"}, (422, "invalid_request")),
        ):
            assert refusal(await world.prescriber.post(path, plan_body(**changes))) == expected, changes


async def test_a_ceiling_above_the_clinics_is_not_signed_and_one_of_nothing_gives_nothing(world: World) -> None:
    course = await has_course(world)
    version = ok(await world.prescriber.get(f"/v1/plans/{course.plan_id}"))["version"]
    path = f"/v1/plans/{course.plan_id}/adjust"
    high = await world.prescriber.post(path, plan_body(ceiling={"mg_per_kg": "1.1"}), version=version)
    assert refusal(high) == (422, "ceiling_above_clinic")

    nothing = plan_body(start={"mg_per_kg": "0"}, ceiling={"mg_per_kg": "0"})
    ok(await world.prescriber.post(path, nothing, version=version))
    session_id = await ready_to_order(world, course.patient_id)
    refused = await does(world, session_id, "order", ORDER, by=world.prescriber)
    assert refusal(refused) == (422, "dose_above_ceiling")


async def ready_to_order(world: World, patient_id: str) -> str:
    session_id: str = (await session_of(world, await books(world, patient_id, world.clock())))["id"]
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/arrive"))
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/checks", all_checks(world.clock())))
    return session_id


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"route": None}, (422, "route_missing")),
        ({"sha256": "0" * 63}, (422, "invalid_request")),
        ({"language": "english"}, (422, "invalid_request")),
        ({"document": "off label"}, (422, "invalid_request")),
        ({"document": "off-label"}, (422, "consent_text_unknown")),
        ({"document_version": "2026-12"}, (422, "consent_text_unknown")),
        ({"sha256": "0" * 64}, (422, "consent_text_unknown")),
        ({"language": "es"}, (422, "consent_text_unknown")),
        ({"category": "financial"}, (422, "consent_text_unknown")),
    ],
)
async def test_a_consent_that_cannot_be_is_refused(
    world: World, changes: dict[str, Any], refused: tuple[int, str]
) -> None:
    course = await has_course(world)
    path = f"/v1/patients/{course.patient_id}/consents"
    async with world.nothing_changes():
        own = world.patient(course.patient_id)
        assert refusal(await own.post(path, {**consent_body(), **changes})) == refused


@pytest.mark.parametrize(
    ("what", "body", "versioned"),
    [
        ("arrive", None, False),
        ("checks", {"allergic": False}, False),
        ("order", ORDER, True),
        ("attest", {"reason": "read the case"}, False),
        ("clear", {}, True),
        ("refuse", None, True),
        ("convert", {"kind": "integration", "patient_agreed": True}, True),
        ("verifications", AT_HOME, False),
        ("coordination-call", {"minutes": 5, "note": "x"}, True),
        ("start", None, True),
        ("doses", {"container_id": NOBODY, "draw_id": NOBODY, "mg": "1"}, True),
        ("doses/end", None, False),
        ("vitals", {"signs": signs()}, False),
        ("discharge", SCORE, True),
        ("complete", {}, True),
        ("abort", {"reason": "x"}, True),
        ("services", {"lines": []}, True),
    ],
)
async def test_a_session_that_does_not_exist_is_not_found(
    world: World, what: str, body: dict[str, Any] | None, versioned: bool
) -> None:
    path = f"/v1/sessions/{NOBODY}/{what}"
    async with world.nothing_changes():
        if versioned:
            assert refusal(await world.prescriber.post(path, body)) == (428, "precondition_required")
        assert refusal(await world.prescriber.post(path, body, version=1)) == (404, "session_not_found")
        malformed = await world.prescriber.post(f"/v1/sessions/nobody/{what}", body, version=1)
        assert refusal(malformed) == (422, "invalid_request")


async def test_an_unknown_item_of_the_gate_is_not_repeated(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    wished = {"overrides": [{"item": "Ana-Rivera-1988", "reason": "x"}]}
    async with world.nothing_changes():
        refused = await does(world, session_id, "clear", wished, by=world.prescriber)
        assert refusal(refused) == (422, "override_unknown")
        assert "Ana" not in refused.text


async def test_nothing_of_another_patient_is_taken_along(world: World) -> None:
    ana, ben = await has_course(world), await has_course(world)
    session_id = await ready_for_dose(world, ana)
    event = {
        "patient_id": ben.patient_id,
        "session_id": session_id,
        "description": "nausea",
        "grade": 2,
        "serious": False,
        "expected": True,
        "related": True,
        "started_at": iso(world, minutes=1),
    }
    consent = ok(await world.patient(ana.patient_id).get(f"/v1/patients/{ana.patient_id}/consents"))["items"][0]
    stranger = world.patient(ben.patient_id)
    async with world.nothing_changes():
        assert refusal(await world.nurse.post("/v1/adverse-events", event)) == (404, "session_not_found")
        future = {**event, "session_id": None, "started_at": iso(world, minutes=-1)}
        assert refusal(await world.nurse.post("/v1/adverse-events", future)) == (422, "adverse_event_invalid")
        assert refusal(await stranger.post(f"/v1/consents/{consent['id']}/withdraw")) == (404, "consent_not_found")
        for kind in ("consents", "plans"):
            assert refusal(await stranger.get(f"/v1/patients/{ana.patient_id}/{kind}")) == (403, "forbidden")
        foreign = await stranger.post(f"/v1/patients/{ana.patient_id}/consents", consent_body())
        assert refusal(foreign) == (403, "forbidden")


async def test_a_session_opened_for_the_wrong_patient_becomes_the_one_that_was_booked(world: World) -> None:
    ana, ben = await has_course(world), await has_course(world)
    appointment_id = new_id()
    by_hand = {"patient_id": ben.patient_id, "kind": "dosing", "location_id": MILL_VALLEY}
    opened = ok(await world.nurse.post("/v1/sessions", {**by_hand, "appointment_id": appointment_id}), 201)
    ok(await world.nurse.post(f"/v1/sessions/{opened['id']}/arrive"))
    ok(await world.nurse.post(f"/v1/sessions/{opened['id']}/checks", all_checks(world.clock())))
    again = await world.nurse.post("/v1/sessions", {**by_hand, "appointment_id": appointment_id})
    assert refusal(again) == (409, "session_exists")

    await books(world, ana.patient_id, world.clock(), appointment_id=appointment_id)

    session = await session_of(world, appointment_id)
    assert (session["id"], session["patient_id"], session["state"]) == (opened["id"], ana.patient_id, "scheduled")
    assert ok(await world.nurse.get(f"/v1/patients/{ben.patient_id}/sessions"))["items"] == []
    assert "two_identifiers" in await gate_of(world, opened["id"])
