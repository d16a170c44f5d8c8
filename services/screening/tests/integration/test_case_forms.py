"""The forms on a case's page: what is decided and recorded by them, and every way one is refused with nothing lost."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from careflow_service.identity import Role
from careflow_service.testing.visiting import Page, Visitor
from screening.entrypoints.pages import cases
from services.screening.tests.builders import ZONE
from services.screening.tests.clinic import (
    cleared,
    evidence,
    has_case,
    has_rota,
    ok,
    reads,
    reads_clearance,
    ready_to_decide,
    submits,
)
from services.screening.tests.visiting import CASES, logs_in, nameless, with_another_key
from services.screening.tests.world import World

GRANT = "Grant a clearance"
CANARY = "zzcanaryzz"


def clock(moment: datetime) -> str:
    """As it is typed."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")


def of(case: Any) -> str:
    return f"{CASES}/{case['id']}"


def filled(**typed: str) -> dict[str, str]:
    """`__` stands for a point in a field's name, `_dash_` for a dash."""
    return {name.replace("__", ".").replace("_dash_", "-"): text for name, text in typed.items()}


async def fills(someone: Visitor, page: Page, form: str, **typed: str) -> Page:
    """Goes to a form from the case's page and sends it."""
    shown = await someone.follows(page, form)
    assert (shown.status, shown.h1) == (200, form)
    return await someone.presses(shown, form, **filled(**typed))


async def test_a_clearance_is_granted_once_with_what_was_signed_for(world: World) -> None:
    case = await ready_to_decide(world)
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/medications", {"name": "Lamotrigine"}), 201)
    prescriber, page = await logs_in(world, Role.PRESCRIBER, of(case))
    form = await prescriber.follows(page, GRANT)
    typed = filled(
        indications__severe_depression="1",
        conditions="escort for each visit\n\n weekly mood check ",
        excluded_routes__intranasal="1",
        accepted__IX_dash_LAMOTRIGINE="dose is stable, reviewed",
    )
    granted = await prescriber.presses(form, GRANT, **typed)
    assert "The clearance is granted." in granted.text
    assert "Treatment is cleared." in granted.text
    again = await prescriber.presses(form, GRANT, **typed)
    assert "The clearance is granted." in again.text, "the same form sent twice is one request"
    seen = await reads(world, case)
    clearance = await reads_clearance(world, seen["clearance_id"])
    assert clearance["conditions"] == ["escort for each visit", "weekly mood check"]
    assert clearance["excluded_routes"] == ["intranasal"]
    assert clearance["accepted"] == {"IX-LAMOTRIGINE": "dose is stable, reviewed"}
    assert clearance["version"] == 1


async def test_what_is_missing_for_a_clearance_is_named_and_nothing_typed_is_lost(world: World) -> None:
    case = await has_case(world)
    prescriber, page = await logs_in(world, Role.PRESCRIBER, of(case))
    form = await prescriber.follows(page, GRANT)
    none_said = await prescriber.presses(form, GRANT, conditions=CANARY)
    assert (none_said.status, "What treatment is for: Please fill this in." in none_said.text) == (422, True)
    assert CANARY in none_said.text
    refused = await prescriber.presses(none_said, GRANT, **filled(indications__anxiety="1"))
    assert refused.status == 409
    for said in (
        "A clearance cannot be granted yet.",
        "The patient has not handed in the screening.",
        "Evaluation: Psychiatric",
        CANARY,
    ):
        assert said in refused.text
    assert refused.form(GRANT).fields["indications.anxiety"] == "1"


async def test_what_treatment_is_for_is_said_once_and_filled_in_where_it_is_decided(world: World) -> None:
    case = await has_case(world)
    nurse, page = await logs_in(world, Role.NURSE, of(case))
    form = await nurse.follows(page, "What treatment is for")
    page = await nurse.presses(
        form, "What treatment is for", **filled(indications__ptsd="1", indications__addiction="1")
    )
    assert "It is on record what treatment is for." in page.text
    assert "Treatment is for: PTSD" in page.text
    asked = [each["questionnaire"] for each in (await reads(world, case))["clinical"]["responses"]]
    assert "pcl-5" in asked

    prescriber, page = await logs_in(world, Role.PRESCRIBER, of(case))
    granting = (await prescriber.follows(page, GRANT)).form(GRANT)

    named = {name for name, value in granting.fields.items() if name.startswith("indications.") and value}
    assert named == {"indications.ptsd", "indications.addiction"}


async def test_a_form_that_somebody_overtook_says_what_is_different_and_can_be_sent_again(world: World) -> None:
    case = await ready_to_decide(world)
    prescriber, page = await logs_in(world, Role.PRESCRIBER, of(case))
    form = await prescriber.follows(page, "Deny treatment here")
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/evidence", evidence("ecg", world.clock())), 201)
    drinks = {"condition": "alcohol_use_disorder", "status": "active"}
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/facts", drinks), 201)
    overtaken = await prescriber.presses(form, "Deny treatment here", reason=CANARY)
    assert overtaken.status == 412
    summary = overtaken.text[: overtaken.text.index(nameless(case["patient_id"]))]
    assert "Somebody has changed this since you opened the form" in summary
    assert "Evidence: ecg" in summary
    assert "Something in the part about substance use" in summary
    assert "alcohol" not in summary
    assert "Medication" not in summary
    assert overtaken.form("Deny treatment here").fields["reason"] == CANARY
    assert (await reads(world, case))["state"] == "submitted"
    denied = await prescriber.presses(overtaken, "Deny treatment here")
    assert "Treatment here is denied" in denied.text
    assert GRANT not in denied.links


async def test_a_decision_is_deferred_to_a_later_time(world: World) -> None:
    case = await ready_to_decide(world)
    prescriber, page = await logs_in(world, Role.PRESCRIBER, of(case))
    form = await prescriber.follows(page, "Decide later")
    past = await prescriber.presses(form, "Decide later", until=clock(world.clock()), reason=CANARY)
    assert (past.status, "later time than now" in past.text, CANARY in past.text) == (422, True, True)
    until = world.clock() + timedelta(days=7)
    deferred = await prescriber.presses(past, "Decide later", until=clock(until), reason="thyroid first")
    assert "thyroid first" in deferred.text
    waiting = await prescriber.follows(deferred, "Who waits for what")
    assert "The decision was deferred" in waiting.text


async def test_a_suspension_is_ended_by_one_of_two_who_try(world: World) -> None:
    case, clearance_id = await cleared(world)
    prescriber, page = await logs_in(world, Role.PRESCRIBER, of(case))
    suspended = await fills(prescriber, page, "Suspend the clearance", reason="dizzy since Monday")
    assert "Treatment is not cleared." in suspended.text
    assert "dizzy since Monday" in suspended.text
    form = await prescriber.follows(suspended, "End this suspension")
    assert "dizzy since Monday" in form.text
    lifted = await prescriber.presses(form, "End this suspension", reason="seen, walks well")
    assert "Treatment is cleared." in lifted.text
    late = await prescriber.presses(with_another_key(form), "End this suspension", reason=CANARY)
    assert (late.status, CANARY in late.text) == (404, True)
    assert "This suspension has ended already." in late.text
    assert (await reads_clearance(world, clearance_id))["valid"]
    revoked = await fills(prescriber, lifted, "Revoke the clearance", reason="moved away")
    assert "Revoked" in revoked.text


async def test_evidence_is_recorded_and_voided_where_it_stands(world: World) -> None:
    case = await has_case(world)
    nurse, page = await logs_in(world, Role.NURSE, of(case))
    assert GRANT not in page.links
    record = "Record evidence"
    form = await nurse.follows(page, record)
    assert "signed" not in form.form(record).fields
    typed = filled(
        kind="blood_pressure",
        taken_at=clock(world.clock()),
        result="in_range",
        measures__systolic_mmhg="12x",
        measures__diastolic_mmhg="80",
    )
    slip = await nurse.presses(form, record, **typed)
    assert (slip.status, "Systolic, mmHg: Please look at this again." in slip.text) == (422, True)
    half = await nurse.presses(slip, record, **filled(measures__systolic_mmhg=""))
    assert (half.status, "give exactly those" in half.text) == (422, True)
    page = await nurse.presses(half, record, **filled(measures__systolic_mmhg="126"))
    assert "Systolic, mmHg: 126" in page.text
    void = next(link for link in page.links if link == "Void")
    form = await nurse.follows(page, void)
    assert "blood pressure" in form.text
    page = await nurse.presses(form, "Void this evidence", reason="another patient's cuff")
    assert "Voided: another patient's cuff" in page.text
    late = await nurse.presses(with_another_key(form), "Void this evidence", reason=CANARY)
    assert (late.status, "voided already" in late.text, CANARY in late.text) == (409, True, True)


async def test_a_medication_is_voided_by_a_prescriber_alone(world: World) -> None:
    case = await has_case(world)
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/medications", {"name": "Lithium"}), 201)
    _, seen = await logs_in(world, Role.NURSE, of(case))
    assert "Void" not in seen.links
    prescriber, page = await logs_in(world, Role.PRESCRIBER, of(case))
    page = await prescriber.presses(
        await prescriber.follows(page, "Void"), "Void this medication", reason="it was the sister's"
    )
    assert "The medication is void." in page.text
    assert "lithium" not in page.text


async def test_an_alert_is_followed_to_its_end(world: World) -> None:
    await has_rota(world)
    case = await has_case(world)
    heard = {"patient_id": case["patient_id"], "level": "high", "note": "said so by telephone"}
    ok(await world.nurse.post("/v1/alerts", heard), 201)
    nurse, page = await logs_in(world, Role.NURSE, of(case))
    page = await nurse.presses(page, "Take it on")
    page = await fills(nurse, page, "Record a contact with the patient", note="spoke for ten minutes")
    assert "user-nurse spoke to the patient" in page.text
    close = "Close the alert"
    form = await nurse.follows(page, close)
    short = await nurse.presses(form, close, outcome="resolved", note=CANARY)
    assert (short.status, CANARY in short.text) == (422, True)
    assert "Closing this alert needs more: Where the patient is now Safety plan" in short.text
    (alert,) = ok(await world.nurse.get("/v1/alerts"))["items"]
    reached = {"location": "home", "callback_number": "+14155550123"}
    ok(await world.nurse.post(f"/v1/alerts/{alert['id']}/whereabouts", reached))
    whole = {"disposition": "safe_with_plan", "safety_plan": "sister stays the night"}
    unseen = await nurse.presses(short, close, **whole)
    assert (unseen.status, "The safety alert" in unseen.text) == (412, True)
    ok(await world.nurse.post("/v1/alerts", {**heard, "note": "again by telephone"}), 201)
    unheard = await nurse.presses(unseen, close)
    assert (unheard.status, "must take this alert on first" in unheard.text) == (409, True)
    await nurse.presses(await nurse.opens(of(case)), "Take it on")
    form = await nurse.follows(await nurse.opens(of(case)), close)
    closed = await nurse.presses(form, close, outcome="resolved", note=CANARY, **whole)
    assert "The alert is closed." in closed.text
    assert ok(await world.nurse.get("/v1/alerts"))["items"] == []


async def test_what_is_signed_for_about_substance_use_stands_apart(world: World) -> None:
    case, _ = await cleared(world)
    drinks = {"condition": "alcohol_use_disorder", "status": "active"}
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/facts", drinks), 201)
    prescriber, page = await logs_in(world, Role.PRESCRIBER, of(case))
    form = await prescriber.follows(page, GRANT)
    general, notice, apart = form.text.partition("42 CFR part 2 prohibits")
    assert notice
    assert "alcohol" not in general
    assert "Why treatment may go on with CI-12: Alcohol use disorder" in apart
    assert "Why this suspension ends: CI-12: Alcohol use disorder" in apart


async def test_only_whose_forms_they_are_can_send_them(world: World) -> None:
    case, clearance_id = await cleared(world)
    director, page = await logs_in(world, Role.MEDICAL_DIRECTOR, of(case))
    assert "Suspend the clearance" in page.links
    assert GRANT not in page.links
    stolen = f"{of(case)}/revoke"
    assert (await director.opens(stolen)).status == 403
    sent = await world.client.post(
        stolen, data={"about": clearance_id, "version": "1", "reason": "mine", "key": "k" * 20}
    )
    assert sent.status_code == httpx.codes.FORBIDDEN
    assert (await reads_clearance(world, clearance_id))["valid"]


async def test_whoever_handed_in_waits_in_the_list_until_a_clearance_is_given(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cases, "SHOWN", 1)
    first, second = await has_case(world), await has_case(world)
    prescriber, page = await logs_in(world, Role.PRESCRIBER)
    assert "No case waits for a decision." in page.text
    await submits(world, first)
    await world.travel(timedelta(hours=1))
    await submits(world, second)
    page = await prescriber.opens(CASES)
    assert nameless(first["patient_id"]) in page.text
    assert nameless(second["patient_id"]) not in page.text
    rest = await prescriber.follows(page, "More cases")
    assert nameless(second["patient_id"]) in rest.text
    rows = ok(await world.nurse.get("/v1/cases"))["items"]
    assert [each["id"] for each in rows] == [first["id"], second["id"]]
    await fills(prescriber, await prescriber.opens(of(first)), "Deny treatment here", reason="not here")
    assert [each["id"] for each in ok(await world.nurse.get("/v1/cases"))["items"]] == [second["id"]]


async def test_a_consent_to_disclose_is_recorded_and_revoked_apart(world: World) -> None:
    case = await has_case(world)
    nurse, page = await logs_in(world, Role.NURSE, of(case))
    record = "Record a consent to disclose"
    form = await nurse.follows(page, record)
    assert "I may revoke this consent in writing at any time" in form.text
    typed = filled(
        scope__record="1",
        purpose="described",
        recipients="Dr Vu\nCity Hospital",
        signer="patient",
        signed_at=clock(world.clock()),
        valid_until=clock(world.clock() + timedelta(days=30)),
        document="paper file, 12",
    )
    short = await nurse.presses(form, record, **typed)
    assert (short.status, "A written consent says more: The purpose in words" in short.text) == (422, True)
    page = await nurse.presses(short, record, purpose_in_words="her new therapist")
    general, _, apart = page.text.partition("Substance use (42 CFR Part 2)")
    assert "Dr Vu" not in general
    assert "Counts · As described: her new therapist To Dr Vu, City Hospital" in apart
    revoke = "Revoke this consent"
    page = await nurse.presses(await nurse.follows(page, revoke), revoke, note="changed her mind")
    assert "Revoked · As described" in page.text
    assert revoke not in page.links
