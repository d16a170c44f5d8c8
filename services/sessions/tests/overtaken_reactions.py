"""What overtakes each event that sessions hears, and what comes of it then.

Events of one stream come one after the other, so what overtakes one is a command or an event of another stream.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from careflow_events import contracts
from careflow_events.contracts import EventData, codes
from careflow_service.ids import new_id
from careflow_service.testing.overtaking import Overtaking, Race
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import Course, books, consent_body, does, has_course, ok, refusal, session_of
from services.sessions.tests.news import (
    alert_joined,
    alert_raised,
    allergies_changed,
    called_off,
    clearance_granted,
    clearance_suspended,
    evaluation,
    evaluation_called_off,
    evaluation_moved,
    merged,
    moved,
    outcome_review_due,
    parted,
    reassigned,
    registered,
    renamed,
    screen_assessed,
    snapshot,
)
from services.sessions.tests.world import World
from sessions.domain.eligibility import Eligibility
from sessions.domain.ids import AppointmentId, PatientId

BORN = datetime(1988, 4, 2, tzinfo=UTC)
News = Callable[[World, Course], EventData]


async def copy_of(world: World, patient_id: str) -> Eligibility:
    found = await world.ports.eligibilities.find(PatientId(patient_id), of=PatientId(patient_id))
    assert found is not None
    return found


async def status_of(world: World, course: Course) -> str | None:
    clearance = (await copy_of(world, course.patient_id)).clearance
    return None if clearance is None else clearance.status


# patients


async def a_registration_while_a_clearance_is_granted(world: World, overtaking: Overtaking) -> None:
    """Both are the first that is heard of the patient."""
    patient_id, clearance_id = new_id(), new_id()
    granted = clearance_granted(patient_id, clearance_id, world.clock() + timedelta(days=90))
    overtaking.by(lambda: world.hear(granted))
    await world.hear(registered(patient_id, BORN))
    assert await world.ports.patients.find(PatientId(patient_id), of=PatientId(patient_id)) is not None
    assert (await copy_of(world, patient_id)).clearance is not None


async def new_details_while_an_alert_is_raised(world: World, overtaking: Overtaking) -> None:
    course = await has_course(world)
    overtaking.by(lambda: world.hear(alert_raised(course.patient_id, new_id(), world.clock())))
    await world.hear(renamed(course.patient_id, BORN, "Rivera-Lopez"))
    patient = await world.ports.patients.find(PatientId(course.patient_id), of=PatientId(course.patient_id))
    assert patient is not None
    assert patient.details.name == "Ana Rivera-Lopez"
    assert len((await copy_of(world, course.patient_id)).alerts) == 1


async def a_merge_while_an_alert_is_raised(world: World, overtaking: Overtaking) -> None:
    patient_id = new_id()
    await world.hear(registered(patient_id, BORN))
    overtaking.by(lambda: world.hear(alert_raised(patient_id, new_id(), world.clock())))
    await world.hear(merged(patient_id))
    late = await world.patient(patient_id).post(f"/v1/patients/{patient_id}/consents", consent_body())
    assert refusal(late) == (409, "patient_merged")


async def records_are_parted_while_an_alert_is_raised(world: World, overtaking: Overtaking) -> None:
    patient_id = new_id()
    await world.hear(registered(patient_id, BORN))
    await world.hear(merged(patient_id))
    overtaking.by(lambda: world.hear(alert_raised(patient_id, new_id(), world.clock())))
    await world.hear(parted(patient_id))
    ok(await world.patient(patient_id).post(f"/v1/patients/{patient_id}/consents", consent_body()), 201)


# visits


async def a_booking_while_its_session_is_opened(world: World, overtaking: Overtaking) -> None:
    """It is the same session, and what is booked is filled in."""
    patient_id, appointment_id = new_id(), new_id()
    opened = {"appointment_id": appointment_id, "patient_id": patient_id, "kind": "dosing", "location_id": MILL_VALLEY}
    overtaking.by(lambda: world.nurse.post("/v1/sessions", opened))
    await books(world, patient_id, world.clock(), appointment_id=appointment_id)
    (session,) = await world.ports.sessions.of_patient(PatientId(patient_id))
    assert session.starts_at == world.clock()


async def booked(world: World, *, kind: str = "preparation") -> tuple[str, str, str]:
    """Somebody's visit now; answers patient, appointment and session."""
    patient_id = new_id()
    appointment_id = await books(world, patient_id, world.clock(), kind=kind)
    return patient_id, appointment_id, (await session_of(world, appointment_id))["id"]


async def a_move_while_the_patient_checks_in(world: World, overtaking: Overtaking) -> None:
    patient_id, appointment_id, session_id = await booked(world, kind="dosing")
    starts_at = world.clock()
    overtaking.by(lambda: world.nurse.post(f"/v1/sessions/{session_id}/arrive"))
    await world.hear(moved(patient_id, appointment_id, starts_at))
    session = await world.ports.sessions.look_up(AppointmentId(appointment_id))
    assert session is not None
    assert (session.state, session.starts_at) == ("arrived", starts_at + timedelta(days=1))


async def a_reassignment_while_the_patient_checks_in(world: World, overtaking: Overtaking) -> None:
    patient_id, appointment_id, session_id = await booked(world, kind="dosing")
    overtaking.by(lambda: world.nurse.post(f"/v1/sessions/{session_id}/arrive"))
    await world.hear(reassigned(patient_id, appointment_id, world.clock()))
    session = await world.ports.sessions.look_up(AppointmentId(appointment_id))
    assert session is not None
    assert (session.state, [each.id for each in session.providers]) == ("arrived", ["user-therapist", "max"])


def news_of_an_evaluation(
    make: Callable[[str, str, datetime], EventData], *before: Callable[..., EventData]
) -> Race[World]:
    """What booking says of it, while the patient signs: both are known."""

    async def news(world: World, overtaking: Overtaking) -> None:
        patient_id, appointment_id, at = new_id(), new_id(), world.clock() + timedelta(days=3)
        await world.hear(registered(patient_id, BORN))
        for each in before:
            await world.hear(each(patient_id, appointment_id, at))
        path = f"/v1/patients/{patient_id}/consents"
        overtaking.by(lambda: world.patient(patient_id).post(path, consent_body("privacy")))
        await world.hear(make(patient_id, appointment_id, at))
        found = await world.ports.evaluations.find(AppointmentId(appointment_id), of=PatientId(patient_id))
        assert found is not None
        assert len(await world.ports.consents.all_of(PatientId(patient_id))) == 1

    return news


an_evaluation_while_the_patient_signs = news_of_an_evaluation(evaluation)
a_moved_evaluation_while_the_patient_signs = news_of_an_evaluation(evaluation_moved, evaluation)
a_called_off_evaluation_while_the_patient_signs = news_of_an_evaluation(evaluation_called_off, evaluation)


def news_of_a_visit_that_begins(make: Callable[..., EventData]) -> Race[World]:
    """What would take the visit away, while it begins: it keeps its own course."""

    async def news(world: World, overtaking: Overtaking) -> None:
        patient_id, appointment_id, session_id = await booked(world)
        ok(await world.therapist.post(f"/v1/sessions/{session_id}/arrive"))
        overtaking.by(lambda: does(world, session_id, "start", by=world.therapist))
        await world.hear(make(patient_id, appointment_id, world.clock(), kind="preparation"))
        assert (await session_of(world, appointment_id))["state"] == "in_progress"

    return news


def news_of_an_arrival(make: Callable[[dict[str, Any]], EventData]) -> Race[World]:
    """What says that the patient is there, while that is recorded here: it is said once."""

    async def news(world: World, overtaking: Overtaking) -> None:
        patient_id, appointment_id, session_id = await booked(world)
        arrived = snapshot(patient_id, appointment_id, world.clock(), kind="preparation", version=2)
        overtaking.by(lambda: world.therapist.post(f"/v1/sessions/{session_id}/arrive"))
        await world.hear(make({**arrived, "status": codes.AppointmentStatus.ARRIVED}))
        assert await world.said_types(patient_id) == ["SessionCheckedIn"]

    return news


def _missed(patient_id: str, appointment_id: str, starts_at: datetime, *, kind: str) -> contracts.TreatmentMissed:
    newer = snapshot(patient_id, appointment_id, starts_at, kind=kind, version=2)
    return contracts.TreatmentMissed(**{**newer, "status": codes.AppointmentStatus.MISSED})


def _corrected(arrived: dict[str, Any]) -> contracts.AppointmentCorrected:
    was, is_now = codes.AppointmentStatus.BOOKED, codes.AppointmentStatus.ARRIVED
    return contracts.AppointmentCorrected.model_validate({**arrived, "from": was, "to": is_now})


a_cancellation_while_the_visit_begins = news_of_a_visit_that_begins(called_off)
a_missed_visit_while_it_begins = news_of_a_visit_that_begins(_missed)
an_arrival_while_it_is_recorded = news_of_an_arrival(lambda arrived: contracts.TreatmentArrived(**arrived))
a_correction_while_the_arrival_is_recorded = news_of_an_arrival(_corrected)


# screening: both streams write the same copy


def clearance_news(news: News, status: str, *before: News) -> Race[World]:
    """What becomes of the clearance, while an alert is raised: the copy knows both."""

    async def race(world: World, overtaking: Overtaking) -> None:
        course = await has_course(world)
        for each in before:
            await world.hear(each(world, course))
        overtaking.by(lambda: world.hear(alert_raised(course.patient_id, new_id(), world.clock())))
        await world.hear(news(world, course))
        assert await status_of(world, course) == status
        assert len((await copy_of(world, course.patient_id)).alerts) == 1

    return race


def alert_news(news: Callable[[str, str, datetime], EventData], *, holds: bool) -> Race[World]:
    """What becomes of an alert, while the clearance is revoked: the copy knows both."""

    async def race(world: World, overtaking: Overtaking) -> None:
        course, alert_id = await has_course(world), new_id()
        await world.hear(alert_raised(course.patient_id, alert_id, world.clock(), "low" if holds else "high"))
        revoked = _of_clearance(contracts.ClearanceRevoked)(world, course)
        overtaking.by(lambda: world.hear(revoked))
        await world.hear(news(course.patient_id, alert_id, world.clock()))
        assert await status_of(world, course) == "revoked"
        assert bool((await copy_of(world, course.patient_id)).alerts) is holds

    return race


def _of_clearance(contract: Callable[..., EventData]) -> News:
    return lambda world, course: contract(
        patient_id=course.patient_id,
        clearance_id=course.clearance_id,
        valid_until=world.clock() + timedelta(days=120),
    )


def _granted_anew(world: World, course: Course) -> EventData:
    granted: EventData = clearance_granted(course.patient_id, new_id(), world.clock() + timedelta(days=90))
    return granted


def _suspended(world: World, course: Course) -> EventData:
    return clearance_suspended(course.patient_id, course.clearance_id, world.clock() + timedelta(days=90))


def _screened(world: World, course: Course) -> EventData:
    return screen_assessed(course.patient_id, world.clock())


def _without_response(world: World, course: Course) -> EventData:
    return outcome_review_due(course.patient_id, world.clock())


def _allergic(world: World, course: Course) -> EventData:
    return allergies_changed(course.patient_id, world.clock(), "ondansetron - hives")


def _reviewed(_: World, course: Course) -> EventData:
    return contracts.OutcomeReviewed(patient_id=course.patient_id)


def _upgraded(patient_id: str, alert_id: str, at: datetime) -> EventData:
    return contracts.SafetyAlertUpgraded(
        patient_id=patient_id, alert_id=alert_id, level=codes.AlertLevel.HIGH, respond_by=at
    )


def _closed(patient_id: str, alert_id: str, _: datetime) -> EventData:
    return contracts.SafetyAlertClosed(patient_id=patient_id, alert_id=alert_id, outcome=codes.AlertOutcome.RESOLVED)


a_new_clearance_while_an_alert_is_raised = clearance_news(_granted_anew, "valid")
an_extension_while_an_alert_is_raised = clearance_news(_of_clearance(contracts.ClearanceExtended), "valid")
a_reinstatement_while_an_alert_is_raised = clearance_news(
    _of_clearance(contracts.ClearanceReinstated), "valid", _suspended
)
a_suspension_while_an_alert_is_raised = clearance_news(_suspended, "suspended")
a_revocation_while_an_alert_is_raised = clearance_news(_of_clearance(contracts.ClearanceRevoked), "revoked")
an_expiry_while_an_alert_is_raised = clearance_news(_of_clearance(contracts.ClearanceExpired), "expired")
no_response_while_an_alert_is_raised = clearance_news(_without_response, "valid")
a_review_while_an_alert_is_raised = clearance_news(_reviewed, "valid", _without_response)
an_allergy_while_an_alert_is_raised = clearance_news(_allergic, "valid")
a_screen_while_an_alert_is_raised = clearance_news(_screened, "valid")
an_alert_while_the_clearance_is_revoked = alert_news(alert_raised, holds=True)
an_upgrade_while_the_clearance_is_revoked = alert_news(_upgraded, holds=True)
more_of_an_alert_while_the_clearance_is_revoked = alert_news(alert_joined, holds=True)
a_closed_alert_while_the_clearance_is_revoked = alert_news(_closed, holds=False)
