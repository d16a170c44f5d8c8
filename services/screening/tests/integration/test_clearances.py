"""Decisions and what happens to a clearance afterwards (journeys 1, 3 and 4, this service's part)."""

from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest

from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.testing.reading import in_the_open
from services.screening.tests.clinic import (
    cleared,
    details_changed,
    evaluation,
    evidence,
    grants,
    has_case,
    has_evidence,
    history,
    info_call_ended,
    ok,
    reads,
    reads_clearance,
    ready_to_decide,
    refusal,
    submits,
)
from services.screening.tests.treatment import dosed, harmed, reviewed
from services.screening.tests.world import World

DAY = timedelta(days=1)


async def takes(world: World, case: Any, name: str, **more: Any) -> None:
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/medications", {"name": name, **more}), 201)


async def clearance_events(world: World, case: Any) -> list[str]:
    return [name for name in await world.said_types(case["patient_id"]) if name.startswith("Clearance")]


async def test_a_complete_quiet_case_is_granted_for_ninety_days(world: World) -> None:
    case, clearance_id = await cleared(world)
    clearance = await reads_clearance(world, clearance_id)
    assert (clearance["state"], clearance["valid"], clearance["conditional"]) == ("granted", True, False)
    assert clearance["valid_until"] == "2027-02-21T17:00:00Z"
    assert (clearance["decided_by"], clearance["policy_version"]) == ("user-prescriber", "2026-11-28")
    assert await clearance_events(world, case) == ["ClearanceGranted"]


async def test_everything_that_is_missing_is_named(world: World) -> None:
    case = await has_case(world)
    refused = await grants(world, case)
    assert refusal(refused) == (409, "decision_not_ready")
    missing = refused.json()["missing"]
    assert missing[0] == "screening_not_submitted"
    assert {"part_risk", "evidence_lab_panel", "evidence_blood_pressure"} <= set(missing)
    found = ok(await world.nurse.get(f"/v1/cases/{case['id']}/findings"))
    assert found["missing"] == missing


async def test_a_grant_on_a_version_somebody_has_changed_is_refused(world: World) -> None:
    case = await ready_to_decide(world)
    await takes(world, case, "melatonin")
    body = {"indications": ["anxiety"]}
    path = f"/v1/cases/{case['id']}/decisions/grant"
    assert refusal(await world.prescriber.post(path, body, version=case["version"])) == (412, "stale_version")
    assert refusal(await world.prescriber.post(path, body)) == (428, "precondition_required")


async def test_a_class_b_finding_is_granted_only_with_a_signed_pathway(world: World) -> None:
    case = await ready_to_decide(world)
    await takes(world, case, "Nardil")
    found = ok(await world.nurse.get(f"/v1/cases/{case['id']}/findings"))["findings"]
    assert [(each["rule"], each["finding_class"], each["because"]) for each in found] == [("IX-MAOI", "B", ["nardil"])]
    refused = await grants(world, case)
    assert refused.json()["missing"] == ["finding_without_pathway"]
    granted = ok(await grants(world, case, accepted={"IX-MAOI": "low dose, observed"}, conditions=["BP diary"]), 201)
    clearance = await reads_clearance(world, granted["clearance_id"])
    assert clearance["conditional"]
    assert clearance["accepted"] == {"IX-MAOI": "low dose, observed"}


async def test_a_class_a_finding_ends_only_by_reclassifying_the_fact(world: World) -> None:
    case = await ready_to_decide(world)
    body = {"condition": "aneurysmal_vascular_disease", "status": "history"}
    fact = ok(await world.nurse.post(f"/v1/cases/{case['id']}/facts", body), 201)["id"]
    refused = await grants(world, case, accepted={"CI-02": "it will be fine"})
    assert refused.json()["missing"] == ["class_a_finding"]
    path = f"/v1/cases/{case['id']}/facts/{fact}/reclassify"
    corrected = {"status": "ruled_out", "reason": "angiography was clear"}
    assert refusal(await world.nurse.post(path, corrected)) == (403, "forbidden")
    ok(await world.prescriber.post(path, corrected))
    ok(await grants(world, case), 201)


async def test_without_any_facts_nothing_is_granted(world: World) -> None:
    case = await has_case(world)
    missing = (await grants(world, case)).json()["missing"]
    assert {"history_seizures", "history_drug_allergy", "history_identity_unverified"} <= set(missing)


async def test_a_condition_without_a_code_is_told_in_words_and_waits_for_a_prescriber(world: World) -> None:
    case = await ready_to_decide(world)
    path = f"/v1/cases/{case['id']}/facts"
    ana = world.patient(case["patient_id"])
    assert refusal(await ana.post(path, {"condition": "other", "status": "active"})) == (422, "detail_missing")
    told = {"condition": "other", "status": "history", "detail": "bleeding in the head as a child"}
    fact = ok(await ana.post(path, told), 201)["id"]
    assert (await grants(world, case)).json()["missing"] == ["finding_without_pathway"]
    classified = {"condition": "intracerebral_hemorrhage", "status": "history", "reason": "hospital records"}
    ok(await world.prescriber.post(f"{path}/{fact}/reclassify", classified))
    assert (await grants(world, case, accepted={"CI-OTHER": "seen"})).json()["missing"] == ["class_a_finding"]


async def test_a_history_is_kept_whole_or_not_at_all(world: World) -> None:
    case = await has_case(world)
    answers = history(other="active")["facts"] + [{"condition": "other", "status": "active"}]
    refused = await world.nurse.post(f"/v1/cases/{case['id']}/history", {"facts": answers})
    assert refusal(refused) == (422, "detail_missing")
    assert (await reads(world, case))["clinical"]["facts"] == []


async def test_an_allergy_to_the_drug_is_found_before_and_after_the_grant(world: World) -> None:
    case = await ready_to_decide(world)
    allergy = {"condition": "drug_allergy", "status": "active", "detail": "ketamine - anaphylaxis"}
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/facts", allergy), 201)
    assert (await grants(world, case, accepted={"CI-01": "so?"})).json()["missing"] == ["class_a_finding"]
    another, clearance_id = await cleared(world)
    ok(await world.nurse.post(f"/v1/cases/{another['id']}/facts", allergy), 201)
    (suspension,) = (await reads_clearance(world, clearance_id))["suspensions"]
    assert suspension["ref"] == "CI-01"


async def test_a_patient_who_turns_out_to_be_a_minor_or_elsewhere_is_suspended(world: World) -> None:
    case, clearance_id = await cleared(world)
    await world.hear(details_changed(case["patient_id"], birth_date=date(2010, 1, 1), state="NV"))
    suspensions = (await reads_clearance(world, clearance_id))["suspensions"]
    assert [each["ref"] for each in suspensions] == ["CI-17", "CI-19"]


async def test_a_correction_recorded_later_counts_and_both_are_kept(world: World) -> None:
    case, clearance_id = await cleared(world)
    at = world.clock()
    path = f"/v1/cases/{case['id']}/evidence"
    ok(await world.nurse.post(path, evidence("pregnancy_test", at, "negative")), 201)
    ok(await world.nurse.post(path, evidence("pregnancy_test", at, "positive")), 201)
    (suspension,) = (await reads_clearance(world, clearance_id))["suspensions"]
    assert suspension["ref"] == "CI-08"
    kept = [each["result"] for each in (await reads(world, case))["clinical"]["evidence"]]
    assert kept[-2:] == ["negative", "positive"]


@pytest.mark.parametrize(
    ("accepted", "later", "suspended_for"),
    [
        ("tramadol", "fentanyl", "IX-OPIOID"),
        ("kratom", "kava", "IX-UNKNOWN"),
        ("kratom", "sodium oxybate", "IX-OXYBATE"),
    ],
)
async def test_a_signature_for_one_drug_is_none_for_another(
    world: World, accepted: str, later: str, suspended_for: str
) -> None:
    case = await ready_to_decide(world)
    await takes(world, case, accepted)
    reason = {"IX-OPIOID": "observed", "IX-UNKNOWN": "a cup in the morning"}
    clearance_id = ok(await grants(world, case, accepted=reason), 201)["clearance_id"]
    assert (await reads_clearance(world, clearance_id))["valid"]
    await takes(world, case, later)
    (suspension,) = (await reads_clearance(world, clearance_id))["suspensions"]
    assert suspension["ref"] == suspended_for


async def test_a_signature_that_comes_with_one_drug_signs_no_other(world: World) -> None:
    case, clearance_id = await cleared(world)
    await takes(world, case, "fentanyl")
    signed = {"name": "tramadol", "signed": "for three days after the tooth"}
    ok(await world.prescriber.post(f"/v1/cases/{case['id']}/medications", signed), 201)
    clearance = await reads_clearance(world, clearance_id)
    (suspension,) = clearance["suspensions"]
    assert (clearance["accepted"], suspension["fine_reason"]) == ({}, "IX-OPIOID: fentanyl, tramadol")


async def test_what_joined_a_suspension_must_be_seen_before_it_ends(world: World) -> None:
    case, clearance_id = await cleared(world)
    await takes(world, case, "tramadol")
    seen = (await reads_clearance(world, clearance_id))["version"]
    await takes(world, case, "fentanyl")
    body = {"suspended_for": "clinical", "ref": "IX-OPIOID", "reason": "a small dose"}
    unseen = await world.prescriber.post(f"/v1/clearances/{clearance_id}/reinstate", body, version=seen)
    assert refusal(unseen) == (412, "stale_version")


async def test_an_extension_covers_no_more_than_was_signed(world: World) -> None:
    case = await ready_to_decide(world, lab_taken_at=world.clock() - 60 * DAY)
    await takes(world, case, "lorazepam")
    plan = {"IX-BENZODIAZEPINE": "none on the day"}
    clearance_id = ok(await grants(world, case, accepted=plan), 201)["clearance_id"]
    await takes(world, case, "alprazolam")
    await has_evidence(world, case)
    version = (await reads_clearance(world, clearance_id))["version"]
    refused = await world.prescriber.post(f"/v1/clearances/{clearance_id}/extend", version=version)
    assert refused.json()["missing"] == ["finding_without_pathway"]


async def test_two_clinicians_share_the_parts(world: World) -> None:
    case = await has_case(world)
    path = f"/v1/cases/{case['id']}/evaluations"
    therapist = world.calling(Role.THERAPIST)
    refused = await therapist.post(path, evaluation(world, "psychiatric", "risk"))
    assert refusal(refused) == (403, "prescriber_records")
    ok(await therapist.post(path, evaluation(world, "risk", "capacity")), 201)
    ok(await world.prescriber.post(path, evaluation(world, "psychiatric", "physical")), 201)
    found = ok(await world.prescriber.get(f"/v1/cases/{case['id']}/findings"))
    assert not any(each.startswith("part_") for each in found["missing"])


async def test_diagnoses_leave_without_substance_use_codes(world: World) -> None:
    case = await ready_to_decide(world)
    evaluated = case["clinical"]["evaluations"][0]["id"]
    path = f"/v1/cases/{case['id']}/diagnoses"
    ok(await world.prescriber.post(path, {"evaluation_id": evaluated, "codes": ["F33.2", "F10.20"]}), 201)
    event = (await world.said(case["patient_id"]))[-1]
    assert event.type == "careflow.screening.DiagnosesRecorded.v1"
    assert "F33" not in str(in_the_open(event))
    assert (await reads(world, case))["clinical"]["diagnoses"] == ["F33.2", "F10.20"]
    broken = {"evaluation_id": evaluated, "codes": ["sadness"]}
    assert refusal(await world.prescriber.post(path, broken)) == (422, "diagnoses_invalid")


async def test_it_warns_and_expires_exactly_once(world: World) -> None:
    case, clearance_id = await cleared(world)
    await world.travel(200 * DAY)
    warned = [
        event.data["days_left"]
        for event in await world.said(case["patient_id"])
        if event.type == "careflow.screening.ClearanceExpiring.v1"
    ]
    assert warned == [14, 7, 2]
    assert (await clearance_events(world, case))[-1] == "ClearanceExpired"
    assert (await clearance_events(world, case)).count("ClearanceExpired") == 1
    assert (await reads_clearance(world, clearance_id))["state"] == "expired"


async def test_evidence_that_runs_out_is_warned_about(world: World) -> None:
    case, _ = await cleared(world)
    await world.travel(77 * DAY)
    said = await world.said_types(case["patient_id"])
    assert said.count("EvidenceExpiring") == 2


async def test_fresh_evidence_brings_an_expired_clearance_back(world: World) -> None:
    case = await ready_to_decide(world, lab_taken_at=world.clock() - 60 * DAY)
    clearance_id = ok(await grants(world, case), 201)["clearance_id"]
    assert (await reads_clearance(world, clearance_id))["valid_until"] == "2026-12-23T17:00:00Z"
    await world.travel(31 * DAY)
    path = f"/v1/clearances/{clearance_id}/extend"
    version = (await reads_clearance(world, clearance_id))["version"]
    refused = await world.prescriber.post(path, version=version)
    assert (refusal(refused), refused.json()["missing"]) == (
        (409, "decision_not_ready"),
        ["evidence_lab_panel", "evidence_blood_pressure"],
    )
    await has_evidence(world, case)
    ok(await world.prescriber.post(path, version=version))
    clearance = await reads_clearance(world, clearance_id)
    assert (clearance["valid"], clearance["valid_until"]) == (True, "2027-02-21T17:00:00Z")
    assert (await clearance_events(world, case))[-2:] == ["ClearanceExpired", "ClearanceExtended"]


async def test_an_expired_clearance_is_not_brought_back_beside_the_one_granted_since(world: World) -> None:
    case = await ready_to_decide(world, lab_taken_at=world.clock() - 60 * DAY)
    expired = ok(await grants(world, case), 201)["clearance_id"]
    await world.travel(31 * DAY)
    await has_evidence(world, case)
    ok(await grants(world, case), 201)
    version = (await reads_clearance(world, expired))["version"]
    refused = await world.prescriber.post(f"/v1/clearances/{expired}/extend", version=version)
    assert refusal(refused) == (409, "clearance_ended")


async def test_without_newer_evidence_there_is_nothing_to_extend(world: World) -> None:
    _, clearance_id = await cleared(world)
    version = (await reads_clearance(world, clearance_id))["version"]
    refused = await world.prescriber.post(f"/v1/clearances/{clearance_id}/extend", version=version)
    assert refusal(refused) == (409, "nothing_to_extend")


async def test_what_was_near_its_end_for_a_first_dose_carries_on_in_a_course_once_a_prescriber_says_so(
    world: World,
) -> None:
    case = await ready_to_decide(world, lab_taken_at=world.clock() - 60 * DAY)
    clearance_id = ok(await grants(world, case), 201)["clearance_id"]
    before = await reads_clearance(world, clearance_id)
    path = f"/v1/clearances/{clearance_id}/extend"
    early = await world.prescriber.post(path, version=before["version"])
    assert refusal(early) == (409, "nothing_to_extend")
    await world.hear(dosed(case["patient_id"], world.clock()))
    assert (await reads_clearance(world, clearance_id))["valid_until"] == before["valid_until"]
    ok(await world.prescriber.post(path, version=before["version"]))
    after = await reads_clearance(world, clearance_id)
    longer = datetime.fromisoformat(after["valid_until"]) - datetime.fromisoformat(before["valid_until"])
    assert timedelta(days=59) < longer <= timedelta(days=60)


async def test_a_class_b_medication_suspends_until_a_prescriber_reinstates(world: World) -> None:
    case, clearance_id = await cleared(world)
    ana = world.patient(case["patient_id"])
    ok(await ana.post(f"/v1/cases/{case['id']}/medications", {"name": "Phenelzine"}), 201)
    clearance = await reads_clearance(world, clearance_id)
    assert not clearance["valid"]
    (suspension,) = clearance["suspensions"]
    assert (suspension["reason"], suspension["ref"]) == ("clinical", "IX-MAOI")
    path = f"/v1/clearances/{clearance_id}/reinstate"
    body = {"suspended_for": "clinical", "ref": "IX-MAOI", "reason": "stopped it two weeks ago"}
    assert refusal(await world.nurse.post(path, body, version=clearance["version"])) == (403, "forbidden")
    ok(await world.prescriber.post(path, body, version=clearance["version"]))
    assert (await reads_clearance(world, clearance_id))["valid"]
    assert await clearance_events(world, case) == ["ClearanceGranted", "ClearanceSuspended", "ClearanceReinstated"]
    event = (await world.said(case["patient_id"]))[-2]
    assert event.data["reason"] == "clinical"
    assert "henelzine" not in str(in_the_open(event))


@pytest.mark.parametrize("name", ["Ayahuasca tea", "Xyrem"], ids=["unknown drug", "class A"])
async def test_an_unknown_or_forbidden_drug_suspends(world: World, name: str) -> None:
    case, clearance_id = await cleared(world)
    await takes(world, case, name)
    assert not (await reads_clearance(world, clearance_id))["valid"]


async def test_a_class_a_suspension_takes_no_signature(world: World) -> None:
    case, clearance_id = await cleared(world)
    body = evidence("pregnancy_test", world.clock(), "positive")
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/evidence", body), 201)
    clearance = await reads_clearance(world, clearance_id)
    assert clearance["suspensions"][0]["ref"] == "CI-08"
    path = f"/v1/clearances/{clearance_id}/reinstate"
    signed = {"suspended_for": "clinical", "ref": "CI-08", "reason": "mistaken"}
    assert refusal(await world.prescriber.post(path, signed, version=clearance["version"])) == (409, "class_a_finding")
    later = world.clock() + timedelta(minutes=1)
    await world.travel(timedelta(minutes=2))
    negative = evidence("pregnancy_test", later, "negative")
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/evidence", negative), 201)
    ok(await world.prescriber.post(path, signed, version=clearance["version"]))


async def test_a_class_c_medication_asks_a_prescriber_and_suspends_nothing(world: World) -> None:
    case, clearance_id = await cleared(world)
    await takes(world, case, "lorazepam")
    assert (await reads_clearance(world, clearance_id))["valid"]
    (task,) = ok(await world.nurse.get("/v1/tasks"))["items"]
    assert (task["kind"], task["ref"]) == ("prescriber_review", clearance_id)


async def test_what_calls_for_an_ecg_after_the_clearance_asks_a_prescriber_until_there_is_one(world: World) -> None:
    case, clearance_id = await cleared(world)
    await takes(world, case, "Celexa 20 mg")
    assert (await reads_clearance(world, clearance_id))["valid"]
    (task,) = ok(await world.nurse.get("/v1/tasks"))["items"]
    assert (task["kind"], task["ref"]) == ("prescriber_review", clearance_id)
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/evidence", evidence("ecg", world.clock())), 201)
    ok(await world.prescriber.post(f"/v1/tasks/{task['id']}/complete"))
    await takes(world, case, "citalopram")
    assert ok(await world.nurse.get("/v1/tasks"))["items"] == []


async def test_what_a_prescriber_enters_and_signs_is_reviewed(world: World) -> None:
    case, clearance_id = await cleared(world)
    path = f"/v1/cases/{case['id']}/medications"
    signed = {"name": "tramadol", "signed": "for three days after the tooth"}
    assert refusal(await world.nurse.post(path, signed)) == (403, "prescriber_signs")
    ok(await world.prescriber.post(path, signed), 201)
    clearance = await reads_clearance(world, clearance_id)
    assert clearance["valid"]
    assert clearance["accepted"] == {"IX-OPIOID": "for three days after the tooth"}
    await takes(world, case, "tramadol")
    assert (await reads_clearance(world, clearance_id))["valid"]


async def test_a_prescriber_suspends_and_reinstates(world: World) -> None:
    _, clearance_id = await cleared(world)
    path = f"/v1/clearances/{clearance_id}"
    suspended = ok(await world.prescriber.post(f"{path}/suspend", {"reason": "wants to talk first"}))
    assert not (await reads_clearance(world, clearance_id))["valid"]
    body = {"suspended_for": "prescriber", "ref": suspended["ref"], "reason": "talked"}
    wrong = {**body, "ref": "something else"}
    version = suspended["version"]
    assert refusal(await world.prescriber.post(f"{path}/reinstate", wrong, version=version)) == (
        404,
        "suspension_not_found",
    )
    ok(await world.prescriber.post(f"{path}/reinstate", body, version=version))
    assert (await reads_clearance(world, clearance_id))["valid"]


async def test_revoked_is_for_good_until_a_new_decision(world: World) -> None:
    case, first = await cleared(world)
    version = (await reads_clearance(world, first))["version"]
    ok(await world.prescriber.post(f"/v1/clearances/{first}/revoke", {"reason": "moved away"}, version=version))
    assert (await reads_clearance(world, first))["state"] == "revoked"
    assert refusal(await world.prescriber.post(f"/v1/clearances/{first}/suspend", {"reason": "x"})) == (
        409,
        "clearance_ended",
    )
    second = ok(await grants(world, case), 201)["clearance_id"]
    assert (await reads_clearance(world, second))["valid"]


async def test_a_newer_grant_takes_the_place_of_the_old_one(world: World) -> None:
    case, first = await cleared(world)
    await world.travel(DAY)
    second = ok(await grants(world, case), 201)["clearance_id"]
    assert (await reads_clearance(world, first))["state"] == "superseded"
    assert (await world.said(case["patient_id"]))[-1].data["supersedes"] == first
    await world.travel(200 * DAY)
    assert (await clearance_events(world, case)).count("ClearanceExpired") == 1
    assert (await reads_clearance(world, second))["state"] == "expired"


async def halted(world: World, clearance_id: str) -> dict[str, str]:
    """The medical director halts dosing; answers how that is named."""
    director = world.calling(Role.MEDICAL_DIRECTOR)
    suspended = ok(await director.post(f"/v1/clearances/{clearance_id}/suspend", {"reason": "wants to talk first"}))
    return {"suspended_for": "prescriber", "ref": suspended["ref"]}


async def test_a_new_grant_keeps_the_suspensions_it_does_not_settle(world: World) -> None:
    case, first = await cleared(world)
    halt = await halted(world, first)
    granted = ok(await grants(world, case), 201)
    assert granted["valid"] is False
    second = await reads_clearance(world, granted["clearance_id"])
    assert [each["ref"] for each in second["suspensions"]] == [halt["ref"]]
    assert (await clearance_events(world, case))[-2:] == ["ClearanceGranted", "ClearanceSuspended"]
    settled = [{**halt, "reason": "talked with the patient and the director"}]
    third = ok(await grants(world, case, settled=settled), 201)
    assert third["valid"] is True
    assert (await clearance_events(world, case))[-1] == "ClearanceGranted"


async def test_a_grant_settles_only_what_is_there(world: World) -> None:
    case, _ = await cleared(world)
    settled = [{"suspended_for": "prescriber", "ref": "none", "reason": "whatever"}]
    assert refusal(await grants(world, case, settled=settled)) == (404, "suspension_not_found")


async def test_signing_the_finding_settles_its_suspension_and_no_other(world: World) -> None:
    case, first = await cleared(world)
    await takes(world, case, "phenelzine")
    halt = await halted(world, first)
    granted = ok(await grants(world, case, accepted={"IX-MAOI": "low dose, observed"}), 201)
    suspensions = (await reads_clearance(world, granted["clearance_id"]))["suspensions"]
    assert [each["ref"] for each in suspensions] == [halt["ref"]]


@pytest.mark.parametrize("ended", ["revoked", "expired"])
async def test_an_ended_clearance_hands_its_suspensions_on(world: World, ended: str) -> None:
    case = await ready_to_decide(world, lab_taken_at=world.clock() - 60 * DAY)
    first = ok(await grants(world, case), 201)["clearance_id"]
    halt = await halted(world, first)
    if ended == "revoked":
        version = (await reads_clearance(world, first))["version"]
        ok(await world.prescriber.post(f"/v1/clearances/{first}/revoke", {"reason": "moved"}, version=version))
    else:
        await world.travel(31 * DAY)
        await has_evidence(world, case)
    assert (await reads_clearance(world, first))["state"] == ended
    second = ok(await grants(world, case), 201)["clearance_id"]
    assert [each["ref"] for each in (await reads_clearance(world, second))["suspensions"]] == [halt["ref"]]


async def test_what_happens_between_two_clearances_suspends_the_next(world: World) -> None:
    case = await ready_to_decide(world)
    harm = new_id()
    await world.hear(harmed(case["patient_id"], harm, world.clock(), 3))
    granted = ok(await grants(world, case), 201)
    assert granted["valid"] is False
    await world.hear(reviewed(case["patient_id"], harm, world.clock(), "resume"))
    assert (await reads_clearance(world, granted["clearance_id"]))["valid"]


async def test_what_was_settled_before_the_grant_suspends_nothing(world: World) -> None:
    case = await ready_to_decide(world)
    harm = new_id()
    await world.hear(harmed(case["patient_id"], harm, world.clock(), 3))
    await world.hear(reviewed(case["patient_id"], harm, world.clock(), "resume"))
    assert ok(await grants(world, case), 201)["valid"] is True


async def test_an_expired_clearance_that_is_halted_comes_back_halted(world: World) -> None:
    case = await ready_to_decide(world, lab_taken_at=world.clock() - 60 * DAY)
    clearance_id = ok(await grants(world, case), 201)["clearance_id"]
    await world.travel(31 * DAY)
    halt = await halted(world, clearance_id)
    await has_evidence(world, case)
    version = (await reads_clearance(world, clearance_id))["version"]
    ok(await world.prescriber.post(f"/v1/clearances/{clearance_id}/extend", version=version))
    clearance = await reads_clearance(world, clearance_id)
    assert (clearance["valid"], [each["ref"] for each in clearance["suspensions"]]) == (False, [halt["ref"]])


async def test_voided_evidence_stays_on_record_and_counts_no_longer(world: World) -> None:
    case = await ready_to_decide(world)
    lab = next(each["id"] for each in case["clinical"]["evidence"] if each["kind"] == "lab_panel")
    path, why = f"/v1/cases/{case['id']}/evidence/{lab}/void", {"reason": "the sample was another patient's"}
    assert refusal(await world.patient(case["patient_id"]).post(path, why)) == (403, "forbidden")
    ok(await world.nurse.post(path, why))
    assert (await grants(world, case)).json()["missing"] == ["evidence_lab_panel"]
    kept = next(each for each in (await reads(world, case))["clinical"]["evidence"] if each["id"] == lab)
    assert (kept["voided"]["by"], kept["voided"]["reason"]) == ("user-nurse", why["reason"])
    assert refusal(await world.nurse.post(path, why)) == (409, "already_voided")


async def test_with_a_voided_value_the_one_before_it_counts_again(world: World) -> None:
    case = await ready_to_decide(world)
    at, path = world.clock(), f"/v1/cases/{case['id']}/evidence"
    ok(await world.nurse.post(path, evidence("pregnancy_test", at, "positive")), 201)
    mixed_up = ok(await world.nurse.post(path, evidence("pregnancy_test", at, "negative")), 201)["id"]
    assert ok(await world.nurse.get(f"/v1/cases/{case['id']}/findings"))["findings"] == []
    ok(await world.nurse.post(f"{path}/{mixed_up}/void", {"reason": "another patient's"}))
    assert (await grants(world, case)).json()["missing"] == ["class_a_finding"]


async def test_a_clearance_waits_when_what_it_rests_on_is_voided(world: World) -> None:
    case, clearance_id = await cleared(world)
    lab = next(each["id"] for each in case["clinical"]["evidence"] if each["kind"] == "lab_panel")
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/evidence/{lab}/void", {"reason": "another patient's"}))
    (suspension,) = (await reads_clearance(world, clearance_id))["suspensions"]
    assert (suspension["reason"], suspension["ref"]) == ("evidence", lab)


async def test_it_goes_on_once_there_is_evidence_in_place_of_what_was_voided(world: World) -> None:
    case, clearance_id = await cleared(world)
    before = await reads_clearance(world, clearance_id)
    path = f"/v1/cases/{case['id']}/evidence"
    lab = next(each["id"] for each in case["clinical"]["evidence"] if each["kind"] == "lab_panel")
    ok(await world.nurse.post(f"{path}/{lab}/void", {"reason": "another patient's"}))
    pair = {"suspended_for": "evidence", "ref": lab, "reason": "replaced by the patient's own"}
    refused = await reinstates(world, clearance_id, pair)
    assert (refusal(refused), refused.json()["missing"]) == ((409, "decision_not_ready"), ["evidence_lab_panel"])
    own = world.clock() - timedelta(days=80)
    ok(await world.nurse.post(path, evidence("lab_panel", own)), 201)
    ok(await reinstates(world, clearance_id, pair))
    after = await reads_clearance(world, clearance_id)
    assert (after["valid"], after["suspensions"]) == (True, [])
    assert datetime.fromisoformat(after["valid_until"]) == own + timedelta(days=90)
    assert datetime.fromisoformat(before["valid_until"]) > own + timedelta(days=90)


async def test_a_clearance_waits_when_a_reading_it_counted_is_voided(world: World) -> None:
    case, clearance_id = await cleared(world)
    reading = next(each["id"] for each in case["clinical"]["evidence"] if each["kind"] == "blood_pressure")
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/evidence/{reading}/void", {"reason": "the wrong cuff"}))
    (suspension,) = (await reads_clearance(world, clearance_id))["suspensions"]
    assert (suspension["reason"], suspension["ref"]) == ("evidence", reading)


async def reinstates(world: World, clearance_id: str, pair: dict[str, str]) -> httpx.Response:
    version = (await reads_clearance(world, clearance_id))["version"]
    return await world.prescriber.post(f"/v1/clearances/{clearance_id}/reinstate", pair, version=version)


async def test_only_a_prescriber_voids_a_medication(world: World) -> None:
    case = await ready_to_decide(world)
    path = f"/v1/cases/{case['id']}/medications"
    taken = ok(await world.nurse.post(path, {"name": "phenelzine"}), 201)["id"]
    why = {"reason": "it was the brother's"}
    assert refusal(await world.nurse.post(f"{path}/{taken}/void", why)) == (403, "forbidden")
    ok(await world.prescriber.post(f"{path}/{taken}/void", why))
    ok(await grants(world, case), 201)


async def test_what_an_earlier_course_knew_is_known_in_the_next(world: World) -> None:
    case, clearance_id = await cleared(world)
    halt = await halted(world, clearance_id)
    stroke = {"condition": "intracerebral_hemorrhage", "status": "history"}
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/facts", stroke), 201)
    await takes(world, case, "phenelzine")
    closing = {"reason": "withdrawn", "note": "going elsewhere"}
    version = (await reads(world, case))["version"]
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/close", closing, version=version))
    await world.travel(DAY)
    await world.hear(info_call_ended(case["patient_id"], world.clock()))
    again = ok(await world.prescriber.get(f"/v1/patients/{case['patient_id']}/cases"))["items"][0]
    assert again["id"] != case["id"]
    assert [each["condition"] for each in again["clinical"]["facts"]] == ["intracerebral_hemorrhage"]
    assert [each["ingredient"] for each in again["clinical"]["medications"]] == ["sertraline", "phenelzine"]
    fact = again["clinical"]["facts"][0]["id"]
    corrected = {"status": "ruled_out", "reason": "the scan was another patient's"}
    ok(await world.prescriber.post(f"/v1/cases/{again['id']}/facts/{fact}/reclassify", corrected))
    await submits(world, again)
    await has_evidence(world, again)
    ok(await world.prescriber.post(f"/v1/cases/{again['id']}/evaluations", evaluation(world)), 201)
    granted = ok(await grants(world, again, accepted={"IX-MAOI": "low dose, observed"}), 201)
    held = [each["ref"] for each in (await reads_clearance(world, granted["clearance_id"]))["suspensions"]]
    assert set(held) == {halt["ref"], "CI-03"}


async def test_deferred_it_waits_and_denied_it_closes(world: World) -> None:
    case, clearance_id = await cleared(world)
    path = f"/v1/cases/{case['id']}/decisions"
    now = world.clock()
    version = (await reads(world, case))["version"]
    past = {"until": (now - DAY).isoformat(), "reason": "BP"}
    assert refusal(await world.prescriber.post(f"{path}/defer", past, version=version)) == (422, "date_in_past")
    naive = {"until": "2027-01-01T00:00:00", "reason": "BP"}
    assert refusal(await world.prescriber.post(f"{path}/defer", naive, version=version)) == (422, "invalid_request")
    later = {"until": (now + 30 * DAY).isoformat(), "reason": "blood pressure first"}
    version = ok(await world.prescriber.post(f"{path}/defer", later, version=version))["version"]
    ok(await world.prescriber.post(f"{path}/deny", {"reason": "not safe here"}, version=version))
    assert (await reads_clearance(world, clearance_id))["state"] == "revoked"
    assert (await world.said_types(case["patient_id"]))[-4:] == [
        "ClearanceDeferred",
        "ClearanceRevoked",
        "ClearanceDenied",
        "ScreeningClosed",
    ]


async def test_with_its_case_a_clearance_ends(world: World) -> None:
    case, clearance_id = await cleared(world)
    version = (await reads(world, case))["version"]
    closing = {"reason": "withdrawn", "note": "going elsewhere"}
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/close", closing, version=version))
    assert (await reads_clearance(world, clearance_id))["state"] == "revoked"
    assert (await world.said_types(case["patient_id"]))[-2:] == ["ClearanceRevoked", "ScreeningClosed"]


async def test_while_an_event_about_the_patient_waits_nothing_is_granted(world: World) -> None:
    case = await ready_to_decide(world)
    await world.hear(info_call_ended(case["patient_id"], world.clock()), skipping=1)
    refused = await grants(world, case)
    assert refused.json()["missing"] == ["record_incomplete"]
