"""Examples of what screening says."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from careflow_events import contracts
from careflow_events.contracts import Sealed, codes
from careflow_events.testing.example import (
    ALERT,
    CALL_AT,
    CASE,
    CLEARANCE,
    DECIDED_AT,
    EARLIER_CLEARANCE,
    EVALUATION,
    EVALUATION_AT,
    EVALUATION_VISIT,
    EVIDENCE,
    LINK,
    PATIENT,
    PRESCRIBER,
    REQUEST,
    VALID_UNTIL,
    Example,
)


def screening_examples() -> Sequence[Example]:
    """One or more of every event of careflow.screening.v1 and careflow.screening.safety.v1."""
    return (*_screening(), *_clearances(), *_safety())


def _screening() -> Sequence[Example]:
    started = CALL_AT + timedelta(minutes=14, seconds=1)
    completed = started + timedelta(hours=6)
    evidence: dict[str, Any] = {
        "patient_id": PATIENT,
        "evidence_id": EVIDENCE,
        "category": codes.EvidenceCategory.CLEARANCE,
        "valid_until": VALID_UNTIL,
    }
    return (
        Example(
            "after-the-info-call",
            contracts.ScreeningStarted(patient_id=PATIENT, case_id=CASE, started_at=started),
            started,
        ),
        Example(
            "all-answered",
            contracts.ScreeningSubmitted(patient_id=PATIENT, case_id=CASE, submitted_at=completed),
            completed,
        ),
        Example(
            "patient-withdrew",
            contracts.ScreeningClosed(
                patient_id=PATIENT,
                case_id=CASE,
                closed_at=completed + timedelta(days=3),
                reason=codes.ScreeningCloseReason.WITHDRAWN,
            ),
            completed + timedelta(days=3),
        ),
        Example(
            "intake",
            contracts.QuestionnaireRequested(
                patient_id=PATIENT,
                request_id=REQUEST,
                purpose=codes.QuestionnairePurpose.INTAKE,
                due_at=started + timedelta(days=7),
            ),
            started,
        ),
        Example(
            "intake",
            contracts.AnswerLinkIssued(
                patient_id=PATIENT,
                link_id=LINK,
                answer_by=started + timedelta(days=7),
                works_until=started + timedelta(days=14),
                for_booking=Sealed.plain(
                    contracts.AnswerLinkForBooking(link="https://careflow.example.org/screening/pages/questions/a1b2")
                ),
            ),
            started,
        ),
        Example(
            "for-a-request",
            contracts.ScreeningRecordDisclosed(
                patient_id=PATIENT,
                record_request_id="0192f4c1-77a2-7b6e-8c11-5d0e3f9a4c01",
                disclosure_id="0192f4c1-77a2-7b6e-8c11-5d0e3f9a4c02",
                disclosed_by="dr-vu",
                for_booking=Sealed.plain(contracts.RecordPartForBooking(part=codes.RecordPart.ORDINARY)),
            ),
            completed,
        ),
        Example("without-alert", _questionnaire("gad-7", completed), completed),
        Example("with-alert", _questionnaire("phq-9", completed, ALERT), completed),
        Example(
            "all-parts",
            contracts.EvaluationRecorded(
                patient_id=PATIENT,
                case_id=CASE,
                evaluation_id=EVALUATION,
                appointment_id=EVALUATION_VISIT,
                provider_id=PRESCRIBER,
                started_at=EVALUATION_AT,
                ended_at=EVALUATION_AT + timedelta(minutes=86),
                parts=tuple(part for part in codes.EvaluationPart if part is not codes.EvaluationPart.UNKNOWN),
                for_billing=Sealed.plain(
                    contracts.EvaluationForBilling(
                        service_lines=(
                            contracts.ServiceLine(code="90792", units=1, minutes=86, place_of_service="11"),
                            contracts.ServiceLine(code="96127", units=3, modifiers=("59",)),
                        )
                    )
                ),
            ),
            EVALUATION_AT + timedelta(minutes=95),
        ),
        Example(
            "two-codes",
            contracts.DiagnosesRecorded(
                patient_id=PATIENT,
                evaluation_id=EVALUATION,
                recorded_at=EVALUATION_AT + timedelta(minutes=97),
                for_billing=Sealed.plain(contracts.DiagnosesForBilling(codes=("F33.2", "F41.1"), withheld=1)),
            ),
            EVALUATION_AT + timedelta(minutes=97),
        ),
        Example("for-clearance", contracts.EvidenceRecorded(**evidence), EVALUATION_AT),
        Example(
            "one-more",
            contracts.AllergiesChanged(
                patient_id=PATIENT,
                recorded_at=EVALUATION_AT,
                for_sessions=Sealed.plain(
                    contracts.AllergiesForSessions(allergies=("penicillin - rash", "ondansetron - hives"))
                ),
            ),
            EVALUATION_AT,
        ),
        Example("for-clearance", contracts.EvidenceExpiring(**evidence), VALID_UNTIL - timedelta(days=14)),
    )


def _questionnaire(name: str, completed_at: datetime, *alerts: str) -> contracts.EventData:
    return contracts.QuestionnaireCompleted(
        patient_id=PATIENT,
        case_id=CASE,
        request_id=REQUEST,
        purpose=codes.QuestionnairePurpose.INTAKE,
        completed_at=completed_at,
        alert_ids=alerts,
        for_sessions=Sealed.plain(contracts.QuestionnaireForSessions(questionnaire=name)),
    )


def _clearances() -> Sequence[Example]:
    this: dict[str, Any] = {"patient_id": PATIENT, "clearance_id": CLEARANCE, "valid_until": VALID_UNTIL}
    decided: dict[str, Any] = {"patient_id": PATIENT, "case_id": CASE, "decided_at": DECIDED_AT}
    plain = contracts.ClearanceForSessions(indications=(codes.Indication.TREATMENT_RESISTANT_DEPRESSION,))
    conditional = contracts.ClearanceForSessions(
        indications=(codes.Indication.TREATMENT_RESISTANT_DEPRESSION, codes.Indication.PTSD),
        conditions=("Blood pressure taken twice before each dose.",),
        excluded_routes=(codes.Route.ORAL,),
        allergies=("penicillin",),
        interaction_flags=("lamotrigine: space the dose on the day",),
    )
    suspended = contracts.SuspensionForSessions(reason="A new medication awaits the prescriber's review.")
    return (
        Example(
            "unconditional",
            contracts.ClearanceGranted(
                **this, decided_at=DECIDED_AT, conditional=False, for_sessions=Sealed.plain(plain)
            ),
            DECIDED_AT,
        ),
        Example(
            "conditional",
            contracts.ClearanceGranted(
                **this,
                decided_at=DECIDED_AT,
                conditional=True,
                supersedes=EARLIER_CLEARANCE,
                for_sessions=Sealed.plain(conditional),
            ),
            DECIDED_AT,
        ),
        Example("denied", contracts.ClearanceDenied(**decided), DECIDED_AT),
        Example(
            "for-six-weeks",
            contracts.ClearanceDeferred(**decided, until=DECIDED_AT + timedelta(weeks=6)),
            DECIDED_AT,
        ),
        Example(
            "by-a-fresh-result",
            contracts.ClearanceExtended(**{**this, "valid_until": VALID_UNTIL + timedelta(days=90)}),
            VALID_UNTIL - timedelta(days=5),
        ),
        Example(
            "new-fact",
            contracts.ClearanceSuspended(
                **this, reason=codes.SuspensionReason.CLINICAL, for_sessions=Sealed.plain(suspended)
            ),
            DECIDED_AT + timedelta(days=20),
        ),
        Example("reviewed", contracts.ClearanceReinstated(**this), DECIDED_AT + timedelta(days=21)),
        Example("revoked", contracts.ClearanceRevoked(**this), DECIDED_AT + timedelta(days=30)),
        Example("two-weeks-left", contracts.ClearanceExpiring(**this, days_left=14), VALID_UNTIL - timedelta(days=14)),
        Example("time-ran-out", contracts.ClearanceExpired(**this), VALID_UNTIL),
    )


def _safety() -> Sequence[Example]:
    this: dict[str, Any] = {"patient_id": PATIENT, "alert_id": ALERT}
    raised = datetime(2026, 12, 2, 3, 41, 55, 80_000, tzinfo=UTC)
    return (
        Example(
            "by-an-answer",
            contracts.SafetyAlertRaised(
                **this,
                level=codes.AlertLevel.MODERATE,
                source=codes.AlertSource.ANSWER,
                raised_at=raised,
                respond_by=raised + timedelta(hours=1),
            ),
            raised,
        ),
        Example(
            "to-high",
            contracts.SafetyAlertUpgraded(
                **this, level=codes.AlertLevel.HIGH, respond_by=raised + timedelta(minutes=8)
            ),
            raised + timedelta(minutes=3),
        ),
        Example(
            "said-again",
            contracts.SafetyAlertJoined(
                **this, level=codes.AlertLevel.MODERATE, respond_by=raised + timedelta(minutes=65)
            ),
            raised + timedelta(minutes=5),
        ),
        Example("second-person", contracts.SafetyAlertEscalated(**this, step=2), raised + timedelta(minutes=8)),
        Example("taken", contracts.SafetyAlertAcknowledged(**this), raised + timedelta(minutes=10)),
        Example(
            "resolved",
            contracts.SafetyAlertClosed(**this, outcome=codes.AlertOutcome.RESOLVED),
            raised + timedelta(days=1),
        ),
    )
