"""Everything sessions says: each domain fact and the contract event it becomes.

Invariant: open data holds ids, process codes and times; what more one consumer needs is in `sealed_sections`.
"""

from typing import Any

from careflow_events import contracts
from careflow_events.contracts import codes, session_codes
from careflow_events.publication import PublicationTable, published, says
from sessions import sealed_sections as sealed
from sessions.domain.adverse_events import AdverseEventReported, AdverseEventReviewed
from sessions.domain.care import CareDischarged, DischargeReason
from sessions.domain.consents import ConsentExpired, ConsentFact, ConsentSigned, ConsentWithdrawn
from sessions.domain.course import IntegrationDone, IntegrationDue, IntegrationFact, IntegrationOverdue
from sessions.domain.dosing import DoseAdministered
from sessions.domain.drug_days import DrugCountMismatched, DrugDayClosed
from sessions.domain.drug_log import DrugLossReported
from sessions.domain.drug_tasks import DrugTaskCompleted, DrugTaskDue, DrugTaskFact, DrugTaskOverdue
from sessions.domain.endings import (
    PatientLeftEarly,
    SessionAborted,
    SessionCompleted,
    SessionDischarged,
    SessionServicesCorrected,
)
from sessions.domain.follow_up import FollowUpContactDue, FollowUpContactFact, FollowUpContactOverdue
from sessions.domain.notes import NoteSigned
from sessions.domain.plans import (
    PlanActivated,
    PlanAdjusted,
    PlanChanged,
    PlanCompleted,
    PlanDiscontinued,
    PlanPutOnHold,
    PlanResumed,
    PlanSigned,
)
from sessions.domain.rems_form import RemsFormDue, RemsFormFact, RemsFormOverdue, RemsFormSubmitted
from sessions.domain.retention import ErasureAgreed, ErasureRefused
from sessions.domain.running_long import SessionRunningLong
from sessions.domain.sessions import (
    ClinicalFactReported,
    SessionCheckedIn,
    SessionCleared,
    SessionFact,
    SessionRefused,
    SessionStarted,
)
from sessions.domain.watch import VitalsBreached, VitalsOverdue


def _consent(fact: ConsentFact) -> dict[str, Any]:
    consent = fact.consent
    return {
        "patient_id": consent.patient_id,
        "consent_id": consent.id,
        "category": session_codes.ConsentCategory(consent.category.value),
        "policy_version": consent.text.policy_version,
        "signed_at": consent.signed_at,
        "valid_until": consent.valid_until,
    }


def _consent_signed(fact: ConsentSigned) -> contracts.ConsentSigned:
    return contracts.ConsentSigned(
        **_consent(fact), renews=tuple(fact.consent.renews), for_screening=sealed.consent_document(fact.consent)
    )


def _plan_signed(fact: PlanSigned) -> dict[str, Any]:
    plan = fact.plan
    assert plan.signature is not None
    return {
        "patient_id": plan.patient_id,
        "plan_id": plan.id,
        "version": plan.revision,
        "phase": codes.Phase(plan.terms.phase.value),
        "clearance_id": plan.signature.clearance_id,
        "consent_id": plan.signature.consent_id,
        "activated_at": fact.at,
        "visits": tuple(
            contracts.PlannedVisits(
                kind=codes.AppointmentKind(visits.kind.value),
                count=visits.count,
                duration_minutes=visits.minutes,
                modality=codes.Modality(visits.modality.value),
                roles=tuple(codes.ProviderRole(role.value) for role in visits.roles),
                rooms=tuple(session_codes.RoomPurpose(room.value) for room in visits.rooms),
            )
            for visits in plan.terms.visits
        ),
        "for_booking": sealed.plan_for_booking(plan, fact.outline),
        "for_billing": sealed.plan_for_billing(fact.outline),
    }


def _plan_changed(fact: PlanChanged) -> dict[str, Any]:
    return {
        "patient_id": fact.plan.patient_id,
        "plan_id": fact.plan.id,
        "version": fact.plan.revision,
        "reason": session_codes.PlanChangeReason(fact.reason.value),
    }


def _session(fact: SessionFact) -> dict[str, Any]:
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


def _session_refused(fact: SessionRefused) -> contracts.SessionRefused:
    refusal = fact.session.refusal
    assert refusal is not None
    details = sealed.refusal_details(refusal)
    return contracts.SessionRefused(
        **_session(fact),
        reason=codes.HoldReason(refusal.reason.value),
        patient_controllable=refusal.patient_controllable,
        for_booking_and_billing=details,
        for_screening=details,
    )


def _session_ended(fact: SessionCompleted | SessionAborted) -> dict[str, Any]:
    session = fact.session
    assert session.outcome is not None
    return {
        **_session(fact),
        "started_at": session.started_at,
        "ended_at": session.ended_at,
        "providers": tuple(
            contracts.Provider(id=each.id, role=codes.ProviderRole(each.role.value)) for each in session.providers
        ),
        "modality": codes.Modality(session.modality.value),
        "outcome": session_codes.SessionOutcome(session.outcome.value),
        "for_billing": sealed.session_for_billing(session),
    }


def _services_corrected(fact: SessionServicesCorrected) -> contracts.SessionServicesCorrected:
    session = fact.session
    assert session.services is not None
    return contracts.SessionServicesCorrected(
        patient_id=session.patient_id,
        session_id=session.id,
        revision=session.services.revision,
        for_billing=sealed.session_for_billing(session),
    )


def _clinical_fact(fact: ClinicalFactReported) -> contracts.ClinicalFactReported:
    return contracts.ClinicalFactReported(
        patient_id=fact.session.patient_id,
        session_id=fact.session.id,
        at=fact.at,
        for_screening=sealed.clinical_fact(fact.report),
    )


def _integration(fact: IntegrationFact) -> dict[str, Any]:
    return {"patient_id": fact.patient_id, "dosing_session_id": fact.dosing_session_id, "due_by": fact.due_by}


def _vitals(fact: VitalsBreached | VitalsOverdue) -> dict[str, Any]:
    return {
        "patient_id": fact.session.patient_id,
        "session_id": fact.session.id,
        "severity": session_codes.VitalsSeverity(fact.severity.value),
        "at": fact.at,
    }


def _adverse_event_reported(fact: AdverseEventReported) -> contracts.AdverseEventReported:
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


def _adverse_event_reviewed(fact: AdverseEventReviewed) -> contracts.AdverseEventReviewed:
    return contracts.AdverseEventReviewed(
        patient_id=fact.event.patient_id,
        adverse_event_id=fact.event.id,
        decision=session_codes.ReviewDecision(fact.event.reviews[-1].decision.value),
        reviewed_at=fact.at,
    )


def _contact(fact: FollowUpContactFact) -> dict[str, Any]:
    return {
        "patient_id": fact.patient_id,
        "task_id": fact.task_id,
        "category": session_codes.TaskCategory(fact.task.value),
        "due_by": fact.due_by,
    }


def _care_discharged(fact: CareDischarged) -> contracts.CareDischarged:
    """That somebody died is nothing for an operational event."""
    discharge = fact.discharge
    said = DischargeReason.OTHER if discharge.reason is DischargeReason.DECEASED else discharge.reason
    return contracts.CareDischarged(
        patient_id=discharge.patient_id,
        plan_id=discharge.plan_ids[0],
        discharged_at=fact.at,
        discharged_by=discharge.by,
        reason=session_codes.CareEndReason(said.value),
    )


def _note_signed(fact: NoteSigned) -> contracts.NoteSigned:
    note = fact.note
    return contracts.NoteSigned(
        patient_id=note.patient_id,
        note_id=note.id,
        session_id=note.session_id,
        kind=session_codes.NoteKind(note.kind.value),
        signed_by=note.author,
        signed_at=fact.at,
    )


def _rems_form(fact: RemsFormFact) -> dict[str, Any]:
    return {
        "patient_id": fact.form.patient_id,
        "task_id": fact.form.id,
        "category": session_codes.TaskCategory.MONITORING_FORM,
        "due_by": fact.form.due_by,
    }


def _drug_task(fact: DrugTaskFact) -> dict[str, Any]:
    return {
        "location_id": fact.location_id,
        "task_id": fact.task_id,
        "category": session_codes.DrugTaskCategory(fact.task.value),
        "due_by": fact.due_by,
    }


PUBLISHED: PublicationTable = published(
    says(ConsentSigned, contracts.ConsentSigned, _consent_signed),
    says(ConsentWithdrawn, contracts.ConsentWithdrawn, lambda fact: contracts.ConsentWithdrawn(**_consent(fact))),
    says(ConsentExpired, contracts.ConsentExpired, lambda fact: contracts.ConsentExpired(**_consent(fact))),
    says(PlanActivated, contracts.PlanActivated, lambda fact: contracts.PlanActivated(**_plan_signed(fact))),
    says(PlanAdjusted, contracts.PlanAdjusted, lambda fact: contracts.PlanAdjusted(**_plan_signed(fact))),
    says(PlanPutOnHold, contracts.PlanPutOnHold, lambda fact: contracts.PlanPutOnHold(**_plan_changed(fact))),
    says(PlanResumed, contracts.PlanResumed, lambda fact: contracts.PlanResumed(**_plan_changed(fact))),
    says(PlanCompleted, contracts.PlanCompleted, lambda fact: contracts.PlanCompleted(**_plan_changed(fact))),
    says(PlanDiscontinued, contracts.PlanDiscontinued, lambda fact: contracts.PlanDiscontinued(**_plan_changed(fact))),
    says(SessionCheckedIn, contracts.SessionCheckedIn, lambda fact: contracts.SessionCheckedIn(**_session(fact))),
    says(SessionCleared, contracts.SessionCleared, lambda fact: contracts.SessionCleared(**_session(fact))),
    says(SessionRefused, contracts.SessionRefused, _session_refused),
    says(SessionStarted, contracts.SessionStarted, lambda fact: contracts.SessionStarted(**_session(fact))),
    says(DoseAdministered, contracts.DoseAdministered, lambda fact: contracts.DoseAdministered(**_session(fact))),
    says(
        SessionRunningLong,
        contracts.SessionRunningLong,
        lambda fact: contracts.SessionRunningLong(**_session(fact), expected_end=fact.expected_end),
    ),
    says(SessionDischarged, contracts.SessionDischarged, lambda fact: contracts.SessionDischarged(**_session(fact))),
    says(SessionCompleted, contracts.SessionCompleted, lambda fact: contracts.SessionCompleted(**_session_ended(fact))),
    says(SessionAborted, contracts.SessionAborted, lambda fact: contracts.SessionAborted(**_session_ended(fact))),
    says(SessionServicesCorrected, contracts.SessionServicesCorrected, _services_corrected),
    says(ClinicalFactReported, contracts.ClinicalFactReported, _clinical_fact),
    says(VitalsBreached, contracts.VitalsBreached, lambda fact: contracts.VitalsBreached(**_vitals(fact))),
    says(VitalsOverdue, contracts.VitalsOverdue, lambda fact: contracts.VitalsOverdue(**_vitals(fact))),
    says(
        PatientLeftEarly,
        contracts.PatientLeftEarly,
        lambda fact: contracts.PatientLeftEarly(
            patient_id=fact.session.patient_id, session_id=fact.session.id, at=fact.at
        ),
    ),
    says(IntegrationDue, contracts.IntegrationDue, lambda fact: contracts.IntegrationDue(**_integration(fact))),
    says(IntegrationDone, contracts.IntegrationDone, lambda fact: contracts.IntegrationDone(**_integration(fact))),
    says(
        IntegrationOverdue,
        contracts.IntegrationOverdue,
        lambda fact: contracts.IntegrationOverdue(**_integration(fact)),
    ),
    says(AdverseEventReported, contracts.AdverseEventReported, _adverse_event_reported),
    says(AdverseEventReviewed, contracts.AdverseEventReviewed, _adverse_event_reviewed),
    says(FollowUpContactDue, contracts.FollowUpContactDue, lambda fact: contracts.FollowUpContactDue(**_contact(fact))),
    says(
        FollowUpContactOverdue,
        contracts.FollowUpContactOverdue,
        lambda fact: contracts.FollowUpContactOverdue(**_contact(fact)),
    ),
    says(CareDischarged, contracts.CareDischarged, _care_discharged),
    says(NoteSigned, contracts.NoteSigned, _note_signed),
    says(RemsFormDue, contracts.RemsFormDue, lambda fact: contracts.RemsFormDue(**_rems_form(fact))),
    says(RemsFormSubmitted, contracts.RemsFormSubmitted, lambda fact: contracts.RemsFormSubmitted(**_rems_form(fact))),
    says(RemsFormOverdue, contracts.RemsFormOverdue, lambda fact: contracts.RemsFormOverdue(**_rems_form(fact))),
    says(
        DrugCountMismatched,
        contracts.DrugCountMismatch,
        lambda fact: contracts.DrugCountMismatch(
            location_id=fact.location_id, container_id=fact.container_id, at=fact.at
        ),
    ),
    says(
        DrugLossReported,
        contracts.DrugLossReported,
        lambda fact: contracts.DrugLossReported(
            location_id=fact.location_id, container_id=fact.container_id, at=fact.at
        ),
    ),
    says(
        DrugDayClosed,
        contracts.DrugDayClosed,
        lambda fact: contracts.DrugDayClosed(
            location_id=fact.location_id,
            day=fact.day.isoformat(),
            closed_at=fact.at,
            open_discrepancies=fact.open_discrepancies,
        ),
    ),
    says(DrugTaskDue, contracts.DrugTaskDue, lambda fact: contracts.DrugTaskDue(**_drug_task(fact))),
    says(DrugTaskCompleted, contracts.DrugTaskCompleted, lambda fact: contracts.DrugTaskCompleted(**_drug_task(fact))),
    says(DrugTaskOverdue, contracts.DrugTaskOverdue, lambda fact: contracts.DrugTaskOverdue(**_drug_task(fact))),
    says(
        ErasureAgreed,
        contracts.SessionsErasureAgreed,
        lambda fact: contracts.SessionsErasureAgreed(patient_id=fact.patient_id, erasure_id=fact.erasure_id),
    ),
    says(
        ErasureRefused,
        contracts.SessionsErasureRefused,
        lambda fact: contracts.SessionsErasureRefused(
            patient_id=fact.patient_id,
            erasure_id=fact.erasure_id,
            reason=codes.RetentionReason(fact.refusal.reason),
            retain_until=fact.refusal.retain_until,
        ),
    ),
)
