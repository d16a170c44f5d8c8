"""The chapters of the demo's story, each a stretch of one patient's care with what is claimed of it.

Invariant: a chapter begins where the one before ended, and claims only what it has read back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from careflow_clinic.bedside import DOSE, DRAWN_ML, LEFT_OVER_MG, VIAL, induction, today
from careflow_clinic.claims import Claims
from careflow_clinic.clinic import COORDINATOR, NURSE, PRESCRIBER, Person, at, instant, position
from careflow_clinic.course import Course, Pair
from careflow_clinic.subscriber import SeenEvent
from careflow_clinic.walk import Cleared, Walk

WARNING_DAYS = (14, 7, 2)
DOSES = 3
"""Two that are given, and one that is booked for a time after the clearance has run out."""
SCORES = (12, 6)
"""PHQ-9 before each of the doses given; it was 17 at the intake."""
RESPONSE = 0.5
"""A response is a score fallen by half or more, the usual definition in trials of depression."""


async def screening(walk: Walk, claims: Claims, person: Person) -> Cleared:
    """From the free call to a signed clearance."""
    patient, completed = await walk.info_call(person)
    path = await walk.clinic.care_path(patient)
    claims.that("the call moved the patient to screening", holds=path["stage"] == "screening")

    case_id = await walk.intake(patient, completed)
    case = await walk.clinic.case(patient)
    scores = {each["questionnaire"]: each["score"] for each in case.body["clinical"]["responses"]}
    claims.that("PHQ-9 is scored 17, moderately severe", holds=_score(scores, "phq-9") == (17, "moderately_severe"))
    claims.that("GAD-7 is scored 12, moderate", holds=_score(scores, "gad-7") == (12, "moderate"))
    claims.that("the screener reports no risk", holds=(scores["c-ssrs-screener"] or {}).get("level") is None)

    decision = {"indications": ["treatment_resistant_depression"]}
    path_of_grant = f"/v1/cases/{case_id}/decisions/grant"
    early = await walk.clinic.http.ask(PRESCRIBER, "POST", "screening", path_of_grant, decision, version=case.version)
    claims.that("a clearance before the evaluation is refused, naming what is missing", holds=_names_parts(early.body))

    evaluation_id = await walk.evaluation(patient, case_id)
    granted = await walk.grant(patient, case_id)
    path = await walk.clinic.care_path(patient, after=granted)
    claims.that("booking knows the clearance", holds=_clearance(path, "status") == "valid")
    claims.that("the care path stands at cleared", holds=path["stage"] == "cleared")
    return Cleared(patient, case_id, evaluation_id, str(granted.data["clearance_id"]), granted)


async def planning(course: Course, claims: Claims) -> tuple[Mapping[str, Any], list[Pair]]:
    """A signed plan, a preparation, and the dosing visits, each with its integration; the last is far ahead. Returns
    the preparation and the pairs.
    """
    patient, http, clock = course.cleared.patient, course.clinic.http, course.walk.clock
    course.walk.chapter("The treatment plan")
    await course.cashier.complete_registration(patient)
    bare = induction(doses=1, ends=today(clock.now()) + timedelta(weeks=4))
    bare["visits"] = [each for each in bare["visits"] if each["kind"] == "dosing"]
    drafted = await http.post(PRESCRIBER, "sessions", f"/v1/patients/{patient.id}/plans", bare)
    path_of_sign, after = f"/v1/plans/{drafted.body['id']}/sign", (position(course.cleared.granted),)
    unsigned = await http.ask(PRESCRIBER, "POST", "sessions", path_of_sign, {}, version=drafted.version, after=after)
    therapy = {"preparation_visits", "integration_visits"} <= set(unsigned.body.get("missing", ()))
    claims.that("a plan of doses without therapy cannot be signed", holds=therapy)

    activated = await course.plan(doses=DOSES)
    path = await course.clinic.care_path(patient, after=activated)
    claims.that("the signed plan moved the patient to preparing", holds=path["stage"] == "preparing")

    course.walk.chapter("Booking")
    dose = {
        "patient_id": patient.id,
        "kind": "dosing",
        "modality": "in_person",
        "starts_at": instant(clock.now() + timedelta(days=7)),
    }
    refused = await http.ask(COORDINATOR, "POST", "booking", "/v1/appointments", dose)
    closed = {gate["code"] for gate in refused.body.get("gates", ())}
    claims.that(
        "a dose without preparation and integration cannot be booked",
        holds={"preparation_needed", "integration_needed"} <= closed,
    )
    preparation = await course.book_preparation()
    soon = await course.book_pairs(len(SCORES))
    late = at(str(course.cleared.granted.data["valid_until"])) + timedelta(days=5)
    return preparation, [*soon, *await course.book_pairs(DOSES - len(SCORES), not_before=late)]


async def estimate(course: Course, claims: Claims) -> dict[str, bytes]:
    """What the plan is going to cost, on paper and in time. Returns the paper by its file name."""
    course.walk.chapter("The good-faith estimate")
    patient = course.cleared.patient
    (due,) = await course.estimates()
    await course.cashier.hand_over_estimate(due["id"])
    (issued,) = await course.estimates()
    version = issued["issues"][-1]
    total = sum(line["amount"]["minor"] for line in version["lines"])
    claims.that(
        f"the estimate for the whole plan comes to {_money(total)}, in the patient's hands in time",
        holds=version["total"]["minor"] == total > 0 and at(version["delivered_at"]) <= at(due["due_by"]),
    )
    return {"estimate.pdf": await course.cashier.estimate_paper(patient, due["id"])}


async def treatment(
    course: Course, claims: Claims, preparation: Mapping[str, Any], pairs: Sequence[Pair]
) -> list[SeenEvent]:
    """One preparation and the dosing visits, each with its integration. Returns the completed sessions."""
    sessions = [await course.therapy_hour(preparation)]
    for number, (pair, score) in enumerate(zip(pairs, SCORES, strict=True), start=1):
        await course.answer_before(pair.dosing, score=score)
        course.walk.chapter(f"Dose {number}")
        session_id = await course.arrived(pair.dosing)
        await _gate_stays_shut(course, claims, session_id)
        await course.examined(session_id)
        claims.that("examined and ordered, every item is in order", holds=not await course.bedside.failed(session_id))
        sessions.append(await course.infusion(session_id, pair.dosing))
        await _drug_adds_up(course, claims, doses=number)
        sessions.append(await course.therapy_hour(pair.integration))
    done = course.clinic.events.of("IntegrationDone", subject=course.subject)
    claims.that("each dose got its integration", holds=len(done) == len(pairs))
    spared = not course.clinic.events.of("AppointmentPutOnHold", subject=course.subject)
    claims.that("no visit was ever on hold on the way", holds=spared)
    case = (await course.clinic.case(course.cleared.patient)).body
    totals = [
        each["score"]["total"]
        for each in case["clinical"]["responses"]
        if each["questionnaire"] == "phq-9" and each["score"]
    ]
    claims.that(f"PHQ-9 went {', '.join(map(str, totals))}: a response", holds=totals[-1] <= totals[0] * (1 - RESPONSE))
    return sessions


async def _gate_stays_shut(course: Course, claims: Claims, session_id: str) -> None:
    named = {"identifiers": ["name", "birth_date"]}
    await course.clinic.http.post(NURSE, "sessions", f"/v1/sessions/{session_id}/checks", named)
    refused = await course.bedside.tries(session_id, "clear", {"overrides": []}, by=PRESCRIBER)
    failed = [each["item"] for each in refused.body.get("failed", ())]
    claims.that(
        f"before more is checked the dose gate stays shut and names all {len(failed)} reasons at once",
        holds=refused.code == "dose_gate_closed" and {"order_signed", "fasting", "escort"} <= set(failed),
    )


async def _drug_adds_up(course: Course, claims: Claims, *, doses: int) -> None:
    vial = (await course.clinic.http.get(NURSE, "sessions", f"/v1/drug-log/containers/{course.vial_id}")).body
    drawn = float(DRAWN_ML) * float(VIAL["mg_per_ml"]) * doses
    wasted = [each for each in vial["entries"] if each["kind"] == "wasted"]
    given = sum(float(each["mg"]) for each in vial["entries"] if each["kind"] == "administered")
    left = float(VIAL["ml"]) * float(VIAL["mg_per_ml"]) - drawn
    claims.that(
        f"the vial adds up: {given:g} mg given, {drawn - given:g} mg wasted before a witness, {left:g} mg left",
        holds=float(vial["on_hand_mg"]) == left
        and given == float(DOSE["mg"]) * doses
        and [float(each["mg"]) for each in wasted] == [float(LEFT_OVER_MG)] * doses
        and all(each["witnessed_by"] not in (None, each["by"]) for each in wasted),
    )


async def money(course: Course, claims: Claims, sessions: Sequence[SeenEvent]) -> dict[str, bytes]:
    """Charges, a payment and the superbill. Returns the paper by its file name."""
    course.walk.chapter("The bill")
    patient = course.cleared.patient
    await course.charged_for(sessions)
    charges = await course.cashier.charges(patient)
    owed = sum(each["amount"]["minor"] for each in charges)
    claims.that(
        f"the evaluation and {len(sessions)} sessions are charged once each, {_money(owed)} in all",
        holds=len(charges) == 1 + len(sessions) and all(each["state"] == "posted" for each in charges),
    )
    await course.cashier.receive(patient, owed)
    account = (await course.cashier.account(patient)).body
    claims.that("paid, nothing is owed", holds=account["owed"]["minor"] == account["credit"]["minor"] == 0)
    superbill_id = await course.cashier.issue_superbill(patient, [each["id"] for each in charges])
    superbill = (await course.cashier.superbill(patient, superbill_id)).body
    claims.that(
        f"superbill {superbill['number']} says what was charged and paid",
        holds=superbill["charged"]["minor"] == superbill["paid"]["minor"] == owed,
    )
    balance = await course.cashier.trial_balance()
    claims.that("the books balance", holds=balance["balances"] and balance["debit"] == balance["credit"])
    return {f"superbill-{superbill['number']}.pdf": await course.cashier.superbill_paper(patient, superbill_id)}


async def expiry(course: Course, claims: Claims, pair: Pair) -> None:
    """No fresh evidence: warnings, then the clearance runs out by itself, once, and the booked dose waits."""
    course.walk.chapter("The clearance runs out")
    events, subject = course.clinic.events, course.subject
    await course.walk.travel_to(at(str(course.cleared.granted.data["valid_until"])) + timedelta(hours=1))
    await events.wait_for("ClearanceExpired", subject=subject)
    warned = tuple(event.data["days_left"] for event in events.of("ClearanceExpiring", subject=subject))
    claims.that("warned 14, 7 and 2 days before, in that order", holds=warned == WARNING_DAYS)
    claims.that("expired exactly once", holds=len(events.of("ClearanceExpired", subject=subject)) == 1)
    held = await events.wait_for("AppointmentPutOnHold", subject=subject)
    claims.that(
        "the dose booked for later is on hold by itself", holds=held.data["appointment_id"] == pair.dosing["id"]
    )
    integration = (await course.clinic.appointment(pair.integration["id"])).body
    claims.that("its therapy hour is not", holds=integration["status"] == "booked" and not integration["holds"])
    path = await course.clinic.care_path(course.cleared.patient, after=held)
    closed = {gate["code"] for each in path["bookable"] if each["kind"] == "dosing" for gate in each["closed_gates"]}
    claims.that("dosing is closed, and says why", holds="clearance_expired" in closed)


def _score(scores: Mapping[str, Any], code: str) -> tuple[int | None, str | None]:
    score = scores.get(code) or {}
    return score.get("total"), score.get("band")


def _names_parts(problem: Mapping[str, Any]) -> bool:
    return problem.get("code") == "decision_not_ready" and "part_psychiatric" in problem.get("missing", ())


def _clearance(path: Mapping[str, Any], name: str) -> object:
    return (path["clearance"] or {}).get(name)


def _money(minor: int) -> str:
    return f"${minor / 100:,.2f}"
