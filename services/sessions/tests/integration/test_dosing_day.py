"""The day of a dose over HTTP and events: what is refused and by which name, overrides, vital signs, adverse events
(journeys 6, 7, 8, 13 and 20, this service's part).
"""

from datetime import datetime, timedelta
from typing import Any

import pytest

from careflow_events import catalogue, contracts
from careflow_events.contracts import codes
from careflow_events.contracts.sealed import Sealed
from careflow_service.ids import new_id
from careflow_service.testing.world import SEALING
from services.sessions.tests.clinic import (
    SCORE,
    Course,
    does,
    dose,
    dosing_visit,
    draws,
    gate_of,
    goes_home,
    has_course,
    has_vial,
    observes,
    ok,
    ready_for_dose,
    receives_dose,
    refusal,
    signs,
    therapy_hour,
    wastes_before_witness,
)
from services.sessions.tests.news import alert_joined, alert_raised, outcome_review_due
from services.sessions.tests.setbacks import suffers
from services.sessions.tests.world import World

MINUTE = timedelta(minutes=1)


async def records(world: World, session_id: str, **checks: Any) -> None:
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/checks", checks))


async def said_of(world: World, course: Course, name: str) -> Any:
    """The newest event of this name, as it is published."""
    return [event for event in await world.said(course.patient_id) if f".{name}." in event.type][-1]


def excepting(*criteria: str) -> list[dict[str, str]]:
    return [{"criterion": each, "reason": "examined by me"} for each in criteria]


async def rests(world: World, session_id: str) -> None:
    """The infusion ends, if it still runs, and an hour passes under observation."""
    await world.nurse.post(f"/v1/sessions/{session_id}/doses/end")
    for _ in range(4):
        await world.travel(15 * MINUTE)
        ok(await observes(world, session_id), 201)


async def high_twice(world: World, session_id: str) -> None:
    await records(world, session_id, baseline=[signs(168, 104)])
    await world.travel(6 * MINUTE)
    await records(world, session_id, baseline=[signs(168, 104)])


async def test_168_over_104_twice_is_refused_and_becomes_a_therapy_hour(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await high_twice(world, session_id)
    assert await gate_of(world, session_id) == ["blood_pressure_in_range", "blood_pressure_accepted"]
    assert refusal(await does(world, session_id, "clear", {})) == (409, "dose_gate_closed")

    ok(await does(world, session_id, "refuse"))
    refused = await said_of(world, course, "SessionRefused")
    assert (refused.data["reason"], refused.data["patient_controllable"]) == ("clinical", False)
    for consumer in ("booking", "billing"):
        section: Any = catalogue.read(refused, SEALING.ring(consumer))
        items = section.for_booking_and_billing.opened().items
        assert items == ("blood_pressure_in_range", "blood_pressure_accepted")

    disagreed = await does(world, session_id, "convert", {"kind": "integration", "patient_agreed": False})
    assert refusal(disagreed) == (422, "agreement_missing")
    ok(await does(world, session_id, "convert", {"kind": "integration", "patient_agreed": True}))
    ok(await does(world, session_id, "start", by=world.therapist))
    ok(await does(world, session_id, "complete", {}, by=world.therapist))
    completed = await said_of(world, course, "SessionCompleted")
    assert (completed.data["kind"], completed.data["outcome"]) == ("integration", "converted")


async def test_everything_that_failed_is_listed_at_once(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    ate = {"solids_at": world.clock().isoformat(), "liquids_at": world.clock().isoformat()}
    await records(world, session_id, intake=ate, suicide_risk="high", equipment_ready=False)

    refused = await does(world, session_id, "clear", {})

    assert refused.json()["failed"] == [
        {"item": "fasting", "overridable": True},
        {"item": "suicide_risk_screened", "overridable": False},
        {"item": "emergency_equipment", "overridable": False},
    ]


async def test_a_prescriber_overrides_with_a_reason_where_that_is_allowed_and_nobody_else(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await records(world, session_id, baseline=[signs(150, 95)])
    await world.travel(6 * MINUTE)
    await records(world, session_id, baseline=[signs(150, 95)])
    decided = {"overrides": [{"item": "blood_pressure_accepted", "reason": "anxious, falling"}]}

    assert refusal(await does(world, session_id, "clear", decided)) == (403, "override_needs_prescriber")
    never = {"overrides": [{"item": "route_consent", "reason": "she will sign later"}]}
    assert refusal(await does(world, session_id, "clear", never, by=world.prescriber)) == (403, "override_forbidden")
    ok(await does(world, session_id, "clear", decided, by=world.prescriber))
    ok(await does(world, session_id, "start"))


async def test_what_changes_after_clearing_is_seen_at_the_start_and_at_the_dose(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    vial = await has_vial(world)
    draw_id = await draws(world, vial, session_id)
    ok(await does(world, session_id, "clear", {}))
    alert_id = new_id()
    await world.hear(alert_raised(course.patient_id, alert_id, world.clock()))
    assert refusal(await does(world, session_id, "start")) == (409, "dose_gate_closed")
    closed = contracts.SafetyAlertClosed(
        patient_id=course.patient_id, alert_id=alert_id, outcome=codes.AlertOutcome.RESOLVED
    )
    await world.hear(closed)
    ok(await does(world, session_id, "start"))

    suspended = contracts.ClearanceSuspended(
        patient_id=course.patient_id,
        clearance_id=course.clearance_id,
        valid_until=world.clock() + timedelta(days=90),
        reason=codes.SuspensionReason.CLINICAL,
        for_sessions=Sealed.plain(contracts.SuspensionForSessions(reason="new medication")),
    )
    await world.hear(suspended)
    refused = await does(world, session_id, "doses", dose(vial, draw_id))
    assert refused.json()["failed"] == [{"item": "clearance_valid", "overridable": False}]


async def test_of_two_open_alerts_one_closed_still_holds(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    first, second = new_id(), new_id()
    for alert_id in (first, second):
        await world.hear(alert_raised(course.patient_id, alert_id, world.clock(), "moderate"))
    await world.hear(
        contracts.SafetyAlertClosed(patient_id=course.patient_id, alert_id=first, outcome=codes.AlertOutcome.RESOLVED)
    )

    assert await gate_of(world, session_id) == ["no_open_alert"]


async def test_what_a_prescriber_signed_for_covers_nothing_that_was_said_after_it(world: World) -> None:
    """Of the same alert, no more urgent than before, that nobody has acknowledged yet."""
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    alert_id = new_id()
    await world.hear(alert_raised(course.patient_id, alert_id, world.clock(), "moderate"))
    await world.travel(MINUTE)
    decided = {"overrides": [{"item": "no_open_alert", "reason": "spoken with her at length"}]}
    ok(await does(world, session_id, "clear", decided, by=world.prescriber))
    await world.travel(MINUTE)
    await world.hear(alert_joined(course.patient_id, alert_id, world.clock(), "moderate"))

    assert refusal(await does(world, session_id, "start")) == (409, "dose_gate_closed")


async def test_a_low_alert_too_holds_until_it_is_closed(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await world.hear(alert_raised(course.patient_id, new_id(), world.clock(), "low"))

    assert await gate_of(world, session_id) == ["no_open_alert"]


@pytest.mark.parametrize(("finding", "holds"), [("no_response", True), ("relapse", False), ("response", False)])
async def test_doses_that_did_not_help_hold_the_next_until_a_prescriber_has_looked(
    world: World, finding: str, *, holds: bool
) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await world.hear(outcome_review_due(course.patient_id, world.clock(), finding))
    assert await gate_of(world, session_id) == (["response_reviewed"] if holds else [])

    await world.hear(contracts.OutcomeReviewed(patient_id=course.patient_id))
    assert await gate_of(world, session_id) == []


async def test_a_stream_screening_cannot_publish_closes_the_gate_of_its_patient_alone(world: World) -> None:
    mine, others = await has_course(world), await has_course(world)
    my_session, their_session = await dosing_visit(world, mine), await dosing_visit(world, others)
    world.clock.advance(timedelta(seconds=30))
    await world.has_heard_all(but_of=mine.patient_id)
    assert "eligibility_fresh" in await gate_of(world, my_session)
    assert "eligibility_fresh" not in await gate_of(world, their_session)
    world.clock.advance(timedelta(seconds=30))
    await world.has_heard_all()
    assert "eligibility_fresh" not in await gate_of(world, my_session)


async def test_without_the_feed_a_prescriber_attests_and_an_expiry_nobody_said_still_counts(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await world.travel(11 * MINUTE)
    assert await gate_of(world, session_id) == ["eligibility_fresh"]

    attested = await world.prescriber.post(f"/v1/sessions/{session_id}/attest", {"reason": "read the case"})
    ok(attested)
    assert await gate_of(world, session_id) == []

    await world.travel(timedelta(days=90))
    assert "clearance_valid" in await gate_of(world, session_id)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"mg": "80"}, 422, "dose_mismatch"),
        ({"ml": "8"}, 422, "dose_mismatch"),
        ({"mg_per_ml": "100", "ml": "0.4"}, 422, "concentration_mismatch"),
        ({"ml": None}, 422, "volume_incomplete"),
        ({"ml": None, "mg_per_ml": None}, 422, "volume_missing"),
        ({"mg": "41", "mg_per_kg": None, "ml": "0.82"}, 422, "dose_above_order"),
    ],
)
async def test_a_dose_that_does_not_add_up_is_refused(
    world: World, changes: dict[str, Any], status: int, code: str
) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    vial = await has_vial(world)
    draw_id = await draws(world, vial, session_id)
    ok(await does(world, session_id, "clear", {}))
    ok(await does(world, session_id, "start"))

    async with world.nothing_changes():
        refused = await does(world, session_id, "doses", dose(vial, draw_id, **changes))
        assert refusal(refused) == (status, code)


async def test_a_missed_observation_and_a_breach_are_said_at_once(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)
    await world.travel(21 * MINUTE)
    assert await world.alarmed(course.patient_id) == ["VitalsOverdue", "VitalsOverdue"]

    ok(await observes(world, session_id, oxygen_saturation=88), 201)

    events = await world.said(course.patient_id, "careflow.sessions.safety.v1")
    assert [(event.type.split(".")[2], event.data["severity"]) for event in events] == [
        ("VitalsOverdue", "warn"),
        ("VitalsOverdue", "urgent"),
        ("VitalsBreached", "urgent"),
    ]


async def test_nobody_goes_home_below_criteria_without_a_prescriber(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/doses/end"))
    await world.travel(10 * MINUTE)
    ok(await observes(world, session_id), 201)

    early = await does(world, session_id, "discharge", {**SCORE, "escort_signed": False})
    assert refusal(early) == (409, "discharge_criteria_unmet")
    assert early.json()["criteria"] == ["monitored_long_enough", "escort_signed"]
    assert datetime.fromisoformat(early.json()["watched_until"]) == world.clock() + 50 * MINUTE
    careless = {**SCORE, "escort_signed": False, "exceptions": excepting("escort_signed"), "transport": "her sister"}
    assert refusal(await does(world, session_id, "discharge", careless, by=world.prescriber))[0] == 409
    signed = {**careless, "exceptions": excepting("monitored_long_enough", "escort_signed")}
    ok(await does(world, session_id, "discharge", signed, by=world.prescriber))


async def test_a_high_suicide_risk_before_leaving_stops_the_discharge_and_is_reported(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)
    await rests(world, session_id)
    signed = {**SCORE, "suicide_risk": "high", "escort_signed": False, "transport": "ok"}
    everything = {**signed, "exceptions": excepting("suicide_risk_not_high", "escort_signed")}

    refused = await does(world, session_id, "discharge", everything, by=world.prescriber)

    assert refusal(refused) == (403, "discharge_forbidden")
    section: Any = catalogue.read(await said_of(world, course, "ClinicalFactReported"), SEALING.ring("screening"))
    assert (section.for_screening.opened().fact, section.for_screening.opened().value) == ("suicide_risk", "high")
    again = await does(world, session_id, "discharge", SCORE)
    assert refusal(again) == (403, "discharge_forbidden")

    ok(await world.nurse_called("second-nurse").post(f"/v1/sessions/{session_id}/checks", {"suicide_risk": "low"}))
    resolve = f"/v1/sessions/{session_id}/findings/high_suicide_risk/resolve"
    ok(await world.prescriber.post(resolve, {"reason": "seen for half an hour; safety plan renewed"}))
    ok(await does(world, session_id, "discharge", SCORE))


async def test_after_a_grave_event_the_patient_is_watched_and_discharged_all_the_same(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)
    await suffers(world, course.patient_id, session_id, grade=3)
    await world.travel(21 * MINUTE)
    overdue = ["AdverseEventReported", "VitalsOverdue", "VitalsOverdue"]
    assert await world.alarmed(course.patient_id) == overdue

    ok(await observes(world, session_id, oxygen_saturation=88), 201)
    assert await world.alarmed(course.patient_id) == [*overdue, "VitalsBreached"]
    await rests(world, session_id)
    ok(await does(world, session_id, "discharge", SCORE))
    calls = ["FollowUpContactDue", "FollowUpContactDue"]
    assert (await world.said_types(course.patient_id))[-4:] == ["SessionAborted", *calls, "SessionDischarged"]
    assert ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["vitals_due_at"] is None


async def test_who_walks_out_after_a_stopped_session_is_said_to_have_left(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)
    await suffers(world, course.patient_id, session_id, grade=3)

    ok(await does(world, session_id, "abort", {"patient_left": True, "reason": "walked out"}))

    assert await world.alarmed(course.patient_id) == ["AdverseEventReported", "PatientLeftEarly"]
    await world.travel(60 * MINUTE)
    assert "VitalsOverdue" not in await world.alarmed(course.patient_id)


async def test_who_left_and_comes_back_the_same_day_is_observed_and_discharged(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)
    ok(await does(world, session_id, "abort", {"patient_left": True, "reason": "walked out"}))
    left_at = world.clock()
    await world.travel(40 * MINUTE)

    ok(await does(world, session_id, "return"))

    assert refusal(await does(world, session_id, "return")) == (409, "patient_not_away")
    said = ["PatientLeftEarly", "PatientReturned"]
    assert await world.alarmed(course.patient_id) == said
    await world.travel(20 * MINUTE)
    assert await world.alarmed(course.patient_id) == [*said, "VitalsOverdue", "VitalsOverdue"]
    seen = ok(await world.nurse.get(f"/v1/sessions/{session_id}"))
    (away,) = seen["away"]
    assert (away["left_at"], away["reason"]) == (left_at.isoformat().replace("+00:00", "Z"), "walked out")
    assert (seen["left_at"], seen["outcome"]) == (None, "stopped")
    ok(await observes(world, session_id), 201)
    await rests(world, session_id)
    ok(await does(world, session_id, "discharge", SCORE))
    assert (await world.said_types(course.patient_id))[-1] == "SessionDischarged"


async def test_who_comes_back_on_another_day_is_seen_in_a_visit_of_that_day(world: World) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    await receives_dose(world, session_id)
    assert refusal(await does(world, session_id, "return")) == (409, "patient_not_away")
    ok(await does(world, session_id, "abort", {"patient_left": True, "reason": "walked out"}))
    await world.travel(24 * 60 * MINUTE)

    assert refusal(await does(world, session_id, "return")) == (409, "returned_on_another_day")


async def test_who_came_back_in_a_power_cut_is_watched_since_then(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)
    ok(await does(world, session_id, "abort", {"patient_left": True, "reason": "walked out"}))
    back = world.clock() + 30 * MINUTE
    before = (back - 31 * MINUTE).isoformat()
    await world.travel(24 * 60 * MINUTE)
    assert refusal(await does(world, session_id, "return", {"back_at": before})) == (409, "happened_later")

    ok(await does(world, session_id, "return", {"back_at": back.isoformat()}))

    (away,) = ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["away"]
    assert (away["back_at"], away["noted_at"]) == (
        back.isoformat().replace("+00:00", "Z"),
        world.clock().isoformat().replace("+00:00", "Z"),
    )
    await world.catch_up()
    assert (await world.alarmed(course.patient_id))[-2:] == ["PatientReturned", "VitalsOverdue"]


async def test_a_positive_pregnancy_test_at_the_bedside_is_told_to_screening(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await records(world, session_id, pregnancy="positive")

    reported = await said_of(world, course, "ClinicalFactReported")
    section: Any = catalogue.read(reported, SEALING.ring("screening"))
    fact = section.for_screening.opened()
    assert (fact.fact, fact.value, fact.source) == ("pregnancy", "positive", "test")
    assert await gate_of(world, session_id) == ["not_pregnant"]


async def test_a_grave_adverse_event_stops_the_session_and_holds_dosing_until_its_review(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)
    await world.travel(10 * MINUTE)
    body = {
        "patient_id": course.patient_id,
        "session_id": session_id,
        "description": "laryngospasm, resolved with oxygen",
        "grade": 3,
        "serious": True,
        "expected": False,
        "related": True,
        "started_at": world.clock().isoformat(),
    }
    event = ok(await world.nurse.post("/v1/adverse-events", body), 201)

    aborted = await said_of(world, course, "SessionAborted")
    data: Any = catalogue.read(aborted, SEALING.ring("billing"))
    assert [line.code for line in data.for_billing.opened().service_lines] == ["96374", "J3490"]
    await rests(world, session_id)
    ok(await does(world, session_id, "discharge", SCORE))
    await therapy_hour(world, course, "integration")
    await world.travel(timedelta(days=4))
    later = await ready_for_dose(world, course)
    assert "adverse_events_reviewed" in await gate_of(world, later)

    review = {"decision": "resume", "note": "lower rate, oxygen at hand"}
    path = f"/v1/adverse-events/{event['id']}/reviews"
    ok(await world.prescriber.post(path, review, version=event["version"]))
    assert "adverse_events_reviewed" not in await gate_of(world, later)
    said = await world.alarmed(course.patient_id)
    assert [each for each in said if not each.startswith("Vitals")] == ["AdverseEventReported", "AdverseEventReviewed"]


async def test_forty_hours_after_the_last_dose_is_too_early(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    vial, draw_id = await receives_dose(world, session_id)
    await wastes_before_witness(world, vial, draw_id, "10")
    await goes_home(world, session_id)
    await world.travel(timedelta(hours=20))
    await therapy_hour(world, course, "integration")
    await world.travel(timedelta(hours=16))

    later = await ready_for_dose(world, course)

    assert await gate_of(world, later) == ["interval_since_last_dose"]
