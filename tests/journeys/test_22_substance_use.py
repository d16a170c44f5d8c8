"""What is about substance use leaves on the patient's consent alone (42 CFR Part 2): to billing, and as a copy; taken
back it leaves no more. In an emergency a record is opened for one patient and an hour, and somebody else looks at it.
"""

import json
from datetime import timedelta

import pytest

from careflow_clinic.cashier import BILLER
from careflow_clinic.clinic import NURSE, PRESCRIBER, Person, instant, position
from careflow_clinic.course import Course
from careflow_clinic.http import Caller
from careflow_clinic.walk import Walk

pytestmark = pytest.mark.long

ANOTHER_COORDINATOR = Caller("cody-coordinator", ("coordinator",))
OFFICER = Caller("pia-privacy", ("privacy_officer",))
DEPRESSION_AND_DRINKING = ["F33.2", "F10.20"]
A_COPY = {
    "part": "substance_use",
    "basis": "written_consent",
    "recipient": "Dr Vu",
    "reason": "goes on treating her",
}


async def test_what_leaves_about_substance_use_leaves_on_a_consent_and_no_longer_once_it_is_taken_back(
    walk: Walk, person: Person
) -> None:
    course = Course(walk, await walk.to_clearance(person))
    patient, case_id, clinic, events = course.cleared.patient, course.cleared.case_id, walk.clinic, walk.clinic.events
    await course.cashier.complete_registration(patient)
    drinks = {"condition": "alcohol_use_disorder", "status": "active"}
    await clinic.record(case_id, "facts", drinks)
    found = {"evaluation_id": course.cleared.evaluation_id, "codes": DEPRESSION_AND_DRINKING}

    await clinic.record(case_id, "diagnoses", found, by=PRESCRIBER)
    withheld = await events.wait_for("DiagnosesRecorded", subject=patient.subject, count=2)
    assert '"F10' not in json.dumps(withheld.data), "no code of any kind lies open"
    assert await _codes_on_a_superbill(course, after=position(withheld)) == ["F33.2"]

    consents = f"/v1/patients/{patient.id}/consents"
    form = (await clinic.http.get(NURSE, "screening", "/v1/consent-form")).body["version"]
    now = walk.clock.now()
    signed = {
        "form_version": form,
        "scope": ["record", "diagnoses"],
        "purpose": "treatment_payment_operations",
        "recipients": ["my treating providers and payers"],
        "signer": "patient",
        "signed_at": instant(now),
        "valid_until": None,
        "document": "paper file, 12",
    }
    consent_id = (await clinic.http.post(NURSE, "screening", consents, signed)).body["consent_id"]
    await clinic.record(case_id, "diagnoses", found, by=PRESCRIBER)
    told = await events.wait_for("DiagnosesRecorded", subject=patient.subject, count=3)
    assert await _codes_on_a_superbill(course, after=position(told)) == DEPRESSION_AND_DRINKING

    disclosures = f"/v1/patients/{patient.id}/disclosures"
    made = await clinic.http.post(PRESCRIBER, "screening", disclosures, {**A_COPY, "consent_id": consent_id})
    copy = f"/v1/disclosures/{made.body['disclosure_id']}/record"
    sent = json.loads(await clinic.http.file(PRESCRIBER, "screening", copy))
    assert "alcohol_use_disorder" in json.dumps(sent)
    assert "42 CFR part 2" in json.dumps(sent), "who receives it reads what may not be passed on"

    await clinic.http.post(patient.caller, "screening", f"/v1/consents/{consent_id}/revoke", {"note": "not any more"})
    again = await clinic.http.ask(PRESCRIBER, "GET", "screening", copy)
    assert (again.status, again.code) == (409, "consent_ended")
    another = await clinic.http.ask(PRESCRIBER, "POST", "screening", disclosures, {**A_COPY, "consent_id": consent_id})
    assert (another.status, another.code) == (409, "consent_ended")
    await clinic.record(case_id, "diagnoses", found, by=PRESCRIBER)
    taken_back = await events.wait_for("DiagnosesRecorded", subject=patient.subject, count=4)
    assert await _codes_on_a_superbill(course, after=position(taken_back)) == ["F33.2"]


async def test_in_an_emergency_a_coordinator_reads_one_case_for_an_hour_and_the_officer_asks_why(
    walk: Walk, person: Person
) -> None:
    cleared = await walk.to_clearance(person)
    patient, http = cleared.patient, walk.clinic.http
    case = f"/v1/cases/{cleared.case_id}"
    assert (await http.get(ANOTHER_COORDINATOR, "screening", case)).body["clinical"] is None

    why = {"kind": "medical", "reason": "She fainted in the street; the ambulance asks what she takes."}
    opened = await http.post(ANOTHER_COORDINATOR, "screening", f"/v1/patients/{patient.id}/emergency-accesses", why)
    access = str(opened.body["id"])
    read = await http.get(ANOTHER_COORDINATOR, "screening", case, emergency=access)
    assert [each["ingredient"] for each in read.body["clinical"]["medications"]] == ["sertraline"]
    assert (await http.get(ANOTHER_COORDINATOR, "screening", case)).body["clinical"] is None

    await walk.travel_to(walk.clock.now() + timedelta(hours=1, minutes=1))
    late = await http.ask(ANOTHER_COORDINATOR, "GET", "screening", case, emergency=access)
    assert (late.status, late.code) == (403, "emergency_access_over")

    accesses = f"/v1/emergency-accesses/{access}"
    reads = (await http.get(OFFICER, "screening", f"{accesses}/reads")).body["items"]
    assert [each["action"] for each in reads] == ["read_case"]
    waiting = await http.get(OFFICER, "screening", "/v1/emergency-accesses")
    assert access in {each["id"] for each in waiting.body["items"]}


async def _codes_on_a_superbill(course: Course, *, after: str) -> list[str]:
    """The diagnoses a bill of the evaluation names, once billing has heard of `after`; the bill is void again then."""
    cashier, patient = course.cashier, course.cleared.patient
    charges = await cashier.charges(patient, after=(after,))
    issued = await cashier.issue_superbill(patient, [each["id"] for each in charges])
    bill = await cashier.superbill(patient, issued)
    void = f"/v1/superbills/{issued}/void"
    await cashier.http.post(BILLER, "billing", void, {"reason": "issued_in_error"}, version=bill.version)
    return [str(each["code"]) for each in bill.body["diagnoses"]]
