"""A patient's record is handed out: recorded first, part by part, and accounted for."""

import json
from datetime import timedelta
from typing import Any

import pytest

from careflow_service.identity import Role
from careflow_service.ids import new_id
from services.screening.tests.clinic import answers, cleared, ok, refusal
from services.screening.tests.world import World


def body(**changes: Any) -> dict[str, Any]:
    return {
        "part": "general",
        "basis": "patient_access",
        "recipient": "the patient",
        "reason": "asked for a copy",
        **changes,
    }


async def disclosed(world: World, patient_id: str, **changes: Any) -> str:
    made = ok(await world.prescriber.post(f"/v1/patients/{patient_id}/disclosures", body(**changes)), 201)
    return str(made["disclosure_id"])


async def test_everything_of_a_patient_is_in_one_bundle(world: World) -> None:
    case, clearance_id = await cleared(world)
    raised = {"patient_id": case["patient_id"], "level": "low", "note": "sounded tired on the telephone"}
    alert_id = ok(await world.nurse.post("/v1/alerts", raised), 201)["alert_id"]
    made = await disclosed(world, case["patient_id"])
    answered = await world.prescriber.get(f"/v1/disclosures/{made}/record")
    assert answered.headers["cache-control"] == "no-store"
    record = json.loads(answered.text)
    assert (record["patient_id"], record["part"], record["recipient"]) == (case["patient_id"], "general", "the patient")
    found = {each["kind"]: each["id"] for each in record["documents"]}
    assert found == {"patient": case["patient_id"], "case": case["id"], "clearance": clearance_id, "alert": alert_id}
    assert record["count"] == 4
    (screened,) = (each for each in record["documents"] if each["kind"] == "case")
    assert [each["score"]["total"] for each in screened["questionnaires"] if each["questionnaire"] == "gad-7"] == [12]


async def test_people_can_read_it_too(world: World) -> None:
    case, _ = await cleared(world)
    made = await disclosed(world, case["patient_id"])
    answered = await world.prescriber.get(f"/v1/disclosures/{made}/record", format="text")
    assert answered.headers["content-type"].startswith("text/plain")
    assert "title: Patient Health Questionnaire (PHQ-9)" in answered.text
    assert "read it before this copy is handed on" in answered.text
    assert answered.text.endswith("End of the record: 3 documents.\n")


async def test_the_substance_use_part_goes_by_itself_with_its_notice(world: World) -> None:
    case, _ = await cleared(world)
    path = f"/v1/cases/{case['id']}/facts"
    ok(await world.nurse.post(path, {"condition": "opioid_use_disorder", "status": "active"}), 201)
    general = await world.prescriber.get(f"/v1/disclosures/{await disclosed(world, case['patient_id'])}/record")
    assert "opioid_use_disorder" not in general.text
    assert "CI-12" not in general.text
    made = await disclosed(world, case["patient_id"], part="substance_use", basis="medical_emergency")
    apart = await world.prescriber.get(f"/v1/disclosures/{made}/record")
    assert "opioid_use_disorder" in apart.text
    assert "sertraline" not in apart.text.lower()
    assert "42 CFR part 2 prohibits unauthorized use" in apart.text


async def test_what_was_handed_out_is_accounted_for_also_to_the_patient(world: World) -> None:
    case, _ = await cleared(world)
    await disclosed(world, case["patient_id"])
    world.clock.advance(timedelta(days=1))
    consented = {"basis": "written_consent", "reference": "signed on 20 November"}
    await disclosed(world, case["patient_id"], recipient="Dr Vu", **consented)
    path = f"/v1/patients/{case['patient_id']}/disclosures"
    listed = ok(await world.patient(case["patient_id"]).get(path))["items"]
    assert [(each["recipient"], each["basis"], each["made_by"]) for each in listed] == [
        ("Dr Vu", "written_consent", "user-prescriber"),
        ("the patient", "patient_access", "user-prescriber"),
    ]
    assert (await world.patient(new_id()).get(path)).status_code in (403, 404)


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"part": "substance_use", "basis": "treatment"}, (422, "basis_not_enough")),
        ({"basis": "court_order"}, (422, "reference_missing")),
        ({"reason": "  "}, (422, "invalid_request")),
        ({"recipient": ""}, (422, "invalid_request")),
    ],
)
async def test_without_a_reason_and_a_basis_nothing_is_handed_out(
    world: World, changes: dict[str, str], refused: tuple[int, str]
) -> None:
    case, _ = await cleared(world)
    path = f"/v1/patients/{case['patient_id']}/disclosures"
    assert refusal(await world.prescriber.post(path, body(**changes))) == refused
    assert ok(await world.prescriber.get(path))["items"] == []


async def test_only_the_right_role_and_only_who_recorded_it(world: World) -> None:
    case, _ = await cleared(world)
    made = await disclosed(world, case["patient_id"])
    for role in (Role.NURSE, Role.COORDINATOR, Role.BILLER):
        assert refusal(await world.calling(role).get(f"/v1/disclosures/{made}/record")) == (403, "forbidden")
    director = world.calling(Role.MEDICAL_DIRECTOR)
    assert refusal(await director.get(f"/v1/disclosures/{made}/record")) == (404, "disclosure_not_found")
    stranger = await world.prescriber.post(f"/v1/patients/{new_id()}/disclosures", body())
    assert refusal(stranger) == (404, "patient_not_found")


async def test_what_was_allowed_once_hands_out_nothing_later(world: World) -> None:
    """What has come to the record since, and a consent that was revoked, are not in what the patient sees of it."""
    case, _ = await cleared(world)
    path = f"/v1/disclosures/{await disclosed(world, case['patient_id'])}/record"
    world.clock.advance(timedelta(hours=23, minutes=59))
    assert (await world.prescriber.get(path)).status_code == 200
    world.clock.advance(timedelta(minutes=1))
    assert refusal(await world.prescriber.get(path)) == (409, "disclosure_over")


async def test_whoever_reads_a_record_is_in_the_audit_trail(world: World) -> None:
    case, _ = await cleared(world)
    made = await disclosed(world, case["patient_id"])
    await world.prescriber.get(f"/v1/disclosures/{made}/record")
    trail = world.store.database["_audit"]
    assert await trail.find_one({"action": "disclose_record"}) is not None
    read = await trail.find_one({"action": "read_record"})
    assert read is not None
    assert (read["actor"], read["outcome"]) == ("user-prescriber", "read")


async def test_every_course_of_a_patient_is_in_it(world: World) -> None:
    """One after another: however many there are, one at a time is held."""
    case, _ = await cleared(world)
    ok(await answers(world, case | {"clinical": None}, "phq-9", {"9": "2"}), 409)
    made = await disclosed(world, case["patient_id"])
    record = json.loads((await world.prescriber.get(f"/v1/disclosures/{made}/record")).text)
    assert [each["kind"] for each in record["documents"]] == ["patient", "case", "clearance", "alert"]


async def test_booking_hears_of_what_answers_a_request_for_the_record_and_which_part_is_sealed(world: World) -> None:
    case, _ = await cleared(world)
    await disclosed(world, case["patient_id"])
    request = new_id()
    made = await disclosed(world, case["patient_id"], part="substance_use", record_request_id=request)
    said = [each for each in await world.said(case["patient_id"]) if "ScreeningRecordDisclosed" in each.type]
    assert [(each.data["record_request_id"], each.data["disclosure_id"]) for each in said] == [(request, made)]
    assert "substance" not in str(said[0].data)
    (listed,) = (
        each
        for each in ok(await world.prescriber.get(f"/v1/patients/{case['patient_id']}/disclosures"))["items"]
        if each["id"] == made
    )
    assert listed["record_request_id"] == request
