"""Everything sessions says: each domain fact and the contract event it becomes; the modules beside it make the events.

Invariant: open data holds ids, process codes and times; what more one consumer needs is in `sealed_sections`.
"""

from typing import Any, Final

from careflow_domain.disclosures import RecordPart
from careflow_events import contracts
from careflow_events.contracts import codes, session_codes
from careflow_events.contracts.sealed import Sealed
from careflow_events.publication import PublicationTable, published, says
from sessions.domain.adverse_events import AdverseEventReported, AdverseEventReviewed
from sessions.domain.care import CareDischarged, DischargeReason
from sessions.domain.consents import ConsentExpired, ConsentSigned, ConsentWithdrawn
from sessions.domain.course import IntegrationDone, IntegrationDue, IntegrationEnded, IntegrationOverdue
from sessions.domain.disclosures import RecordDisclosed
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
from sessions.domain.follow_up import FollowUpContactDue, FollowUpContactOverdue
from sessions.domain.given_outside import DoseReviewCompleted, DoseReviewDue, DoseReviewOverdue
from sessions.domain.medication import (
    MedicineAllergyTold,
    MedicineReviewCompleted,
    MedicineReviewDue,
    MedicineReviewOverdue,
    OrderSignatureCompleted,
    OrderSignatureDue,
    OrderSignatureOverdue,
)
from sessions.domain.notes import NoteSigned
from sessions.domain.plan_links import PlanLinkIssued, PlanLinkWithdrawn
from sessions.domain.plan_tasks import PlanTaskCompleted, PlanTaskDue, PlanTaskOverdue
from sessions.domain.plans import (
    PlanActivated,
    PlanAdjusted,
    PlanCompleted,
    PlanDiscontinued,
    PlanEnding,
    PlanPutOnHold,
    PlanResumed,
)
from sessions.domain.rems_form import RemsFormDue, RemsFormFact, RemsFormOverdue, RemsFormSubmitted
from sessions.domain.retention import ErasureAgreed, ErasureRefused
from sessions.domain.returns import PatientReturned
from sessions.domain.running_long import SessionRunningLong
from sessions.domain.sessions import (
    ClinicalFactReported,
    SessionCheckedIn,
    SessionCleared,
    SessionRefused,
    SessionStarted,
)
from sessions.domain.therapy_otherwise import TherapyReviewCompleted, TherapyReviewDue, TherapyReviewOverdue
from sessions.domain.watch import VitalsBreached, VitalsOverdue
from sessions.published import plans, treatment

PARTS: Final = {
    RecordPart.GENERAL: codes.RecordPart.ORDINARY,
    RecordPart.PSYCHOTHERAPY_NOTES: codes.RecordPart.PSYCHOTHERAPY_NOTES,
}


def _record_disclosed(fact: RecordDisclosed) -> contracts.SessionsRecordDisclosed:
    return contracts.SessionsRecordDisclosed(
        patient_id=fact.patient_id,
        record_request_id=fact.record_request_id,
        disclosure_id=fact.disclosure_id,
        disclosed_by=fact.by,
        for_booking=Sealed.plain(contracts.RecordPartForBooking(part=PARTS[fact.part])),
    )


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


def _plan_link(fact: PlanLinkIssued) -> contracts.PlanLinkIssued:
    return contracts.PlanLinkIssued(
        patient_id=fact.patient_id,
        link_id=fact.link_id,
        works_until=fact.works_until,
        for_booking=Sealed.plain(contracts.PlanLinkForBooking(link=fact.link)),
    )


def _drug_task(fact: DrugTaskFact) -> dict[str, Any]:
    return {
        "location_id": fact.location_id,
        "task_id": fact.task_id,
        "category": session_codes.DrugTaskCategory(fact.task.value),
        "due_by": fact.due_by,
    }


PUBLISHED: PublicationTable = published(
    says(ConsentSigned, contracts.ConsentSigned, plans.consent_signed),
    says(
        ConsentWithdrawn, contracts.ConsentWithdrawn, lambda fact: contracts.ConsentWithdrawn(**plans.of_consent(fact))
    ),
    says(ConsentExpired, contracts.ConsentExpired, lambda fact: contracts.ConsentExpired(**plans.of_consent(fact))),
    says(PlanActivated, contracts.PlanActivated, lambda fact: contracts.PlanActivated(**plans.of_signed(fact))),
    says(PlanAdjusted, contracts.PlanAdjusted, lambda fact: contracts.PlanAdjusted(**plans.of_signed(fact))),
    says(PlanLinkIssued, contracts.PlanLinkIssued, _plan_link),
    says(
        PlanLinkWithdrawn,
        contracts.PlanLinkWithdrawn,
        lambda fact: contracts.PlanLinkWithdrawn(patient_id=fact.patient_id, link_id=fact.link_id),
    ),
    says(PlanPutOnHold, contracts.PlanPutOnHold, lambda fact: contracts.PlanPutOnHold(**plans.of_change(fact))),
    says(PlanResumed, contracts.PlanResumed, lambda fact: contracts.PlanResumed(**plans.of_change(fact))),
    says(PlanCompleted, contracts.PlanCompleted, lambda fact: contracts.PlanCompleted(**plans.of_change(fact))),
    says(
        PlanDiscontinued, contracts.PlanDiscontinued, lambda fact: contracts.PlanDiscontinued(**plans.of_change(fact))
    ),
    says(PlanEnding, contracts.PlanEnding, plans.plan_ending),
    says(
        SessionCheckedIn,
        contracts.SessionCheckedIn,
        lambda fact: contracts.SessionCheckedIn(**treatment.of_session(fact)),
    ),
    says(SessionCleared, contracts.SessionCleared, lambda fact: contracts.SessionCleared(**treatment.of_session(fact))),
    says(SessionRefused, contracts.SessionRefused, treatment.session_refused),
    says(SessionStarted, contracts.SessionStarted, lambda fact: contracts.SessionStarted(**treatment.of_session(fact))),
    says(
        DoseAdministered,
        contracts.DoseAdministered,
        lambda fact: contracts.DoseAdministered(
            **treatment.of_session(fact), outside_gate=fact.session.doses[-1].outside is not None
        ),
    ),
    says(
        SessionRunningLong,
        contracts.SessionRunningLong,
        lambda fact: contracts.SessionRunningLong(**treatment.of_session(fact), expected_end=fact.expected_end),
    ),
    says(
        SessionDischarged,
        contracts.SessionDischarged,
        lambda fact: contracts.SessionDischarged(
            **treatment.of_session(fact), left_at=fact.left_at, overdue_after_leaving=treatment.severity(fact.overdue)
        ),
    ),
    says(
        SessionCompleted, contracts.SessionCompleted, lambda fact: contracts.SessionCompleted(**treatment.of_end(fact))
    ),
    says(SessionAborted, contracts.SessionAborted, lambda fact: contracts.SessionAborted(**treatment.of_end(fact))),
    says(SessionServicesCorrected, contracts.SessionServicesCorrected, treatment.services_corrected),
    says(ClinicalFactReported, contracts.ClinicalFactReported, treatment.clinical_fact),
    says(MedicineAllergyTold, contracts.ClinicalFactReported, treatment.medicine_allergy),
    says(VitalsBreached, contracts.VitalsBreached, lambda fact: contracts.VitalsBreached(**treatment.of_vitals(fact))),
    says(VitalsOverdue, contracts.VitalsOverdue, lambda fact: contracts.VitalsOverdue(**treatment.of_vitals(fact))),
    says(
        PatientLeftEarly,
        contracts.PatientLeftEarly,
        lambda fact: contracts.PatientLeftEarly(
            patient_id=fact.session.patient_id,
            session_id=fact.session.id,
            at=fact.at,
            overdue_after_leaving=treatment.severity(fact.overdue),
        ),
    ),
    says(
        PatientReturned,
        contracts.PatientReturned,
        lambda fact: contracts.PatientReturned(
            patient_id=fact.session.patient_id, session_id=fact.session.id, at=fact.at
        ),
    ),
    says(
        IntegrationDue,
        contracts.IntegrationDue,
        lambda fact: contracts.IntegrationDue(**treatment.of_integration(fact)),
    ),
    says(
        IntegrationDone,
        contracts.IntegrationDone,
        lambda fact: contracts.IntegrationDone(**treatment.of_integration(fact)),
    ),
    says(
        IntegrationOverdue,
        contracts.IntegrationOverdue,
        lambda fact: contracts.IntegrationOverdue(**treatment.of_integration(fact)),
    ),
    says(
        IntegrationEnded,
        contracts.IntegrationEnded,
        lambda fact: contracts.IntegrationEnded(**treatment.of_integration(fact)),
    ),
    says(AdverseEventReported, contracts.AdverseEventReported, treatment.adverse_event_reported),
    says(AdverseEventReviewed, contracts.AdverseEventReviewed, treatment.adverse_event_reviewed),
    says(
        FollowUpContactDue,
        contracts.FollowUpContactDue,
        lambda fact: contracts.FollowUpContactDue(**treatment.of_contact(fact)),
    ),
    says(
        FollowUpContactOverdue,
        contracts.FollowUpContactOverdue,
        lambda fact: contracts.FollowUpContactOverdue(**treatment.of_contact(fact)),
    ),
    says(PlanTaskDue, contracts.PlanTaskDue, lambda fact: contracts.PlanTaskDue(**plans.of_task(fact))),
    says(
        PlanTaskCompleted,
        contracts.PlanTaskCompleted,
        lambda fact: contracts.PlanTaskCompleted(
            **plans.of_task(fact), outcome=session_codes.TaskOutcome(fact.outcome.value)
        ),
    ),
    says(PlanTaskOverdue, contracts.PlanTaskOverdue, lambda fact: contracts.PlanTaskOverdue(**plans.of_task(fact))),
    says(CareDischarged, contracts.CareDischarged, _care_discharged),
    says(NoteSigned, contracts.NoteSigned, _note_signed),
    says(RemsFormDue, contracts.RemsFormDue, lambda fact: contracts.RemsFormDue(**_rems_form(fact))),
    says(RemsFormSubmitted, contracts.RemsFormSubmitted, lambda fact: contracts.RemsFormSubmitted(**_rems_form(fact))),
    says(RemsFormOverdue, contracts.RemsFormOverdue, lambda fact: contracts.RemsFormOverdue(**_rems_form(fact))),
    says(
        DoseReviewDue, contracts.DoseReviewDue, lambda fact: contracts.DoseReviewDue(**treatment.of_dose_review(fact))
    ),
    says(
        DoseReviewCompleted,
        contracts.DoseReviewCompleted,
        lambda fact: contracts.DoseReviewCompleted(**treatment.of_dose_review(fact)),
    ),
    says(
        DoseReviewOverdue,
        contracts.DoseReviewOverdue,
        lambda fact: contracts.DoseReviewOverdue(**treatment.of_dose_review(fact)),
    ),
    says(
        TherapyReviewDue,
        contracts.TherapyReviewDue,
        lambda fact: contracts.TherapyReviewDue(**treatment.of_therapy_review(fact)),
    ),
    says(
        TherapyReviewCompleted,
        contracts.TherapyReviewCompleted,
        lambda fact: contracts.TherapyReviewCompleted(**treatment.of_therapy_review(fact)),
    ),
    says(
        TherapyReviewOverdue,
        contracts.TherapyReviewOverdue,
        lambda fact: contracts.TherapyReviewOverdue(**treatment.of_therapy_review(fact)),
    ),
    says(
        MedicineReviewDue,
        contracts.DoseReviewDue,
        lambda fact: contracts.DoseReviewDue(**treatment.of_medicine_review(fact)),
    ),
    says(
        MedicineReviewCompleted,
        contracts.DoseReviewCompleted,
        lambda fact: contracts.DoseReviewCompleted(**treatment.of_medicine_review(fact)),
    ),
    says(
        MedicineReviewOverdue,
        contracts.DoseReviewOverdue,
        lambda fact: contracts.DoseReviewOverdue(**treatment.of_medicine_review(fact)),
    ),
    says(
        OrderSignatureDue,
        contracts.OrderSignatureDue,
        lambda fact: contracts.OrderSignatureDue(**treatment.of_signature(fact)),
    ),
    says(
        OrderSignatureCompleted,
        contracts.OrderSignatureCompleted,
        lambda fact: contracts.OrderSignatureCompleted(**treatment.of_signature(fact)),
    ),
    says(
        OrderSignatureOverdue,
        contracts.OrderSignatureOverdue,
        lambda fact: contracts.OrderSignatureOverdue(**treatment.of_signature(fact)),
    ),
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
    says(RecordDisclosed, contracts.SessionsRecordDisclosed, _record_disclosed),
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
