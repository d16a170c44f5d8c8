"""What overtakes the commands of a session beside the dose, and its adverse events, and what comes of it then."""

from datetime import timedelta

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.ids import new_id
from careflow_service.testing.overtaking import Overtaking
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import (
    ORDER,
    SCORE,
    Course,
    books,
    does,
    gate_of,
    goes_home,
    has_course,
    observes,
    ok,
    plan_body,
    ready_for_dose,
    receives_dose,
    refusal,
    session_of,
    therapy_hour,
)
from services.sessions.tests.news import alert_raised, called_off
from services.sessions.tests.setbacks import regrades, reviews, suffers
from services.sessions.tests.world import World

STOPPED = {"reason": "she wishes to stop"}


async def booked(world: World, *, kind: str = "dosing") -> tuple[str, str, str]:
    """Somebody's visit now; answers patient, appointment and session."""
    patient_id = new_id()
    appointment_id = await books(world, patient_id, world.clock(), kind=kind)
    return patient_id, appointment_id, (await session_of(world, appointment_id))["id"]


async def hour_begun(world: World) -> str:
    _, _, session_id = await booked(world, kind="preparation")
    ok(await world.therapist.post(f"/v1/sessions/{session_id}/arrive"))
    ok(await does(world, session_id, "start", by=world.therapist))
    return session_id


async def dosed(world: World) -> tuple[Course, str]:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)
    return course, session_id


async def state_of(world: World, session_id: str) -> str:
    return str(ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["state"])


async def a_session_is_opened_while_its_booking_is_heard(world: World, overtaking: Overtaking) -> None:
    patient_id, appointment_id = new_id(), new_id()
    opened = {"appointment_id": appointment_id, "patient_id": patient_id, "kind": "dosing", "location_id": MILL_VALLEY}
    overtaking.by(lambda: books(world, patient_id, world.clock(), appointment_id=appointment_id))
    assert refusal(await world.nurse.post("/v1/sessions", opened)) == (409, "session_exists")


async def a_check_in_while_the_visit_is_called_off(world: World, overtaking: Overtaking) -> None:
    patient_id, appointment_id, session_id = await booked(world)
    overtaking.by(lambda: world.hear(called_off(patient_id, appointment_id, world.clock())))
    assert refusal(await world.nurse.post(f"/v1/sessions/{session_id}/arrive")) == (409, "wrong_state")


async def somebody_joins_while_another_does(world: World, overtaking: Overtaking) -> None:
    session_id = await arrived_for_dose(world)
    path = f"/v1/sessions/{session_id}/join"
    overtaking.by(lambda: world.therapist.post(path, {"role": "therapist"}))
    ok(await world.nurse.post(path, {"role": "nurse"}))
    assert not {"therapist_present", "nurse_present"} & set(await gate_of(world, session_id))


async def somebody_leaves_while_another_joins(world: World, overtaking: Overtaking) -> None:
    session_id = await arrived_for_dose(world)
    path = f"/v1/sessions/{session_id}/join"
    ok(await world.nurse.post(path, {"role": "nurse"}))
    overtaking.by(lambda: world.therapist.post(path, {"role": "therapist"}))
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/leave"))
    failed = await gate_of(world, session_id)
    assert ("nurse_present" in failed, "therapist_present" in failed) == (True, False)


async def arrived_for_dose(world: World) -> str:
    _, _, session_id = await booked(world)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/arrive"))
    return session_id


async def checks_while_others_are_recorded(world: World, overtaking: Overtaking) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    path = f"/v1/sessions/{session_id}/checks"
    overtaking.by(lambda: world.nurse.post(path, {"suicide_risk": "high"}))
    ok(await world.nurse.post(path, {"bladder_symptoms": True}))
    assert await gate_of(world, session_id) == ["bladder_symptoms", "suicide_risk_screened"]


async def a_finding_resolved_while_it_is_found_again(world: World, overtaking: Overtaking) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    path = f"/v1/sessions/{session_id}/checks"
    ok(await world.nurse.post(path, {"pregnancy": "positive"}))
    ok(await world.nurse_called("second-nurse").post(path, {"pregnancy": "negative"}))
    overtaking.by(lambda: world.nurse.post(path, {"pregnancy": "positive"}))
    resolve = f"/v1/sessions/{session_id}/findings/pregnancy/resolve"
    refused = await world.prescriber.post(resolve, {"reason": "a mistake, she says"})
    assert refusal(refused) == (409, "finding_not_repeated")


async def an_order_while_the_plan_is_adjusted(world: World, overtaking: Overtaking) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    plan = ok(await world.prescriber.get(f"/v1/plans/{course.plan_id}"))
    lower = plan_body(start={"mg_per_kg": "0.3"}, ceiling={"mg_per_kg": "0.4"})
    path = f"/v1/plans/{course.plan_id}/adjust"
    overtaking.by(lambda: world.prescriber.post(path, lower, version=plan["version"]))
    refused = await does(world, session_id, "order", ORDER, by=world.prescriber)
    assert refusal(refused) == (422, "dose_above_ceiling")


async def an_attestation_while_the_dose_is_refused(world: World, overtaking: Overtaking) -> None:
    _, _, session_id = await booked(world)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/arrive"))
    overtaking.by(lambda: does(world, session_id, "refuse"))
    late = await world.prescriber.post(f"/v1/sessions/{session_id}/attest", {"reason": "read in the case"})
    assert refusal(late) == (409, "wrong_state")


async def a_refusal_while_the_alert_is_closed(world: World, overtaking: Overtaking) -> None:
    course, alert_id = await has_course(world), new_id()
    session_id = await ready_for_dose(world, course)
    await world.hear(alert_raised(course.patient_id, alert_id, world.clock()))
    closed = contracts.SafetyAlertClosed(
        patient_id=course.patient_id, alert_id=alert_id, outcome=codes.AlertOutcome.RESOLVED
    )
    overtaking.by(lambda: world.hear(closed))
    assert refusal(await does(world, session_id, "refuse")) == (409, "nothing_failed")


async def a_conversion_while_it_is_converted(world: World, overtaking: Overtaking) -> None:
    _, _, session_id = await booked(world)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/arrive"))
    ok(await does(world, session_id, "refuse"))
    stays = {"kind": "integration", "patient_agreed": True}
    overtaking.by(lambda: does(world, session_id, "convert", stays))
    assert refusal(await does(world, session_id, "convert", stays)) == (409, "wrong_state")


async def a_dose_ends_while_the_session_is_stopped(world: World, overtaking: Overtaking) -> None:
    course, session_id = await dosed(world)
    overtaking.by(lambda: suffers(world, course.patient_id, session_id, grade=3))
    assert refusal(await world.nurse.post(f"/v1/sessions/{session_id}/doses/end")) == (409, "wrong_state")


async def signs_while_the_session_is_stopped(world: World, overtaking: Overtaking) -> None:
    course, session_id = await dosed(world)
    overtaking.by(lambda: suffers(world, course.patient_id, session_id, grade=3))
    ok(await observes(world, session_id), 201)
    assert await state_of(world, session_id) == "aborted"


async def a_discharge_while_the_patient_walks_out(world: World, overtaking: Overtaking) -> None:
    _, session_id = await dosed(world)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/doses/end"))
    for _ in range(4):
        await world.travel(timedelta(minutes=15))
        ok(await observes(world, session_id), 201)
    overtaking.by(lambda: does(world, session_id, "abort", {"patient_left": True, "reason": "walked out"}))
    assert refusal(await does(world, session_id, "discharge", SCORE)) == (409, "wrong_state")


async def a_return_while_a_colleague_writes_it_down(world: World, overtaking: Overtaking) -> None:
    course, session_id = await dosed(world)
    ok(await does(world, session_id, "abort", {"patient_left": True, "reason": "walked out"}))
    overtaking.by(lambda: does(world, session_id, "return"))
    late = await does(world, session_id, "return", by=world.therapist)
    assert refusal(late) == (409, "patient_not_away")
    assert (await world.alarmed(course.patient_id)).count("PatientReturned") == 1


async def a_completion_while_the_session_is_aborted(world: World, overtaking: Overtaking) -> None:
    session_id = await hour_begun(world)
    overtaking.by(lambda: does(world, session_id, "abort", STOPPED, by=world.therapist))
    late = await does(world, session_id, "complete", {}, by=world.therapist)
    assert refusal(late) == (409, "wrong_state")


async def an_abort_while_the_session_is_completed(world: World, overtaking: Overtaking) -> None:
    session_id = await hour_begun(world)
    overtaking.by(lambda: does(world, session_id, "complete", {}, by=world.therapist))
    late = await does(world, session_id, "abort", STOPPED, by=world.therapist)
    assert refusal(late) == (409, "wrong_state")


async def a_correction_while_the_services_are_corrected(world: World, overtaking: Overtaking) -> None:
    session_id = await therapy_hour(world, await has_course(world), "preparation")
    lines = {"lines": [{"code": "90834", "minutes": 50, "place_of_service": "11"}]}
    overtaking.by(lambda: does(world, session_id, "services", lines, by=world.therapist))
    late = await does(world, session_id, "services", lines, by=world.therapist)
    assert refusal(late) == (412, "stale_version")


async def doses_are_reviewed_while_they_are_reviewed(world: World, overtaking: Overtaking) -> None:
    course = await has_course(world)
    path = f"/v1/patients/{course.patient_id}/dose-reviews"
    overtaking.by(lambda: world.prescriber.post(path))
    assert ok(await world.prescriber.post(path), 201)["version"] == 2


async def an_adverse_event_while_another_stops_the_session(world: World, overtaking: Overtaking) -> None:
    """Both are reported and hold dosing, and the session was stopped once."""
    course, session_id = await dosed(world)
    first: list[str] = []

    async def stops() -> None:
        first.append(await suffers(world, course.patient_id, session_id, grade=3))

    overtaking.by(stops)
    second = await suffers(world, course.patient_id, session_id, grade=3)
    assert (await world.said_types(course.patient_id)).count("SessionAborted") == 1
    for event_id, holds in ((first[0], True), (second, False)):
        ok(await reviews(world, event_id, "resume"))
        later = (await session_of(world, await books(world, course.patient_id, world.clock())))["id"]
        assert ("adverse_events_reviewed" in await gate_of(world, later)) is holds


async def a_review_while_the_adverse_event_is_reviewed(world: World, overtaking: Overtaking) -> None:
    course = await has_course(world)
    event_id = await suffers(world, course.patient_id, grade=2)
    overtaking.by(lambda: reviews(world, event_id, "stop"))
    assert refusal(await reviews(world, event_id, "resume")) == (409, "review_final")


async def a_grade_while_the_adverse_event_is_reviewed(world: World, overtaking: Overtaking) -> None:
    course = await has_course(world)
    event_id = await suffers(world, course.patient_id, grade=2)
    overtaking.by(lambda: reviews(world, event_id, "resume"))
    assert refusal(await regrades(world, event_id, 3)) == (409, "review_final")


async def a_missing_observation_while_it_is_made(world: World, overtaking: Overtaking) -> None:
    course, session_id = await dosed(world)
    due = await world.ports.sessions.next_due()
    assert due is not None
    world.clock.now = due[0]
    overtaking.by(lambda: observes(world, session_id))
    await world.catch_up()
    assert await world.alarmed(course.patient_id) == []


async def a_long_session_while_the_patient_walks_out(world: World, overtaking: Overtaking) -> None:
    course, session_id = await dosed(world)
    due = await world.ports.sessions.next_to_overrun()
    assert due is not None
    await world.travel(due[0] - world.clock() - timedelta(seconds=1))
    world.clock.advance(timedelta(seconds=1))
    left = {"patient_left": True, "reason": "went home"}
    overtaking.by(lambda: does(world, session_id, "abort", left))
    await world.catch_up()
    assert "SessionRunningLong" not in await world.said_types(course.patient_id)


async def an_overdue_integration_while_it_takes_place(world: World, overtaking: Overtaking) -> None:
    course, session_id = await dosed(world)
    await goes_home(world, session_id)
    due = await world.ports.courses.next_due()
    assert due is not None
    await world.travel(due[0] - world.clock() - timedelta(minutes=40))
    integration, began = await integration_begun(world, course), world.clock()
    world.clock.now = due[0]
    held = {"provider": "user-therapist", "started_at": began.isoformat(), "ended_at": world.clock().isoformat()}
    overtaking.by(lambda: does(world, integration, "complete", {"therapy": [held]}, by=world.therapist))
    await world.catch_up()
    assert "IntegrationOverdue" not in await world.said_types(course.patient_id)


async def integration_begun(world: World, course: Course) -> str:
    appointment_id = await books(world, course.patient_id, world.clock(), kind="integration")
    session_id: str = (await session_of(world, appointment_id))["id"]
    ok(await world.therapist.post(f"/v1/sessions/{session_id}/arrive"))
    ok(await does(world, session_id, "start", by=world.therapist))
    return session_id
