"""Everything screening says: each domain fact and the contract event it becomes.

Invariant: open data holds ids, process codes, times and alert levels; everything clinical goes into a sealed section.
"""

from collections.abc import Callable
from typing import Any

from careflow_events import contracts
from careflow_events.contracts import EventData, Sealed, codes, session_codes
from careflow_events.publication import Publication, PublicationTable, patient_subject
from screening.domain import facts
from screening.domain.facts import Fact


def says(event: Callable[[Any], EventData]) -> Callable[[Fact], Publication]:
    """The row of one fact: its event, in the patient's stream, at the time it became true."""

    def publication(fact: Fact) -> Publication:
        return Publication(subject=patient_subject(fact.patient_id), data=event(fact), time=fact.at)

    return publication


def _questionnaire_completed(fact: facts.QuestionnaireWasCompleted) -> EventData:
    return contracts.QuestionnaireCompleted(
        patient_id=fact.patient_id,
        case_id=fact.case_id,
        request_id=fact.request_id,
        purpose=codes.QuestionnairePurpose(fact.purpose.value),
        completed_at=fact.at,
        alert_ids=fact.alert_ids,
        for_sessions=Sealed.plain(contracts.QuestionnaireForSessions(questionnaire=fact.questionnaire)),
    )


def _pre_session_screen_assessed(fact: facts.PreSessionScreenWasAssessed) -> EventData:
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


def _evaluation_recorded(fact: facts.EvaluationWasRecorded) -> EventData:
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


def _diagnoses_recorded(fact: facts.DiagnosesWereRecorded) -> EventData:
    section = contracts.DiagnosesForBilling(codes=fact.disclosed, withheld=fact.withheld)
    return contracts.DiagnosesRecorded(
        patient_id=fact.patient_id,
        evaluation_id=fact.evaluation_id,
        recorded_at=fact.at,
        for_billing=Sealed.plain(section),
    )


def _evidence_recorded(fact: facts.EvidenceWasRecorded) -> EventData:
    return contracts.EvidenceRecorded(
        patient_id=fact.patient_id,
        evidence_id=fact.evidence_id,
        category=codes.EvidenceCategory(fact.category.value),
        valid_until=fact.valid_until,
    )


def _evidence_expiring(fact: facts.EvidenceIsExpiring) -> EventData:
    return contracts.EvidenceExpiring(
        patient_id=fact.patient_id,
        evidence_id=fact.evidence_id,
        category=codes.EvidenceCategory(fact.category.value),
        valid_until=fact.valid_until,
    )


def _clearance_granted(fact: facts.ClearanceWasGranted) -> EventData:
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


def _clearance_suspended(fact: facts.ClearanceWasSuspended) -> EventData:
    return contracts.ClearanceSuspended(
        patient_id=fact.patient_id,
        clearance_id=fact.clearance_id,
        valid_until=fact.valid_until,
        reason=codes.SuspensionReason(fact.reason.value),
        for_sessions=Sealed.plain(contracts.SuspensionForSessions(reason=fact.fine_reason)),
    )


PUBLISHED: PublicationTable = {
    facts.ScreeningWasStarted: says(
        lambda fact: contracts.ScreeningStarted(patient_id=fact.patient_id, case_id=fact.case_id, started_at=fact.at)
    ),
    facts.ScreeningWasSubmitted: says(
        lambda fact: contracts.ScreeningSubmitted(
            patient_id=fact.patient_id, case_id=fact.case_id, submitted_at=fact.at
        )
    ),
    facts.ScreeningWasClosed: says(
        lambda fact: contracts.ScreeningClosed(
            patient_id=fact.patient_id,
            case_id=fact.case_id,
            closed_at=fact.at,
            reason=codes.ScreeningCloseReason(fact.reason.value),
        )
    ),
    facts.QuestionnaireWasRequested: says(
        lambda fact: contracts.QuestionnaireRequested(
            patient_id=fact.patient_id,
            request_id=fact.request_id,
            purpose=codes.QuestionnairePurpose(fact.purpose.value),
            due_at=fact.due_at,
        )
    ),
    facts.QuestionnaireWasCompleted: says(_questionnaire_completed),
    facts.PreSessionScreenWasAssessed: says(_pre_session_screen_assessed),
    facts.EvaluationWasRecorded: says(_evaluation_recorded),
    facts.DiagnosesWereRecorded: says(_diagnoses_recorded),
    facts.EvidenceWasRecorded: says(_evidence_recorded),
    facts.EvidenceIsExpiring: says(_evidence_expiring),
    facts.ClearanceWasGranted: says(_clearance_granted),
    facts.ClearanceWasDenied: says(
        lambda fact: contracts.ClearanceDenied(patient_id=fact.patient_id, case_id=fact.case_id, decided_at=fact.at)
    ),
    facts.ClearanceWasDeferred: says(
        lambda fact: contracts.ClearanceDeferred(
            patient_id=fact.patient_id, case_id=fact.case_id, decided_at=fact.at, until=fact.until
        )
    ),
    facts.ClearanceWasExtended: says(
        lambda fact: contracts.ClearanceExtended(
            patient_id=fact.patient_id, clearance_id=fact.clearance_id, valid_until=fact.valid_until
        )
    ),
    facts.ClearanceWasSuspended: says(_clearance_suspended),
    facts.ClearanceWasReinstated: says(
        lambda fact: contracts.ClearanceReinstated(
            patient_id=fact.patient_id, clearance_id=fact.clearance_id, valid_until=fact.valid_until
        )
    ),
    facts.ClearanceWasRevoked: says(
        lambda fact: contracts.ClearanceRevoked(
            patient_id=fact.patient_id, clearance_id=fact.clearance_id, valid_until=fact.valid_until
        )
    ),
    facts.ClearanceIsExpiring: says(
        lambda fact: contracts.ClearanceExpiring(
            patient_id=fact.patient_id,
            clearance_id=fact.clearance_id,
            valid_until=fact.valid_until,
            days_left=fact.days_left,
        )
    ),
    facts.ClearanceHasExpired: says(
        lambda fact: contracts.ClearanceExpired(
            patient_id=fact.patient_id, clearance_id=fact.clearance_id, valid_until=fact.valid_until
        )
    ),
    facts.SafetyAlertWasRaised: says(
        lambda fact: contracts.SafetyAlertRaised(
            patient_id=fact.patient_id,
            alert_id=fact.alert_id,
            level=codes.AlertLevel(fact.level.value),
            source=codes.AlertSource(fact.source.value),
            raised_at=fact.at,
            respond_by=fact.respond_by,
        )
    ),
    facts.SafetyAlertWasUpgraded: says(
        lambda fact: contracts.SafetyAlertUpgraded(
            patient_id=fact.patient_id,
            alert_id=fact.alert_id,
            level=codes.AlertLevel(fact.level.value),
            respond_by=fact.respond_by,
        )
    ),
    facts.SafetyAlertWasEscalated: says(
        lambda fact: contracts.SafetyAlertEscalated(patient_id=fact.patient_id, alert_id=fact.alert_id, step=fact.step)
    ),
    facts.SafetyAlertWasAcknowledged: says(
        lambda fact: contracts.SafetyAlertAcknowledged(patient_id=fact.patient_id, alert_id=fact.alert_id)
    ),
    facts.SafetyAlertWasClosed: says(
        lambda fact: contracts.SafetyAlertClosed(
            patient_id=fact.patient_id, alert_id=fact.alert_id, outcome=codes.AlertOutcome(fact.outcome.value)
        )
    ),
}
