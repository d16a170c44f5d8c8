"""Whatever is recorded can be read back, by those whom it concerns and nobody else."""

from typing import Any

import pytest

from careflow_service.identity import Role
from services.sessions.tests.builders import ANA, MILL_VALLEY
from services.sessions.tests.clinic import (
    Course,
    goes_home,
    has_course,
    has_vial,
    ok,
    ready_for_dose,
    receives_dose,
    refusal,
    wastes_before_witness,
)
from services.sessions.tests.medicated import ORDERS
from services.sessions.tests.setbacks import regrades, reviews, suffers
from services.sessions.tests.world import World

DAYS = f"/v1/drug-log/locations/{MILL_VALLEY}/days"
OF_A_PATIENT = ("sessions", "plans", "consents", "adverse-events", "rems-forms", "notes", "follow-up-contacts")


async def dosed(world: World) -> tuple[Course, str, str]:
    """A whole dosing day, found to be pregnant first and then not; answers course, session and vial."""
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    checks = f"/v1/sessions/{session_id}/checks"
    ok(await world.nurse.post(checks, {"pregnancy": "positive"}))
    ok(await world.nurse_called("second-nurse").post(checks, {"pregnancy": "negative"}))
    resolve = f"/v1/sessions/{session_id}/findings/pregnancy/resolve"
    ok(await world.prescriber.post(resolve, {"reason": "laboratory: negative"}))
    vial, draw_id = await receives_dose(world, session_id)
    await wastes_before_witness(world, vial, draw_id, "10")
    await goes_home(world, session_id)
    return course, session_id, vial


async def test_a_sessions_record_has_everything_that_was_recorded_and_by_whom(world: World) -> None:
    _, session_id, vial = await dosed(world)

    record: Any = ok(await world.therapist.get(f"/v1/sessions/{session_id}/record"))

    pregnancy = [(each["value"], each["by"]) for each in record["checks"] if each["check"] == "pregnancy"]
    assert pregnancy == [("negative", "user-nurse"), ("positive", "user-nurse"), ("negative", "second-nurse")]
    assert (record["order"]["mg"], record["order"]["most_mg"], record["order"]["signed_by"]) == (
        "40",
        "50",
        "user-prescriber",
    )
    assert [(each["mg"], each["ml"], each["container_id"]) for each in record["doses"]] == [("40", "0.8", vial)]
    assert (len(record["baseline"]), len(record["vitals"])) == (1, 8)
    assert record["vitals"][0]["oxygen_saturation"] == 98
    assert (record["discharge"]["walks_unaided"], record["discharge"]["by"]) == (True, "user-nurse")
    assert {each["role"] for each in record["team"]} == {"therapist", "nurse", "prescriber"}


async def test_a_biller_reads_the_lines_and_nothing_clinical(world: World) -> None:
    _, session_id, _ = await dosed(world)
    biller = world.calling(Role.BILLER)

    services = ok(await biller.get(f"/v1/sessions/{session_id}/services"))

    assert (services["revision"], [line["code"] for line in services["lines"]]) == (1, ["96365", "J3490"])
    assert refusal(await biller.get(f"/v1/sessions/{session_id}/record")) == (403, "forbidden")


async def test_what_was_alarming_stays_readable_with_its_resolution(world: World) -> None:
    course, _, _ = await dosed(world)

    (finding,) = ok(await world.nurse.get(f"/v1/patients/{course.patient_id}/findings"))["items"]

    assert (finding["kind"], finding["by"]) == ("pregnancy", "user-nurse")
    assert finding["resolution"]["reason"] == "laboratory: negative"
    assert finding["resolution"]["found_otherwise_by"] == "second-nurse"


async def test_adverse_events_are_read_with_their_reviews(world: World) -> None:
    course = await has_course(world)
    event_id = await suffers(world, course.patient_id, grade=2)
    assert ok(await world.nurse.get(f"/v1/adverse-events/{event_id}"))["holds_dosing"]
    ok(await reviews(world, event_id, "resume"))

    (event,) = ok(await world.nurse.get(f"/v1/patients/{course.patient_id}/adverse-events"))["items"]

    assert (event["id"], event["grade"], event["holds_dosing"]) == (event_id, 2, False)
    assert [(each["decision"], each["by"]) for each in event["reviews"]] == [("resume", "user-prescriber")]


async def test_an_event_graded_worse_stops_its_session_and_is_read_with_both_grades(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)
    event_id = await suffers(world, course.patient_id, session_id, grade=1)
    assert ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["state"] == "in_progress"

    ok(await regrades(world, event_id, 3))

    event = ok(await world.nurse.get(f"/v1/adverse-events/{event_id}"))
    assert (event["reported_grade"], event["grade"], event["holds_dosing"]) == (1, 3, True)
    assert [(each["grade"], each["by"]) for each in event["regradings"]] == [(3, "user-prescriber")]
    assert ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["state"] == "aborted"
    assert await world.alarmed(course.patient_id) == ["AdverseEventReported", "AdverseEventReported"]


async def test_an_emptied_vial_its_notes_and_its_closed_day_are_read(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    vial = await has_vial(world, ml="1")
    body = {"session_id": session_id, "ml": "1"}
    draw_id = ok(await world.nurse.post(f"/v1/drug-log/containers/{vial}/draws", body), 201)["added_id"]
    await wastes_before_witness(world, vial, draw_id, "50")
    ok(await world.nurse.post(f"{DAYS}/2026-11-23/close", {"counts": {}}), 201)
    ok(await world.nurse_called("second-nurse").post(f"{DAYS}/2026-11-23/confirm"))
    auditor = world.calling(Role.AUDITOR)

    assert ok(await auditor.get("/v1/drug-log/containers", location_id=MILL_VALLEY))["items"] == []
    (emptied,) = ok(await auditor.get("/v1/drug-log/containers", location_id=MILL_VALLEY, emptied="true"))["items"]
    assert emptied["id"] == vial
    waste = emptied["entries"][-1]
    assert (waste["note"], waste["witnessed_by"]) == ("rest of the syringe", "second-nurse")
    (day,) = ok(await auditor.get(DAYS))["items"]
    assert (day["day"], day["closed_by"], day["confirmed_by"]) == ("2026-11-23", "user-nurse", "second-nurse")
    assert ok(await auditor.get(f"{DAYS}/2026-11-23")) == day
    assert refusal(await auditor.get(f"{DAYS}/2026-11-22")) == (404, "drug_day_not_found")


@pytest.mark.parametrize(
    ("path", "query", "owner"),
    [
        *((f"/v1/patients/{ANA}/{kind}", {}, f"patients/{ANA}") for kind in OF_A_PATIENT),
        ("/v1/drug-log/containers", {"location_id": MILL_VALLEY}, f"locations/{MILL_VALLEY}"),
        ("/v1/drug-log/containers", {"location_id": MILL_VALLEY, "emptied": "true"}, f"locations/{MILL_VALLEY}"),
        (DAYS, {}, f"locations/{MILL_VALLEY}"),
        (ORDERS, {}, f"locations/{MILL_VALLEY}"),
    ],
)
async def test_who_asked_for_a_list_is_on_record_also_when_it_is_empty(
    world: World, path: str, query: dict[str, str], owner: str
) -> None:
    assert ok(await world.nurse.get(path, **query))["items"] == []

    (read,) = await world.store.database["_audit"].find({"outcome": "read"}).to_list()
    assert (read["actor"], read["touched"]) == ("user-nurse", [owner])


@pytest.mark.parametrize("role", [Role.PATIENT, Role.COORDINATOR, Role.BILLER])
async def test_nobody_else_reads_them(world: World, role: Role) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    stranger = world.calling(role)

    for path in (
        f"/v1/sessions/{session_id}/record",
        f"/v1/sessions/{session_id}/medicines",
        "/v1/verbal-orders",
        ORDERS,
        f"/v1/patients/{course.patient_id}/findings",
        f"/v1/patients/{course.patient_id}/adverse-events",
        f"/v1/patients/{course.patient_id}/notes",
        DAYS,
    ):
        assert refusal(await stranger.get(path)) == (403, "forbidden"), path
