"""What other services say that sessions hears, whole and valid."""

from datetime import datetime, timedelta
from typing import Any

from careflow_events import contracts
from careflow_events.contracts import codes, session_codes
from careflow_events.contracts.sealed import Sealed
from careflow_service.ids import new_id
from services.sessions.tests.builders import MILL_VALLEY


def clearance_granted(patient_id: str, clearance_id: str, valid_until: datetime, **terms: Any) -> Any:
    """Screening's event: treatment is cleared."""
    section = {"indications": (codes.Indication.TREATMENT_RESISTANT_DEPRESSION,), **terms}
    return contracts.ClearanceGranted(
        patient_id=patient_id,
        clearance_id=clearance_id,
        decided_at=valid_until - timedelta(days=90),
        valid_until=valid_until,
        conditional=False,
        for_sessions=Sealed.plain(contracts.ClearanceForSessions(**section)),
    )


def registered(patient_id: str, born: datetime) -> contracts.PatientRegistered:
    """Booking's event about a new patient."""
    return contracts.PatientRegistered(patient_id=patient_id, **_details(born, "Rivera"))


def renamed(patient_id: str, born: datetime, family: str) -> contracts.PatientDetailsChanged:
    return contracts.PatientDetailsChanged(
        patient_id=patient_id, changed=(codes.PatientDetail.IDENTITY,), **_details(born, family)
    )


def merged(patient_id: str, into: str | None = None) -> contracts.PatientsMerged:
    """Booking's event: the record was given up for another."""
    return contracts.PatientsMerged(patient_id=patient_id, surviving_patient_id=into or new_id())


def parted(patient_id: str) -> contracts.PatientsUnmerged:
    return contracts.PatientsUnmerged(patient_id=patient_id, surviving_patient_id=new_id())


def _details(born: datetime, family: str) -> dict[str, Any]:
    name = contracts.PersonName(given="Ana", family=family)
    details = contracts.PatientForSessions(
        name=name,
        birth_date=born.date(),
        phone="+14155550123",
        emergency_contact=contracts.Contact(name="Bea Rivera", phone="+14155550199"),
    )
    return {
        "for_screening": Sealed.plain(contracts.PatientForScreening(birth_date=born.date(), state="CA")),
        "for_sessions": Sealed.plain(details),
        "for_billing": Sealed.plain(contracts.PatientForBilling(legal_name=name, birth_date=born.date())),
    }


def screen_assessed(patient_id: str, at: datetime) -> contracts.PreSessionScreenAssessed:
    return contracts.PreSessionScreenAssessed(
        patient_id=patient_id,
        request_id=new_id(),
        completed_at=at,
        valid_until=at + timedelta(days=7),
        result=session_codes.ScreenResult.PASS,
        for_sessions=Sealed.plain(contracts.PreSessionScreenForSessions(score=12)),
    )


def outcome_review_due(patient_id: str, at: datetime, finding: str = "no_response") -> contracts.OutcomeReviewDue:
    found = contracts.OutcomeForSessions(questionnaire="phq-9", finding=session_codes.OutcomeFinding(finding))
    return contracts.OutcomeReviewDue(
        patient_id=patient_id, due_by=at + timedelta(days=2), for_sessions=Sealed.plain(found)
    )


def alert_raised(patient_id: str, alert_id: str, at: datetime, level: str = "high") -> contracts.SafetyAlertRaised:
    return contracts.SafetyAlertRaised(
        patient_id=patient_id,
        alert_id=alert_id,
        level=codes.AlertLevel(level),
        source=codes.AlertSource.ANSWER,
        raised_at=at,
        respond_by=at + timedelta(minutes=5),
    )


def allergies_changed(patient_id: str, at: datetime, *known: str) -> contracts.AllergiesChanged:
    """All of them, as screening knows them now."""
    section = Sealed.plain(contracts.AllergiesForSessions(allergies=known))
    return contracts.AllergiesChanged(patient_id=patient_id, recorded_at=at, for_sessions=section)


def alert_joined(patient_id: str, alert_id: str, at: datetime, level: str = "high") -> contracts.SafetyAlertJoined:
    return contracts.SafetyAlertJoined(
        patient_id=patient_id, alert_id=alert_id, level=codes.AlertLevel(level), respond_by=at + timedelta(minutes=5)
    )


def clearance_suspended(patient_id: str, clearance_id: str, valid_until: datetime) -> contracts.ClearanceSuspended:
    return contracts.ClearanceSuspended(
        patient_id=patient_id,
        clearance_id=clearance_id,
        valid_until=valid_until,
        reason=codes.SuspensionReason.CLINICAL,
        for_sessions=Sealed.plain(contracts.SuspensionForSessions(reason="new medicine")),
    )


def snapshot(
    patient_id: str, appointment_id: str, starts_at: datetime, *, kind: str = "dosing", version: int = 1, **more: Any
) -> dict[str, Any]:
    """The appointment as booking tells it."""
    return {
        "patient_id": patient_id,
        "appointment_id": appointment_id,
        "version": version,
        "kind": codes.AppointmentKind(kind),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=3),
        "timezone": "America/Los_Angeles",
        "modality": codes.Modality.IN_PERSON,
        "providers": (
            contracts.Provider(id="user-therapist", role=codes.ProviderRole.THERAPIST),
            contracts.Provider(id="user-nurse", role=codes.ProviderRole.NURSE),
        ),
        "location_id": MILL_VALLEY,
        "status": codes.AppointmentStatus.BOOKED,
        **more,
    }


def evaluation(patient_id: str, appointment_id: str, starts_at: datetime) -> contracts.ConsultationBooked:
    visit = snapshot(patient_id, appointment_id, starts_at, kind="evaluation")
    return contracts.ConsultationBooked(**visit, booked_by=codes.BookedBy.STAFF)


def evaluation_moved(patient_id: str, appointment_id: str, starts_at: datetime) -> contracts.ConsultationRescheduled:
    visit = snapshot(patient_id, appointment_id, starts_at, kind="evaluation", version=2)
    return contracts.ConsultationRescheduled(
        **visit,
        previous_starts_at=starts_at - timedelta(days=1),
        rescheduled_by=codes.RescheduledBy.PATIENT,
        notice_minutes=3000,
    )


def evaluation_called_off(patient_id: str, appointment_id: str, starts_at: datetime) -> contracts.ConsultationCancelled:
    visit = snapshot(patient_id, appointment_id, starts_at, kind="evaluation", version=3)
    return contracts.ConsultationCancelled(
        **{**visit, "status": codes.AppointmentStatus.CANCELLED},
        cancelled_by=codes.CancelledBy.PATIENT,
        reason=codes.CancelReason.PATIENT_REQUEST,
        notice_minutes=3000,
    )


def moved(patient_id: str, appointment_id: str, starts_at: datetime) -> contracts.TreatmentRescheduled:
    """The visit was moved by a day."""
    newer = snapshot(patient_id, appointment_id, starts_at + timedelta(days=1), version=2)
    return contracts.TreatmentRescheduled(
        **newer,
        previous_starts_at=starts_at,
        rescheduled_by=codes.RescheduledBy.PATIENT,
        notice_minutes=60,
    )


def reassigned(patient_id: str, appointment_id: str, starts_at: datetime) -> contracts.TreatmentReassigned:
    """Another nurse is there at the same time."""
    newer = snapshot(patient_id, appointment_id, starts_at, version=2)
    therapist, nurse = newer["providers"]
    return contracts.TreatmentReassigned(
        **{**newer, "providers": (therapist, nurse.model_copy(update={"id": "max"}))},
        previous_providers=(therapist, nurse),
    )


def called_off(
    patient_id: str, appointment_id: str, starts_at: datetime, *, kind: str = "dosing"
) -> contracts.TreatmentCancelled:
    newer = snapshot(patient_id, appointment_id, starts_at, kind=kind, version=2)
    return contracts.TreatmentCancelled(
        **{**newer, "status": codes.AppointmentStatus.CANCELLED},
        cancelled_by=codes.CancelledBy.PATIENT,
        reason=codes.CancelReason.PATIENT_REQUEST,
        notice_minutes=0,
    )


def visit_missed(patient_id: str, appointment_id: str, starts_at: datetime) -> contracts.TreatmentMissed:
    """The patient did not come."""
    newer = snapshot(patient_id, appointment_id, starts_at, version=2)
    return contracts.TreatmentMissed(**{**newer, "status": codes.AppointmentStatus.MISSED})


def came_after_all(patient_id: str, appointment_id: str, starts_at: datetime) -> contracts.TreatmentArrived:
    """The patient is there."""
    newer = snapshot(patient_id, appointment_id, starts_at, version=3)
    return contracts.TreatmentArrived(**{**newer, "status": codes.AppointmentStatus.ARRIVED})


def moved_end(
    patient_id: str, appointment_id: str, starts_at: datetime, *, hours: int
) -> contracts.TreatmentReassigned:
    """Booking gives the visit more time."""
    newer = snapshot(patient_id, appointment_id, starts_at, version=9)
    longer = {**newer, "ends_at": starts_at + timedelta(hours=hours)}
    return contracts.TreatmentReassigned(**longer, previous_providers=(), previous_room_id=None)
