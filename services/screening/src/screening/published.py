"""Everything screening says: each domain fact and the contract event it becomes.

Invariant: open data holds ids, process codes, times and alert levels; everything clinical goes into a sealed section.
"""

from careflow_domain.disclosures import RecordPart
from careflow_events import contracts
from careflow_events.contracts import Sealed, codes, session_codes
from careflow_events.publication import PublicationTable, published, says
from screening.domain.alerts import (
    SafetyAlertAcknowledged,
    SafetyAlertClosed,
    SafetyAlertEscalated,
    SafetyAlertJoined,
    SafetyAlertRaised,
    SafetyAlertUpgraded,
)
from screening.domain.answer_links import AnswerLinkIssued
from screening.domain.case import ScreeningStarted, ScreeningSubmitted
from screening.domain.clearance import (
    ClearanceExpired,
    ClearanceExpiring,
    ClearanceExtended,
    ClearanceGranted,
    ClearanceReinstated,
    ClearanceRevoked,
    ClearanceSuspended,
)
from screening.domain.course import OutcomeReviewDue
from screening.domain.disclosures import RecordDisclosed
from screening.domain.endings import ClearanceDeferred, ClearanceDenied, ScreeningClosed
from screening.domain.evaluation import DiagnosesRecorded, EvaluationRecorded
from screening.domain.evidence import EvidenceExpiring, EvidenceRecorded
from screening.domain.history import AllergiesChanged
from screening.domain.intake import QuestionnaireCompleted, QuestionnaireRequested, QuestionnaireWithdrawn
from screening.domain.pre_session import PreSessionScreenAssessed
from screening.domain.retention import ErasureAgreed, ErasureRefused
from screening.domain.tasks import OutcomeReviewed


def _answer_link_issued(fact: AnswerLinkIssued) -> contracts.AnswerLinkIssued:
    return contracts.AnswerLinkIssued(
        patient_id=fact.patient_id,
        link_id=fact.link_id,
        answer_by=fact.answer_by,
        works_until=fact.works_until,
        for_booking=Sealed.plain(contracts.AnswerLinkForBooking(link=fact.link)),
    )


def _questionnaire_completed(fact: QuestionnaireCompleted) -> contracts.QuestionnaireCompleted:
    return contracts.QuestionnaireCompleted(
        patient_id=fact.patient_id,
        case_id=fact.case_id,
        request_id=fact.request_id,
        purpose=codes.QuestionnairePurpose(fact.purpose.value),
        completed_at=fact.at,
        alert_ids=fact.alert_ids,
        for_sessions=Sealed.plain(contracts.QuestionnaireForSessions(questionnaire=fact.questionnaire)),
    )


def _record_disclosed(fact: RecordDisclosed) -> contracts.ScreeningRecordDisclosed:
    general = fact.part is RecordPart.GENERAL
    part = codes.RecordPart.ORDINARY if general else codes.RecordPart.SUBSTANCE_USE
    return contracts.ScreeningRecordDisclosed(
        patient_id=fact.patient_id,
        record_request_id=fact.record_request_id,
        disclosure_id=fact.disclosure_id,
        disclosed_by=fact.by,
        for_booking=Sealed.plain(contracts.RecordPartForBooking(part=part)),
    )


def _pre_session_screen_assessed(fact: PreSessionScreenAssessed) -> contracts.PreSessionScreenAssessed:
    section = contracts.PreSessionScreenForSessions(
        level=codes.AlertLevel(fact.level.value) if fact.level else None,
        score=fact.score,
        change_from_baseline=fact.change,
    )
    return contracts.PreSessionScreenAssessed(
        patient_id=fact.patient_id,
        request_id=fact.request_id,
        completed_at=fact.at,
        valid_until=fact.valid_until,
        result=session_codes.ScreenResult(fact.result.value),
        for_sessions=Sealed.plain(section),
    )


def _outcome_review_due(fact: OutcomeReviewDue) -> contracts.OutcomeReviewDue:
    section = contracts.OutcomeForSessions(
        questionnaire=fact.questionnaire, finding=session_codes.OutcomeFinding(fact.reason.value)
    )
    return contracts.OutcomeReviewDue(
        patient_id=fact.patient_id, due_by=fact.due_by, for_sessions=Sealed.plain(section)
    )


def _evaluation_recorded(fact: EvaluationRecorded) -> contracts.EvaluationRecorded:
    lines = tuple(
        contracts.ServiceLine(code=line.code, units=line.units, minutes=line.minutes) for line in fact.service_lines
    )
    return contracts.EvaluationRecorded(
        patient_id=fact.patient_id,
        case_id=fact.case_id,
        evaluation_id=fact.evaluation_id,
        appointment_id=fact.appointment_id,
        provider_id=fact.provider_id,
        started_at=fact.started_at,
        ended_at=fact.ended_at,
        parts=tuple(codes.EvaluationPart(part) for part in fact.parts),
        for_billing=Sealed.plain(contracts.EvaluationForBilling(service_lines=lines)),
    )


def _diagnoses_recorded(fact: DiagnosesRecorded) -> contracts.DiagnosesRecorded:
    section = contracts.DiagnosesForBilling(codes=fact.disclosed, withheld=fact.withheld)
    return contracts.DiagnosesRecorded(
        patient_id=fact.patient_id,
        evaluation_id=fact.evaluation_id,
        recorded_at=fact.at,
        for_billing=Sealed.plain(section),
    )


def _allergies_changed(fact: AllergiesChanged) -> contracts.AllergiesChanged:
    return contracts.AllergiesChanged(
        patient_id=fact.patient_id,
        recorded_at=fact.at,
        for_sessions=Sealed.plain(contracts.AllergiesForSessions(allergies=fact.allergies)),
    )


def _evidence_recorded(fact: EvidenceRecorded) -> contracts.EvidenceRecorded:
    return contracts.EvidenceRecorded(
        patient_id=fact.patient_id,
        evidence_id=fact.evidence_id,
        category=codes.EvidenceCategory(fact.category.value),
        valid_until=fact.valid_until,
    )


def _evidence_expiring(fact: EvidenceExpiring) -> contracts.EvidenceExpiring:
    return contracts.EvidenceExpiring(
        patient_id=fact.patient_id,
        evidence_id=fact.evidence_id,
        category=codes.EvidenceCategory(fact.category.value),
        valid_until=fact.valid_until,
    )


def _clearance_granted(fact: ClearanceGranted) -> contracts.ClearanceGranted:
    section = contracts.ClearanceForSessions(
        indications=tuple(codes.Indication(each) for each in fact.terms.indications),
        conditions=fact.terms.conditions,
        excluded_routes=tuple(codes.Route(each) for each in fact.terms.excluded_routes),
        allergies=fact.terms.allergies,
        interaction_flags=fact.terms.interaction_flags,
    )
    return contracts.ClearanceGranted(
        patient_id=fact.patient_id,
        clearance_id=fact.clearance_id,
        decided_at=fact.at,
        valid_until=fact.valid_until,
        conditional=fact.conditional,
        supersedes=fact.supersedes,
        for_sessions=Sealed.plain(section),
    )


def _clearance_suspended(fact: ClearanceSuspended) -> contracts.ClearanceSuspended:
    return contracts.ClearanceSuspended(
        patient_id=fact.patient_id,
        clearance_id=fact.clearance_id,
        valid_until=fact.valid_until,
        reason=codes.SuspensionReason(fact.reason.value),
        for_sessions=Sealed.plain(contracts.SuspensionForSessions(reason=fact.fine_reason)),
    )


PUBLISHED: PublicationTable = published(
    says(
        ScreeningStarted,
        contracts.ScreeningStarted,
        lambda fact: contracts.ScreeningStarted(patient_id=fact.patient_id, case_id=fact.case_id, started_at=fact.at),
    ),
    says(
        ScreeningSubmitted,
        contracts.ScreeningSubmitted,
        lambda fact: contracts.ScreeningSubmitted(
            patient_id=fact.patient_id, case_id=fact.case_id, submitted_at=fact.at
        ),
    ),
    says(
        ScreeningClosed,
        contracts.ScreeningClosed,
        lambda fact: contracts.ScreeningClosed(
            patient_id=fact.patient_id,
            case_id=fact.case_id,
            closed_at=fact.at,
            reason=codes.ScreeningCloseReason(fact.reason.value),
        ),
    ),
    says(
        QuestionnaireRequested,
        contracts.QuestionnaireRequested,
        lambda fact: contracts.QuestionnaireRequested(
            patient_id=fact.patient_id,
            request_id=fact.request_id,
            purpose=codes.QuestionnairePurpose(fact.purpose.value),
            due_at=fact.due_at,
        ),
    ),
    says(
        QuestionnaireWithdrawn,
        contracts.QuestionnaireWithdrawn,
        lambda fact: contracts.QuestionnaireWithdrawn(
            patient_id=fact.patient_id,
            request_id=fact.request_id,
            purpose=codes.QuestionnairePurpose(fact.purpose.value),
        ),
    ),
    says(AnswerLinkIssued, contracts.AnswerLinkIssued, _answer_link_issued),
    says(QuestionnaireCompleted, contracts.QuestionnaireCompleted, _questionnaire_completed),
    says(PreSessionScreenAssessed, contracts.PreSessionScreenAssessed, _pre_session_screen_assessed),
    says(OutcomeReviewDue, contracts.OutcomeReviewDue, _outcome_review_due),
    says(
        OutcomeReviewed, contracts.OutcomeReviewed, lambda fact: contracts.OutcomeReviewed(patient_id=fact.patient_id)
    ),
    says(EvaluationRecorded, contracts.EvaluationRecorded, _evaluation_recorded),
    says(DiagnosesRecorded, contracts.DiagnosesRecorded, _diagnoses_recorded),
    says(AllergiesChanged, contracts.AllergiesChanged, _allergies_changed),
    says(EvidenceRecorded, contracts.EvidenceRecorded, _evidence_recorded),
    says(EvidenceExpiring, contracts.EvidenceExpiring, _evidence_expiring),
    says(ClearanceGranted, contracts.ClearanceGranted, _clearance_granted),
    says(
        ClearanceDenied,
        contracts.ClearanceDenied,
        lambda fact: contracts.ClearanceDenied(patient_id=fact.patient_id, case_id=fact.case_id, decided_at=fact.at),
    ),
    says(
        ClearanceDeferred,
        contracts.ClearanceDeferred,
        lambda fact: contracts.ClearanceDeferred(
            patient_id=fact.patient_id, case_id=fact.case_id, decided_at=fact.at, until=fact.until
        ),
    ),
    says(
        ClearanceExtended,
        contracts.ClearanceExtended,
        lambda fact: contracts.ClearanceExtended(
            patient_id=fact.patient_id, clearance_id=fact.clearance_id, valid_until=fact.valid_until
        ),
    ),
    says(ClearanceSuspended, contracts.ClearanceSuspended, _clearance_suspended),
    says(
        ClearanceReinstated,
        contracts.ClearanceReinstated,
        lambda fact: contracts.ClearanceReinstated(
            patient_id=fact.patient_id, clearance_id=fact.clearance_id, valid_until=fact.valid_until
        ),
    ),
    says(
        ClearanceRevoked,
        contracts.ClearanceRevoked,
        lambda fact: contracts.ClearanceRevoked(
            patient_id=fact.patient_id, clearance_id=fact.clearance_id, valid_until=fact.valid_until
        ),
    ),
    says(
        ClearanceExpiring,
        contracts.ClearanceExpiring,
        lambda fact: contracts.ClearanceExpiring(
            patient_id=fact.patient_id,
            clearance_id=fact.clearance_id,
            valid_until=fact.valid_until,
            days_left=fact.days_left,
        ),
    ),
    says(
        ClearanceExpired,
        contracts.ClearanceExpired,
        lambda fact: contracts.ClearanceExpired(
            patient_id=fact.patient_id, clearance_id=fact.clearance_id, valid_until=fact.valid_until
        ),
    ),
    says(
        SafetyAlertRaised,
        contracts.SafetyAlertRaised,
        lambda fact: contracts.SafetyAlertRaised(
            patient_id=fact.patient_id,
            alert_id=fact.alert_id,
            level=codes.AlertLevel(fact.level.value),
            source=codes.AlertSource(fact.source.value),
            raised_at=fact.at,
            respond_by=fact.respond_by,
        ),
    ),
    says(
        SafetyAlertUpgraded,
        contracts.SafetyAlertUpgraded,
        lambda fact: contracts.SafetyAlertUpgraded(
            patient_id=fact.patient_id,
            alert_id=fact.alert_id,
            level=codes.AlertLevel(fact.level.value),
            respond_by=fact.respond_by,
        ),
    ),
    says(
        SafetyAlertJoined,
        contracts.SafetyAlertJoined,
        lambda fact: contracts.SafetyAlertJoined(
            patient_id=fact.patient_id,
            alert_id=fact.alert_id,
            level=codes.AlertLevel(fact.level.value),
            respond_by=fact.respond_by,
        ),
    ),
    says(
        SafetyAlertEscalated,
        contracts.SafetyAlertEscalated,
        lambda fact: contracts.SafetyAlertEscalated(patient_id=fact.patient_id, alert_id=fact.alert_id, step=fact.step),
    ),
    says(
        SafetyAlertAcknowledged,
        contracts.SafetyAlertAcknowledged,
        lambda fact: contracts.SafetyAlertAcknowledged(patient_id=fact.patient_id, alert_id=fact.alert_id),
    ),
    says(
        SafetyAlertClosed,
        contracts.SafetyAlertClosed,
        lambda fact: contracts.SafetyAlertClosed(
            patient_id=fact.patient_id, alert_id=fact.alert_id, outcome=codes.AlertOutcome(fact.outcome.value)
        ),
    ),
    says(RecordDisclosed, contracts.ScreeningRecordDisclosed, _record_disclosed),
    says(
        ErasureAgreed,
        contracts.ScreeningErasureAgreed,
        lambda fact: contracts.ScreeningErasureAgreed(patient_id=fact.patient_id, erasure_id=fact.erasure_id),
    ),
    says(
        ErasureRefused,
        contracts.ScreeningErasureRefused,
        lambda fact: contracts.ScreeningErasureRefused(
            patient_id=fact.patient_id,
            erasure_id=fact.erasure_id,
            reason=codes.RetentionReason(fact.refusal.reason),
            retain_until=fact.refusal.retain_until,
        ),
    ),
)
