"""Clinical content is readable nowhere but in encrypted bodies and sealed sections."""

from datetime import timedelta

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.contracts.sealed import Sealed
from careflow_service.ids import new_id
from careflow_service.testing.disclosing import asked_of_all, discloses
from careflow_service.testing.naming import named
from careflow_service.testing.stored import wrongly_stored
from careflow_service.testing.world import FORGED
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import (
    SCORE,
    Course,
    all_checks,
    books,
    consent_body,
    does,
    dose,
    draws,
    has_course,
    has_vial,
    observes,
    ok,
    plan_body,
    ready_for_dose,
    refusal,
    wastes,
)
from services.sessions.tests.dispensed import receives_package
from services.sessions.tests.distance import hour_at_a_distance, verifies
from services.sessions.tests.medicated import (
    answers,
    does_with,
    gave,
    medicine,
    outside,
    signs_standing_order,
    takes_order,
)
from services.sessions.tests.news import clearance_granted, evaluation, registered, visit_missed
from services.sessions.tests.planned import asks, link_of, results, settles, task_of
from services.sessions.tests.setbacks import calls
from services.sessions.tests.sprays import sends_form, treated
from services.sessions.tests.world import World
from services.sessions.tests.written import adds_to_note, drafts_note, keeps_more, keeps_note, signs_note

CANARY = "zzcanaryzz"
NAME = "Rivera"
"""The family name every patient of the tests is registered with."""


async def test_nothing_clinical_is_readable_in_the_store_in_events_in_metrics_or_in_logs(world: World) -> None:
    course = await has_course(world)
    handed_out = {"recipient": CANARY, "reason": CANARY, "reference": CANARY, "record_request_id": new_id()}
    await discloses(world.prescriber, course.patient_id, **handed_out)
    ordinary = codes.RecordPart.ORDINARY
    await world.hear(asked_of_all(contracts.RecordRequested, course.patient_id, new_id(), ordinary))
    await heard_with_canaries(world, course)
    ok(await sends_form(world, await treated(world), reference=CANARY))
    await done_with_canaries(world, course)
    await gone_with_canaries(world)
    await called_with_canaries(world)
    await world.hear(named("Jordan Lee"))
    await world.hear(evaluation(course.patient_id, new_id(), world.clock() + timedelta(days=1)))
    await world.catch_up()
    assert await wrongly_stored(world, "sessions") == []

    assert "POST /v1/sessions/{session_id}/discharge" in world.logs.getvalue()
    assert await world.readable(CANARY) == set()
    assert await world.readable(NAME) == set()
    said = [str((event.data, event.subject, event.stream)) for event in await world.said()]
    assert said
    assert not any(CANARY in event or "ketamine" in event or "treatment_resistant" in event for event in said)


async def heard_with_canaries(world: World, course: Course) -> None:
    """Text in every section that is heard, also in one that does not open."""
    suspended = contracts.ClearanceSuspended(
        patient_id=course.patient_id,
        clearance_id=course.clearance_id,
        valid_until=world.clock() + timedelta(days=90),
        reason=codes.SuspensionReason.CLINICAL,
        for_sessions=Sealed.plain(contracts.SuspensionForSessions(reason=CANARY)),
    )
    await world.hear(suspended)
    terms = {"conditions": (CANARY,), "allergies": (CANARY,), "interaction_flags": (CANARY,)}
    await world.hear(clearance_granted(course.patient_id, new_id(), world.clock() + timedelta(days=90), **terms))
    stranger = new_id()
    unreadable = clearance_granted(stranger, new_id(), world.clock() + timedelta(days=90), **terms)
    await world.deliver(world.next_event(unreadable, keys=FORGED))
    await world.deliver(world.next_event(registered(stranger, world.clock()), keys=FORGED))


async def called_with_canaries(world: World) -> None:
    """Somebody is on the line from elsewhere."""
    session_id = await hour_at_a_distance(world, await has_course(world))
    ok(await verifies(world, session_id, address=CANARY, emergency_service=CANARY, state="OR"))
    ok(await does(world, session_id, "how-held", {"modality": "phone", "reason": CANARY}, by=world.therapist))
    ok(await does(world, session_id, "coordination-call", {"minutes": 5, "note": CANARY}, by=world.therapist))


async def gone_with_canaries(world: World) -> None:
    """Somebody does not come, and is discharged from care."""
    course, at = await has_course(world), world.clock()
    appointment_id = await books(world, course.patient_id, at)
    await world.hear(visit_missed(course.patient_id, appointment_id, at))
    (outreach,) = ok(await world.nurse.get("/v1/outreaches"))["items"]
    call = {"step": "call", "reached": True, "note": CANARY}
    ok(await world.nurse.post(f"/v1/outreaches/{outreach['id']}/attempts", call), 201)
    plan = f"/v1/plans/{course.plan_id}"
    ok(await world.prescriber.post(f"{plan}/discontinue", {"reason": "patient_request"}, version=2))
    body = {"reason": "patient_request", "aftercare": CANARY}
    ok(await world.prescriber.post(f"/v1/patients/{course.patient_id}/care/discharges", body), 201)


async def done_with_canaries(world: World, course: Course) -> None:
    """Text in every field that takes text, through every kind of command."""
    prescriber, nurse = world.prescriber, world.nurse
    path = f"/v1/patients/{course.patient_id}"
    ok(await nurse.post(f"{path}/consents", consent_body("release")), 201)
    texts = {name: [CANARY] for name in ("goals", "instruments", "stop_rules", "exit_criteria", "indications")}
    ok(await prescriber.post(f"{path}/plans", plan_body(route_reason=CANARY, **texts)), 201)

    session_id = await ready_for_dose(world, course)
    checks = all_checks(world.clock())
    escort = {**checks["escort"], "name": CANARY, "phone": CANARY}
    ok(await nurse.post(f"/v1/sessions/{session_id}/checks", {"escort": escort, "bladder_symptoms": True}))
    ok(await prescriber.post(f"/v1/sessions/{session_id}/attest", {"reason": CANARY}))
    signed = {"overrides": [{"item": "bladder_symptoms", "reason": CANARY}]}
    ok(await does(world, session_id, "clear", signed, by=prescriber))
    ok(await does(world, session_id, "start"))
    vial = await has_vial(world)
    draw_id = await draws(world, vial, session_id)
    ok(await does(world, session_id, "doses", dose(vial, draw_id)), 201)
    await medicated_with_canaries(world, session_id)
    ok(await nurse.post(f"/v1/sessions/{session_id}/doses/end"))
    await world.travel(timedelta(minutes=15))
    ok(await observes(world, session_id), 201)
    early = {
        "escort_signed": False,
        "exceptions": [{"criterion": each, "reason": CANARY} for each in ("monitored_long_enough", "escort_signed")],
        "transport": CANARY,
    }
    ok(await does(world, session_id, "discharge", {**SCORE, **early}, by=prescriber))
    ok(await does(world, session_id, "complete", {}))

    lab = await asks(world, course, by=prescriber, kind="labs", text=CANARY)
    ok(await results(world, lab, abnormal=True, summary=CANARY), 201)
    version = (await task_of(world, course, lab))["version"]
    ok(await prescriber.post(f"/v1/plan-tasks/{lab}/review", {"conclusion": CANARY}, version=version))
    ok(await settles(world, await asks(world, course, text=CANARY), "called_off", by=nurse, note=CANARY))
    await link_of(world, course.patient_id)

    await drafts_note(world, session_id, CANARY)
    note_id = await drafts_note(world, session_id, CANARY)
    ok(await signs_note(world, note_id))
    ok(await adds_to_note(world, note_id, CANARY), 201)
    ok(await keeps_more(world, await keeps_note(world, session_id, CANARY), CANARY), 201)

    event = {
        "patient_id": course.patient_id,
        "session_id": session_id,
        "description": CANARY,
        "grade": 2,
        "serious": False,
        "expected": True,
        "related": True,
        "started_at": world.clock().isoformat(),
    }
    reported = ok(await nurse.post("/v1/adverse-events", event), 201)
    for contact in ok(await nurse.get(f"{path}/follow-up-contacts"))["items"]:
        ok(await calls(world, contact["id"], note=CANARY), 201)
    review = {"decision": "resume", "note": CANARY}
    ok(await prescriber.post(f"/v1/adverse-events/{reported['id']}/reviews", review, version=reported["version"]))

    nothing_there = {"moment": "opening", "counted": {}}
    ok(await nurse.post(f"/v1/drug-log/locations/{new_id()}/inventories", nothing_there), 201)
    label = {"patient_id": course.patient_id, "pharmacy": CANARY, "dea_number": "FE1234563", "prescription": CANARY}
    await receives_package(world, course.patient_id, package=label)

    log = f"/v1/drug-log/containers/{vial}"
    ok(await nurse.post(f"{log}/entries", {"kind": "lost", "mg": "1", "note": CANARY}), 201)
    entry = await wastes(world, vial, draw_id, "10")
    ok(await nurse.post(f"{log}/entries/{entry}/reverse", {"note": CANARY}), 201)
    day = f"/v1/drug-log/locations/{MILL_VALLEY}/days/2026-11-23"
    ok(await nurse.post(f"{day}/close", {"counts": {}, "acknowledgement": CANARY}), 201)
    for case in ok(await nurse.get(f"/v1/drug-log/locations/{MILL_VALLEY}/cases"))["items"]:
        judge = f"/v1/drug-log/cases/{case['id']}"
        ok(await prescriber.post(f"{judge}/judgements", {"how": "theft", "note": CANARY}), 201)
        ok(await prescriber.post(f"{judge}/reports", {"kind": "dea_notice", "reference": CANARY}), 201)


async def medicated_with_canaries(world: World, session_id: str) -> None:
    """Orders, what was given, what was not, and what was put right."""
    named = dict.fromkeys(("medicine", "strength", "indication"), CANARY)
    standing = await signs_standing_order(world, **named)
    taken = await takes_order(world, session_id, medicine(**named), reason=CANARY, despite_allergy=CANARY)
    given = await gave(world, session_id, taken, "8")
    ok(await answers(world, session_id, taken, signed=False, reason=CANARY))
    late = outside(world, reason=CANARY)
    late["medicine"] |= named
    late_id = ok(await does_with(world, session_id, "outside-order", late), 201)["added_id"]
    reviewing = f"/v1/sessions/{session_id}/medicines/outside-order/{late_id}/reviews"
    ok(await world.prescriber.post(reviewing, {"decision": "resume", "note": CANARY}), 201)
    seen = {"administration_id": given, "relief": "partly", "note": CANARY}
    ok(await does_with(world, session_id, "effects", seen), 201)
    wrong = {"administration_id": given, "amount": "4", "reason": CANARY}
    ok(await does_with(world, session_id, "corrections", wrong), 201)
    held = {"order_id": standing, "why": "refused", "reason": CANARY}
    ok(await does_with(world, session_id, "not-given", held), 201)
    ok(await world.prescriber.post(f"/v1/standing-orders/{standing}/revoke", {"reason": CANARY}))


async def test_a_refusal_repeats_nothing_of_what_was_sent(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    surprise = {CANARY: CANARY, "suicide_risk": CANARY, "identifiers": [CANARY], f"{CANARY} of 1988": 1}
    for path, body in (
        (f"/v1/sessions/{session_id}/checks", surprise),
        (f"/v1/sessions/{CANARY}/checks", {"allergic": False}),
        (f"/v1/drug-log/locations/{MILL_VALLEY}/days/2026-11-23/close", {"counts": {f"Ana {CANARY}": CANARY}}),
    ):
        wrong = await world.nurse.post(path, body)
        assert refusal(wrong) == (422, "invalid_request")
        assert CANARY not in wrong.text.replace(f'"field":"{CANARY}"', "")
    assert await world.readable(CANARY) == set()
