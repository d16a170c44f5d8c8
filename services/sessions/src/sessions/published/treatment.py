"""Sessions: how they end, what was given and observed in them, and what follows."""

from typing import Any

from careflow_events import contracts
from careflow_events.contracts import codes, session_codes
from sessions import sealed_sections as sealed
from sessions.domain.adverse_events import AdverseEventReported, AdverseEventReviewed
from sessions.domain.course import IntegrationFact
from sessions.domain.endings import (
    SessionAborted,
    SessionCompleted,
    SessionServicesCorrected,
)
from sessions.domain.follow_up import FollowUpContactFact
from sessions.domain.given_outside import DoseReviewFact
from sessions.domain.medication import MedicineAllergyTold, MedicineReviewFact, OrderSignatureFact
from sessions.domain.sessions import (
    ClinicalFactReported,
    SessionFact,
    SessionRefused,
)
from sessions.domain.therapy_otherwise import TherapyReviewFact
from sessions.domain.vitals import Severity
from sessions.domain.watch import VitalsBreached, VitalsOverdue


def of_session(fact: SessionFact) -> dict[str, Any]:
    session = fact.session
    return {
        "patient_id": session.patient_id,
        "session_id": session.id,
        "appointment_id": session.appointment_id,
        "plan_id": session.plan_id,
        "kind": codes.AppointmentKind(session.kind.value),
        "phase": codes.Phase(session.phase.value) if session.phase else None,
        "number": session.numbered.number if session.numbered else None,
        "of": session.numbered.of if session.numbered else None,
        "at": fact.at,
    }


def session_refused(fact: SessionRefused) -> contracts.SessionRefused:
    refusal = fact.session.refusal
    assert refusal is not None
    details = sealed.refusal_details(refusal)
    return contracts.SessionRefused(
        **of_session(fact),
        reason=codes.HoldReason(refusal.reason.value),
        patient_controllable=refusal.patient_controllable,
        for_booking_and_billing=details,
        for_screening=details,
    )


def of_end(fact: SessionCompleted | SessionAborted) -> dict[str, Any]:
    session = fact.session
    assert session.outcome is not None
    return {
        **of_session(fact),
        "started_at": session.started_at,
        "ended_at": session.ended_at,
        "providers": tuple(
            contracts.Provider(id=each.id, role=codes.ProviderRole(each.role.value)) for each in session.providers
        ),
        "modality": codes.Modality(session.held.value),
        "held_otherwise": bool(session.therapy_otherwise),
        "outcome": session_codes.SessionOutcome(session.outcome.value),
        "for_billing": sealed.session_for_billing(session),
    }


def services_corrected(fact: SessionServicesCorrected) -> contracts.SessionServicesCorrected:
    session = fact.session
    assert session.services is not None
    return contracts.SessionServicesCorrected(
        patient_id=session.patient_id,
        session_id=session.id,
        revision=session.services.revision,
        for_billing=sealed.session_for_billing(session),
    )


def clinical_fact(fact: ClinicalFactReported) -> contracts.ClinicalFactReported:
    return contracts.ClinicalFactReported(
        patient_id=fact.session.patient_id,
        session_id=fact.session.id,
        at=fact.at,
        for_screening=sealed.clinical_fact(fact.report),
    )


def medicine_allergy(fact: MedicineAllergyTold) -> contracts.ClinicalFactReported:
    return contracts.ClinicalFactReported(
        patient_id=fact.patient_id,
        session_id=fact.session_id,
        at=fact.at,
        for_screening=sealed.medicine_allergy(fact),
    )


def of_integration(fact: IntegrationFact) -> dict[str, Any]:
    return {"patient_id": fact.patient_id, "dosing_session_id": fact.dosing_session_id, "due_by": fact.due_by}


def severity(of: Severity | None) -> session_codes.VitalsSeverity | None:
    return session_codes.VitalsSeverity(of.value) if of else None


def of_vitals(fact: VitalsBreached | VitalsOverdue) -> dict[str, Any]:
    return {
        "patient_id": fact.session.patient_id,
        "session_id": fact.session.id,
        "severity": session_codes.VitalsSeverity(fact.severity.value),
        "at": fact.at,
    }


def adverse_event_reported(fact: AdverseEventReported) -> contracts.AdverseEventReported:
    event = fact.event
    return contracts.AdverseEventReported(
        patient_id=event.patient_id,
        adverse_event_id=event.id,
        session_id=event.session_id,
        grade=event.grade,
        previous_grade=fact.previous_grade,
        serious=event.observation.serious,
        reported_at=event.reported_at,
    )


def adverse_event_reviewed(fact: AdverseEventReviewed) -> contracts.AdverseEventReviewed:
    return contracts.AdverseEventReviewed(
        patient_id=fact.event.patient_id,
        adverse_event_id=fact.event.id,
        decision=session_codes.ReviewDecision(fact.event.reviews[-1].decision.value),
        reviewed_at=fact.at,
    )


def of_contact(fact: FollowUpContactFact) -> dict[str, Any]:
    return {
        "patient_id": fact.patient_id,
        "task_id": fact.task_id,
        "category": session_codes.TaskCategory(fact.task.value),
        "due_by": fact.due_by,
    }


def of_signature(fact: OrderSignatureFact) -> dict[str, Any]:
    return {
        "patient_id": fact.patient_id,
        "task_id": fact.order_id,
        "category": session_codes.TaskCategory.ORDER_SIGNATURE,
        "due_by": fact.sign_by,
    }


def of_dose_review(fact: DoseReviewFact) -> dict[str, Any]:
    return {
        "patient_id": fact.patient_id,
        "session_id": fact.session.id,
        "task_id": fact.dose_id,
        "category": session_codes.TaskCategory.DOSE_REVIEW,
        "due_by": fact.review_by,
    }


def of_therapy_review(fact: TherapyReviewFact) -> dict[str, Any]:
    return {
        "patient_id": fact.session.patient_id,
        "session_id": fact.session.id,
        "task_id": fact.therapy_id,
        "category": session_codes.TaskCategory.THERAPY_REVIEW,
        "due_by": fact.review_by,
    }


def of_medicine_review(fact: MedicineReviewFact) -> dict[str, Any]:
    return {
        "patient_id": fact.patient_id,
        "session_id": fact.session_id,
        "task_id": fact.administration_id,
        "category": session_codes.TaskCategory.DOSE_REVIEW,
        "due_by": fact.review_by,
        "medicine": True,
    }
