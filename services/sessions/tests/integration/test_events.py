"""Events of booking and screening arrive twice, late, early or not at all."""

from datetime import timedelta

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.handling import Settled
from careflow_service.ids import new_id
from careflow_service.testing.world import PARKING
from services.sessions.tests.clinic import Course, books, does, gate_of, has_course, ok, ready_for_dose, session_of
from services.sessions.tests.news import alert_raised, clearance_granted, snapshot
from services.sessions.tests.world import World

HOUR = timedelta(hours=1)


def revoked(course: Course, world: World) -> contracts.ClearanceRevoked:
    return contracts.ClearanceRevoked(
        patient_id=course.patient_id, clearance_id=course.clearance_id, valid_until=world.clock()
    )


async def test_the_same_event_twice_changes_nothing_more(world: World) -> None:
    course = await has_course(world)
    await ready_for_dose(world, course)
    await world.hear(alert_raised(course.patient_id, new_id(), world.clock()))
    async with world.nothing_changes(but=PARKING):
        assert await world.hear_again() is Settled.DUPLICATE


async def test_what_gives_waits_behind_a_gap_and_the_gate_is_closed_meanwhile(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    extended = contracts.ClearanceExtended(
        patient_id=course.patient_id, clearance_id=course.clearance_id, valid_until=world.clock() + 90 * 24 * HOUR
    )
    async with world.nothing_changes(but=PARKING):
        assert await world.hear(extended, skipping=1) is Settled.PARKED
    assert await gate_of(world, session_id) == ["record_complete"]


async def test_what_takes_away_counts_at_once_in_front_of_a_gap_too(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await world.hear(alert_raised(course.patient_id, new_id(), world.clock(), "low"))
    missing = world.next_event(alert_raised(course.patient_id, new_id(), world.clock(), "moderate"))
    await world.hear(alert_raised(course.patient_id, new_id(), world.clock()))
    assert await gate_of(world, session_id) == ["record_complete", "no_open_alert"]

    await world.take_in(missing)
    await world.replay()
    assert await gate_of(world, session_id) == ["no_open_alert"]


async def test_a_revoked_clearance_does_not_come_back_by_an_older_grant(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await world.hear(revoked(course, world))
    until = world.clock() + 90 * 24 * HOUR
    await world.hear(clearance_granted(course.patient_id, course.clearance_id, until))
    assert "clearance_valid" in await gate_of(world, session_id)

    await world.hear(clearance_granted(course.patient_id, new_id(), until))
    assert "clearance_valid" not in await gate_of(world, session_id)


async def test_an_older_version_of_an_appointment_changes_nothing(world: World) -> None:
    patient_id, appointment_id, starts_at = new_id(), new_id(), world.clock() + 24 * HOUR
    moved = snapshot(patient_id, appointment_id, starts_at + HOUR, version=2)
    await world.hear(
        contracts.TreatmentRescheduled(
            **moved, previous_starts_at=starts_at, rescheduled_by=codes.RescheduledBy.STAFF, notice_minutes=60
        )
    )
    async with world.nothing_changes(but=PARKING):
        first = snapshot(patient_id, appointment_id, starts_at, version=1)
        await world.hear(contracts.TreatmentBooked(**first, booked_by=codes.BookedBy.STAFF))
    session = await session_of(world, appointment_id)
    assert session["starts_at"].startswith((starts_at + HOUR).isoformat()[:16])


async def test_a_visit_called_off_while_its_dose_runs_keeps_its_own_course(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    ok(await does(world, session_id, "clear", {}))
    ok(await does(world, session_id, "start"))
    session = ok(await world.nurse.get(f"/v1/sessions/{session_id}"))
    late = snapshot(course.patient_id, session["appointment_id"], world.clock(), version=9)
    await world.hear(
        contracts.TreatmentCancelled(
            **{**late, "status": codes.AppointmentStatus.CANCELLED},
            cancelled_by=codes.CancelledBy.CLINIC,
            reason=codes.CancelReason.CLINIC_CLOSED,
            notice_minutes=0,
        )
    )
    assert ok(await world.nurse.get(f"/v1/sessions/{session_id}"))["state"] == "in_progress"


async def test_a_session_is_there_for_a_patient_nobody_has_described_yet(world: World) -> None:
    patient_id = new_id()
    appointment_id = await books(world, patient_id, world.clock())
    assert (await session_of(world, appointment_id))["patient_id"] == patient_id
