"""The share of sessions in a patient's record is handed out: recorded first, part by part, and accounted for."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.testing.disclosing import asked_of_all, copied, discloses, disclosure, kinds, waited_for
from services.sessions.tests.clinic import has_course, ok, refusal, therapy_hour
from services.sessions.tests.integration.test_erasure import asked
from services.sessions.tests.news import merged, registered
from services.sessions.tests.world import World
from services.sessions.tests.written import drafts_note, keeps_note, signs_note

BORN = datetime(1988, 4, 2)  # noqa: DTZ001 - a birth date
AUTHORISED = {"part": "psychotherapy_notes", "basis": "written_consent", "reference": "authorisation of 2 November"}


async def test_the_record_of_a_treatment_goes_out_without_drafts_and_psychotherapy_notes(world: World) -> None:
    course = await has_course(world)
    session_id = await therapy_hour(world, course, "preparation")
    ok(await signs_note(world, await drafts_note(world, session_id, "spoke of the sea")))
    await drafts_note(world, session_id, "half a thought", by=world.therapist)
    await keeps_note(world, session_id, "her father")
    copy = await copied(world.prescriber, course.patient_id)
    assert (copy["format"], copy["patient_id"], copy["part"]) == (
        "careflow-sessions-record",
        course.patient_id,
        "general",
    )
    assert {"patient", "consent", "plan", "session", "note"} <= set(kinds(copy))
    assert copy["count"] == len(copy["documents"])
    made = await discloses(world.prescriber, course.patient_id)
    text = await world.prescriber.get(f"/v1/disclosures/{made}/record", format="text")
    assert "RECORD OF SESSIONS" in text.text
    assert "spoke of the sea" in text.text
    for kept in ("half a thought", "her father"):
        assert kept not in text.text


async def test_psychotherapy_notes_are_handed_out_by_their_author_by_an_authorisation_of_their_own(
    world: World,
) -> None:
    course = await has_course(world)
    session_id = await therapy_hour(world, course, "preparation")
    await keeps_note(world, session_id, "her father")
    path = f"/v1/patients/{course.patient_id}/disclosures"
    for basis in ("patient_access", "treatment"):
        refused = await world.therapist.post(path, disclosure(part="psychotherapy_notes", basis=basis))
        assert refusal(refused) == (422, "basis_not_enough")
    unnamed = await world.therapist.post(path, disclosure(**{**AUTHORISED, "reference": None}))
    assert refusal(unnamed) == (422, "reference_missing")
    assert refusal(await world.therapist.post(path, disclosure())) == (403, "part_not_yours")

    mine = await copied(world.therapist, course.patient_id, **AUTHORISED)
    assert [(each["kind"], each["author"]) for each in mine["documents"]] == [("psychotherapy_note", "user-therapist")]
    assert (await copied(world.prescriber, course.patient_id, **AUTHORISED))["documents"] == []
    director = world.calling(Role.MEDICAL_DIRECTOR)
    assert refusal(await director.post(path, disclosure(**AUTHORISED))) == (403, "part_not_yours")
    assert refusal(await world.prescriber.post(path, disclosure(part="substance_use"))) == (422, "part_not_held")


async def test_booking_hears_which_part_answers_its_request_and_the_patient_of_all(world: World) -> None:
    course = await has_course(world)
    request = new_id()
    made = await discloses(world.prescriber, course.patient_id, record_request_id=request)
    (said,) = [each for each in await world.said(course.patient_id) if "SessionsRecordDisclosed" in each.type]
    assert (said.data["record_request_id"], said.data["disclosure_id"]) == (request, made)
    assert "ordinary" not in str(said.data)
    path = f"/v1/patients/{course.patient_id}/disclosures"
    (listed,) = ok(await world.patient(course.patient_id).get(path))["items"]
    assert (listed["recipient"], listed["made_by"], listed["accounted_for"]) == (
        "the patient",
        "user-prescriber",
        False,
    )
    assert refusal(await world.patient(new_id()).get(path))[0] in (403, 404)
    trail = world.store.database["_audit"]
    assert await trail.count_documents({"action": {"$in": ["disclose_record", "read_disclosures"]}}) == 2


@pytest.mark.parametrize(
    ("basis", "kept"), [("patient_access", False), ("written_consent", False), ("required_by_law", True)]
)
async def test_what_is_accounted_for_outlasts_the_wish_to_be_erased_for_six_years(
    world: World, basis: str, kept: bool
) -> None:
    ana = new_id()
    await world.hear(registered(ana, BORN))
    await discloses(world.prescriber, ana, basis=basis, reference="paper of May", recipient="an authority")
    await asked(world, ana)
    answer: Any = (await world.said(ana))[-1]
    assert answer.type.split(".")[2] == ("SessionsErasureRefused" if kept else "SessionsErasureAgreed")
    if kept:
        assert answer.data["reason"] == codes.RetentionReason.SIGNED_DOCUMENTS
        assert answer.data["retain_until"].startswith(str(world.clock().year + 6))


async def test_nobody_else_copies_and_nobody_later(world: World) -> None:
    course = await has_course(world)
    path = f"/v1/disclosures/{await discloses(world.prescriber, course.patient_id)}/record"
    assert refusal(await world.calling(Role.MEDICAL_DIRECTOR).get(path)) == (404, "disclosure_not_found")
    assert refusal(await world.nurse.get(path)) == (403, "forbidden")
    world.clock.advance(timedelta(hours=24))
    assert refusal(await world.prescriber.get(path)) == (409, "disclosure_over")
    stranger = await world.prescriber.post(f"/v1/patients/{new_id()}/disclosures", disclosure())
    assert refusal(stranger) == (404, "patient_not_found")


async def test_somebody_who_is_erased_has_no_record_to_copy(world: World) -> None:
    ana = new_id()
    await world.hear(registered(ana, BORN))
    path = f"/v1/disclosures/{await discloses(world.prescriber, ana)}/record"
    erasure_id = await asked(world, ana)
    await world.hear(contracts.PatientErased(patient_id=ana, erasure_id=erasure_id, erased_at=world.clock()))
    await world.catch_up()
    assert (await world.prescriber.get(path)).status_code in (404, 410)
    assert await world.store.database["disclosures"].count_documents({}) == 0


async def test_what_is_asked_of_a_record_stands_as_a_task_until_it_was_handed_out(world: World) -> None:
    course = await has_course(world)
    request = new_id()
    parts = (codes.RecordPart.ORDINARY, codes.RecordPart.PSYCHOTHERAPY_NOTES)
    await world.hear(asked_of_all(contracts.RecordRequested, course.patient_id, request, *parts))
    assert await waited_for(world.prescriber) == [(request, "2026-12-08", ["general", "psychotherapy_notes"])]
    assert await waited_for(world.therapist) == [(request, "2026-12-08", ["psychotherapy_notes"])]
    assert refusal(await world.nurse.get("/v1/record-shares")) == (403, "forbidden")

    other = await has_course(world)
    elsewhere = await world.prescriber.post(
        f"/v1/patients/{other.patient_id}/disclosures", disclosure(record_request_id=request)
    )
    assert refusal(elsewhere) == (404, "record_request_not_found")
    await discloses(world.prescriber, course.patient_id, record_request_id=request)
    assert await waited_for(world.prescriber) == [(request, "2026-12-08", ["psychotherapy_notes"])]

    await world.hear(asked_of_all(contracts.RecordRequestChanged, course.patient_id, request))
    assert await waited_for(world.prescriber) == []


async def test_what_is_on_a_record_that_was_merged_goes_out_with_the_one_that_stays(world: World) -> None:
    course, stays = await has_course(world), new_id()
    await world.hear(registered(stays, BORN))
    await world.hear(merged(course.patient_id, stays))
    copy = await copied(world.prescriber, stays)
    assert {course.patient_id, stays} <= {each["id"] for each in copy["documents"] if each["kind"] == "patient"}
    assert "consent" in kinds(copy)
