"""A course over HTTP and events on a real store: plan, preparation, dose, integration (journey 1, this
service's part).
"""

from datetime import timedelta

from careflow_events import catalogue, contracts
from careflow_events.contracts import codes
from careflow_events.envelope import Envelope
from careflow_service.ids import new_id
from careflow_service.testing.world import SEALING
from services.sessions.tests.clinic import (
    Course,
    all_checks,
    consent_body,
    does,
    dosing_visit,
    gate_of,
    goes_home,
    has_course,
    ok,
    plan_body,
    ready_for_dose,
    receives_dose,
    refusal,
    session_of,
    therapy_hour,
    wastes_before_witness,
)
from services.sessions.tests.news import snapshot
from services.sessions.tests.world import World


def for_billing(event: Envelope) -> list[tuple[str, int, int | None, str]]:
    """The sealed lines as billing opens them."""
    data = catalogue.read(event, SEALING.ring("billing"))
    lines = data.for_billing.opened().service_lines  # type: ignore[attr-defined]  # the event's own section
    return [(line.code, line.units, line.minutes, line.rendering_provider) for line in lines]


async def of_type(world: World, course: Course, name: str) -> list[Envelope]:
    return [event for event in await world.said(course.patient_id) if f".{name}." in event.type]


async def test_a_course_from_the_signed_plan_to_the_integration_of_its_first_dose(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    assert await gate_of(world, session_id) == []
    vial, draw_id = await receives_dose(world, session_id)
    await wastes_before_witness(world, vial, draw_id, "10")
    await goes_home(world, session_id)
    await world.travel(timedelta(days=1))
    await therapy_hour(world, course, "integration")

    assert await world.said_types(course.patient_id) == [
        "ConsentSigned",
        "PlanActivated",
        "SessionCheckedIn",
        "SessionStarted",
        "SessionCompleted",
        "SessionCheckedIn",
        "SessionCleared",
        "SessionStarted",
        "DoseAdministered",
        "IntegrationDue",
        "SessionDischarged",
        "SessionCompleted",
        "SessionCheckedIn",
        "SessionStarted",
        "SessionCompleted",
        "IntegrationDone",
    ]
    assert await world.alarmed(course.patient_id) == []
    preparation, dosing, integration = await of_type(world, course, "SessionCompleted")
    assert for_billing(preparation) == [("90837", 1, 55, "user-therapist")]
    assert for_billing(dosing) == [("96365", 1, 40, "user-nurse"), ("J3490", 1, None, "user-nurse")]
    assert for_billing(integration) == [("90837", 1, 55, "user-therapist")]
    assert (dosing.data["number"], dosing.data["of"]) == (1, 6)
    log = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))
    assert (log["on_hand_mg"], log["in_container_mg"]) == ("450", "450")


async def test_a_plan_says_what_booking_and_billing_need_of_it(world: World) -> None:
    course = await has_course(world)
    (activated,) = await of_type(world, course, "PlanActivated")

    booking = catalogue.read(activated, SEALING.ring("booking")).for_booking.opened()  # type: ignore[attr-defined]
    billing = catalogue.read(activated, SEALING.ring("billing")).for_billing.opened()  # type: ignore[attr-defined]

    assert (booking.dosing_interval_hours, booking.cadence_days, booking.integration_within_hours) == (48, 4, 72)
    assert [(each.kind, each.count, [line.code for line in each.service_lines]) for each in billing.services] == [
        ("preparation", 1, ["90837"]),
        ("dosing", 6, ["96365", "J3490", "90837"]),
        ("integration", 6, ["90837"]),
    ]


async def test_a_plan_rests_on_a_consent_and_a_consent_renews_those_to_its_route_and_no_other(world: World) -> None:
    course = await has_course(world)
    ana, path = world.patient(course.patient_id), f"/v1/patients/{course.patient_id}/consents"
    (first,) = ok(await ana.get(path))["items"]
    ok(await ana.post(f"/v1/consents/{first['id']}/withdraw"))
    ok(await ana.post(path, consent_body(route="oral")), 201)
    ok(await ana.post(path, consent_body()), 201)

    (activated,) = await of_type(world, course, "PlanActivated")
    signed = await of_type(world, course, "ConsentSigned")

    assert activated.data["consent_id"] == first["id"]
    assert [each.data["renews"] for each in signed] == [[], [], [first["id"]]]


async def test_a_plan_without_integration_is_not_signed(world: World) -> None:
    course = await has_course(world)
    visits = [each for each in plan_body()["visits"] if each["kind"] != "integration"]
    path = f"/v1/patients/{course.patient_id}/plans"
    live = ok(await world.prescriber.get(f"/v1/plans/{course.plan_id}"))
    ended = {"reason": "course_ended"}
    ok(await world.prescriber.post(f"/v1/plans/{course.plan_id}/complete", ended, version=live["version"]))
    drafted = ok(await world.prescriber.post(path, plan_body(visits=visits)), 201)

    refused = await world.prescriber.post(f"/v1/plans/{drafted['id']}/sign", version=drafted["version"])

    assert refusal(refused) == (422, "plan_incomplete")
    assert refused.json()["missing"] == ["integration_visits"]


async def test_one_live_plan_at_a_time_and_none_without_consent_to_its_route(world: World) -> None:
    course = await has_course(world)
    drafted = ok(await world.prescriber.post(f"/v1/patients/{course.patient_id}/plans", plan_body()), 201)
    again = await world.prescriber.post(f"/v1/plans/{drafted['id']}/sign", version=drafted["version"])
    assert refusal(again) == (409, "another_plan_is_live")

    live = ok(await world.prescriber.get(f"/v1/plans/{course.plan_id}"))
    oral = plan_body(route="oral", start={"mg": "100"}, ceiling={"mg": "200"})
    adjusted = await world.prescriber.post(f"/v1/plans/{course.plan_id}/adjust", oral, version=live["version"])
    assert refusal(adjusted) == (409, "consent_missing")


async def test_maintenance_is_a_newer_signed_version(world: World) -> None:
    course = await has_course(world)
    live = ok(await world.prescriber.get(f"/v1/plans/{course.plan_id}"))
    terms = plan_body(
        phase="maintenance",
        maintenance_reason="better for four weeks each",
        induction_elsewhere="six infusions, spring 2026",
        cadence_days=28,
    )

    ok(await world.prescriber.post(f"/v1/plans/{course.plan_id}/adjust", terms, version=live["version"]))

    (adjusted,) = await of_type(world, course, "PlanAdjusted")
    assert (adjusted.data["version"], adjusted.data["phase"]) == (2, "maintenance")


async def test_a_session_opened_before_booking_was_heard_is_the_appointments_session(world: World) -> None:
    course = await has_course(world)
    appointment_id = new_id()
    body = {
        "appointment_id": appointment_id,
        "patient_id": course.patient_id,
        "kind": "preparation",
        "location_id": "0199e0a0-0000-7000-8000-0000000000b1",
    }
    opened = ok(await world.nurse.post("/v1/sessions", body), 201)
    ok(await world.nurse.post(f"/v1/sessions/{opened['id']}/arrive"))
    assert refusal(await world.nurse.post("/v1/sessions", body)) == (409, "session_exists")

    starts_at = world.clock()
    told = snapshot(course.patient_id, appointment_id, starts_at, kind="preparation")
    await world.hear(contracts.TreatmentBooked(**told, booked_by=codes.BookedBy.STAFF))

    session = await session_of(world, appointment_id)
    assert (session["id"], session["state"]) == (opened["id"], "arrived")
    assert session["starts_at"] is not None


async def test_a_moved_and_a_cancelled_visit_and_one_heard_late(world: World) -> None:
    course = await has_course(world)
    later = world.clock() + timedelta(days=3)
    appointment_id = new_id()

    cancelled = snapshot(course.patient_id, appointment_id, later, version=3, status=codes.AppointmentStatus.CANCELLED)
    await world.hear(
        contracts.TreatmentCancelled(
            **cancelled,
            cancelled_by=codes.CancelledBy.PATIENT,
            reason=codes.CancelReason.PATIENT_REQUEST,
            notice_minutes=100,
        )
    )
    await world.hear(
        contracts.TreatmentRescheduled(
            **snapshot(course.patient_id, appointment_id, later, version=2),
            previous_starts_at=world.clock(),
            rescheduled_by=codes.RescheduledBy.STAFF,
            notice_minutes=10,
        )
    )

    assert (await session_of(world, appointment_id))["state"] == "cancelled"


async def test_integration_is_overdue_after_a_week_and_its_own_visit_cures_it(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)
    await goes_home(world, session_id)
    await world.travel(timedelta(days=8))
    assert (await world.said_types(course.patient_id))[-1] == "IntegrationOverdue"

    second = await dosing_visit(world, course)
    ok(await world.nurse.post(f"/v1/sessions/{second}/checks", all_checks(world.clock())))
    assert "integration_since_last_dose" in await gate_of(world, second)
    await therapy_hour(world, course, "integration")
    await world.has_heard_all()

    assert (await world.said_types(course.patient_id))[-1] == "IntegrationDone"
    assert "integration_since_last_dose" not in await gate_of(world, second)


async def test_a_consent_ends_by_its_date_and_by_the_patient(world: World) -> None:
    course = await has_course(world)
    ana = world.patient(course.patient_id)
    (consent,) = ok(await ana.get(f"/v1/patients/{course.patient_id}/consents"))["items"]
    withdrawn = f"/v1/consents/{consent['id']}/withdraw"
    assert refusal(await world.patient(course.plan_id).post(withdrawn)) == (404, "consent_not_found")
    ok(await ana.post(withdrawn))
    ok(
        await ana.post(f"/v1/patients/{course.patient_id}/consents", consent_body("financial")),
        201,
    )

    await world.travel(timedelta(days=366))

    assert (await world.said_types(course.patient_id))[-3:] == ["ConsentWithdrawn", "ConsentSigned", "ConsentExpired"]


async def test_the_rendering_clinician_corrects_their_own_lines(world: World) -> None:
    course = await has_course(world)
    session_id = await therapy_hour(world, course, "preparation")
    lines = {"lines": [{"code": "90834", "minutes": 50, "place_of_service": "11"}]}
    tomorrow = (world.clock() + timedelta(days=1)).isoformat()
    to_come = {"lines": [{**lines["lines"][0], "started_at": world.clock().isoformat(), "ended_at": tomorrow}]}

    assert refusal(await does(world, session_id, "services", to_come, by=world.therapist)) == (422, "times_invalid")
    ok(await does(world, session_id, "services", lines, by=world.therapist))

    (corrected,) = await of_type(world, course, "SessionServicesCorrected")
    assert corrected.data["revision"] == 2
    assert for_billing(corrected) == [("90834", 1, 50, "user-therapist")]
