"""Consents to disclose what is about substance use, over HTTP: recorded, read, revoked, expired, and asked for."""

import json
from datetime import timedelta
from typing import Any

from careflow_service.identity import Role
from careflow_service.ids import new_id
from services.screening.tests.clinic import cleared, evaluation, has_case, ok, refusal
from services.screening.tests.consenting import SINGLE, billing_reads, consents, disclosing, form
from services.screening.tests.visiting import logs_in
from services.screening.tests.world import World


async def listed(world: World, case: Any) -> Any:
    path = f"/v1/patients/{case['patient_id']}/consents"
    return ok(await world.patient(case["patient_id"]).get(path))["items"]


async def test_a_copy_leaves_on_a_consent_with_its_scope_until_the_patient_takes_it_back(world: World) -> None:
    case, _ = await cleared(world)
    drinks = {"condition": "alcohol_use_disorder", "status": "active"}
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/facts", drinks), 201)
    path = f"/v1/patients/{case['patient_id']}/disclosures"
    without = {**disclosing("none"), "consent_id": None, "reference": "signed on Friday"}
    assert refusal(await world.prescriber.post(path, without)) == (422, "consent_missing")

    consent_id = await consents(world, case)
    assert refusal(await world.prescriber.post(path, disclosing(consent_id, recipient="Dr Nemo"))) == (
        409,
        "consent_to_others",
    )
    made = ok(await world.prescriber.post(path, disclosing(consent_id)), 201)["disclosure_id"]
    copy = json.loads((await world.prescriber.get(f"/v1/disclosures/{made}/record")).text)
    assert copy["consent"]["recipients"] == ["Dr Vu"]
    assert copy["consent"]["valid_until"] is not None
    assert [each["kind"] for each in copy["documents"]] == ["case", "clearance", "consent"]

    ok(await world.patient(case["patient_id"]).post(f"/v1/consents/{consent_id}/revoke", {"note": "not him"}))
    assert refusal(await world.prescriber.get(f"/v1/disclosures/{made}/record")) == (409, "consent_ended")
    assert refusal(await world.prescriber.post(path, disclosing(consent_id))) == (409, "consent_ended")
    (shown,) = await listed(world, case)
    assert (shown["state"], shown["valid"]) == ("revoked", False)


async def test_a_consent_ends_on_its_date_by_itself(world: World) -> None:
    case = await has_case(world)
    await consents(world, case)
    (before,) = await listed(world, case)
    await world.travel(timedelta(days=31))
    (after,) = await listed(world, case)
    assert [(each["state"], each["valid"]) for each in (before, after)] == [("signed", True), ("expired", False)]
    assert after["ended_at"] == before["valid_until"]


async def test_diagnoses_of_substance_use_go_to_billing_on_the_single_consent_alone(world: World) -> None:
    case = await has_case(world)
    visit = ok(await world.prescriber.post(f"/v1/cases/{case['id']}/evaluations", evaluation(world)), 201)
    found = {"evaluation_id": visit["evaluation_id"], "codes": ["F33.2", "F10.20"]}
    path = f"/v1/cases/{case['id']}/diagnoses"

    async def leaves() -> tuple[tuple[str, ...], int]:
        ok(await world.prescriber.post(path, found), 201)
        read = await billing_reads(world, case)
        return read.codes, read.withheld

    assert await leaves() == (("F33.2",), 1)
    consent_id = await consents(world, case, **SINGLE)
    assert await leaves() == (("F33.2", "F10.20"), 0)
    ok(await world.nurse.post(f"/v1/consents/{consent_id}/revoke", {}))
    assert await leaves() == (("F33.2",), 1)


async def test_whose_consent_it_is(world: World) -> None:
    case, other = await has_case(world), await has_case(world)
    consent_id = await consents(world, case)
    theirs = f"/v1/patients/{other['patient_id']}/disclosures"
    assert refusal(await world.prescriber.post(theirs, disclosing(consent_id))) == (404, "consent_not_found")
    stranger = world.patient(other["patient_id"])
    assert refusal(await stranger.post(f"/v1/consents/{consent_id}/revoke", {})) == (404, "consent_not_found")
    for role in (Role.COORDINATOR, Role.BILLER):
        path = f"/v1/patients/{case['patient_id']}/consents"
        assert refusal(await world.calling(role).get(path)) == (403, "forbidden")
    nobody = await world.nurse.post(f"/v1/patients/{new_id()}/consents", await form(world))
    assert refusal(nobody) == (404, "patient_not_found")
    lacking = await world.nurse.post(
        f"/v1/patients/{case['patient_id']}/consents", await form(world, purpose="described")
    )
    assert refusal(lacking) == (422, "consent_incomplete")
    assert lacking.json()["missing"] == ["purpose_in_words"]


async def test_clinicians_see_them_on_a_page_and_nobody_else_learns_whether_there_is_one(world: World) -> None:
    case = await has_case(world)
    there = f"/pages/consents/{case['patient_id']}"
    _, page = await logs_in(world, Role.NURSE, to=there)
    assert "No such consent is on record." in page.text
    consent_id = await consents(world, case)
    nurse, page = await logs_in(world, Role.NURSE, to=there)
    assert page.h1 == "Consents to disclose what is about substance use"
    assert "To Dr Vu" in page.text
    assert (await nurse.follows(page, "Record or revoke one on the page of the screening")).status == 200
    read = [each for each in await world.audited() if each["action"] == "read_consents"]
    assert read[-1]["touched"] == [f"patients/{case['patient_id']}", f"consents/{consent_id}"]
    ok(await world.nurse.post(f"/v1/consents/{consent_id}/revoke", {}))
    assert "Revoked" in (await nurse.opens(there)).text

    for each in (case["patient_id"], new_id()):
        _, refused = await logs_in(world, Role.COORDINATOR, to=f"/pages/consents/{each}")
        assert refused.status == 403
