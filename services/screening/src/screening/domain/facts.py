"""What became true: the domain events of this service, in the past tense.

They live between an aggregate and the table in `published.py`; clinical values in them reach the outside only through
sealed sections. Invariant: a fact is recorded by the change that made it true and by nothing else.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from screening.domain.ids import (
    AlertId,
    AppointmentId,
    CaseId,
    ClearanceId,
    EvaluationId,
    EvidenceId,
    PatientId,
    RequestId,
    StaffId,
)
from screening.domain.questionnaires import AlertLevel


class Purpose(StrEnum):
    """Why a questionnaire was asked for."""

    INTAKE = "intake"
    PRE_SESSION = "pre_session"
    FOLLOW_UP = "follow_up"


class ScreenResult(StrEnum):
    """What the answers before a dosing visit come to."""

    PASS = "pass"  # noqa: S105 - the contract's word for a screen without findings
    PRESCRIBER_DECIDES = "prescriber_decides"
    STOP = "stop"


class CloseReason(StrEnum):
    """Why a case was closed."""

    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    DISCHARGED = "discharged"


class SuspensionReason(StrEnum):
    """Which kind of thing suspended a clearance; the fine reason stays sealed."""

    CLINICAL = "clinical"
    EVIDENCE = "evidence"
    PRESCRIBER = "prescriber"


class AlertSource(StrEnum):
    """Where a safety concern came from."""

    ANSWER = "answer"
    STAFF = "staff"
    SESSION = "session"


class AlertOutcome(StrEnum):
    """How a safety alert ended, in words that say nothing clinical."""

    RESOLVED = "resolved"
    REFERRED = "referred"
    ENTERED_IN_ERROR = "entered_in_error"


class EvidenceCategory(StrEnum):
    """`clearance` evidence decides how long a clearance lasts; `session` evidence is for the session's own gate."""

    CLEARANCE = "clearance"
    SESSION = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLine:
    """One billable line of an evaluation: a five-character CPT or HCPCS code, its units, and the minutes it took."""

    code: str
    units: int
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that became true for a patient at a time."""

    patient_id: PatientId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningWasStarted(Fact):
    case_id: CaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningWasSubmitted(Fact):
    case_id: CaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningWasClosed(Fact):
    case_id: CaseId
    reason: CloseReason


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionnaireWasRequested(Fact):
    request_id: RequestId
    purpose: Purpose
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionnaireWasCompleted(Fact):
    case_id: CaseId
    request_id: RequestId
    purpose: Purpose
    questionnaire: str = field(repr=False)
    alert_ids: tuple[AlertId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreSessionScreenWasAssessed(Fact):
    """`request_id` is the request that was asked first of those assessed together."""

    request_id: RequestId
    valid_until: datetime
    result: ScreenResult
    level: AlertLevel | None = field(repr=False)
    score: int = field(repr=False)
    change: int | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationWasRecorded(Fact):
    case_id: CaseId
    evaluation_id: EvaluationId
    appointment_id: AppointmentId
    provider_id: StaffId
    started_at: datetime
    ended_at: datetime
    parts: tuple[str, ...]
    service_lines: tuple[ServiceLine, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosesWereRecorded(Fact):
    """`disclosed` leaves out substance-use codes, which need the patient's consent; `withheld` counts them."""

    evaluation_id: EvaluationId
    disclosed: tuple[str, ...] = field(repr=False)
    withheld: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceWasRecorded(Fact):
    evidence_id: EvidenceId
    category: EvidenceCategory
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceIsExpiring(Fact):
    evidence_id: EvidenceId
    category: EvidenceCategory
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceTerms:
    """What sessions must know of a clearance; travels sealed."""

    indications: tuple[str, ...] = field(repr=False)
    conditions: tuple[str, ...] = field(repr=False)
    excluded_routes: tuple[str, ...] = field(repr=False)
    allergies: tuple[str, ...] = field(repr=False)
    interaction_flags: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceWasGranted(Fact):
    clearance_id: ClearanceId
    valid_until: datetime
    conditional: bool
    supersedes: ClearanceId | None
    terms: ClearanceTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceWasDenied(Fact):
    case_id: CaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceWasDeferred(Fact):
    case_id: CaseId
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceWasExtended(Fact):
    clearance_id: ClearanceId
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceWasSuspended(Fact):
    clearance_id: ClearanceId
    valid_until: datetime
    reason: SuspensionReason
    fine_reason: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceWasReinstated(Fact):
    clearance_id: ClearanceId
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceWasRevoked(Fact):
    clearance_id: ClearanceId
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceIsExpiring(Fact):
    clearance_id: ClearanceId
    valid_until: datetime
    days_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceHasExpired(Fact):
    clearance_id: ClearanceId
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyAlertWasRaised(Fact):
    alert_id: AlertId
    level: AlertLevel
    source: AlertSource
    respond_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyAlertWasUpgraded(Fact):
    alert_id: AlertId
    level: AlertLevel
    respond_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyAlertWasEscalated(Fact):
    """`step` counts the people asked so far, this one included; `exhausted` when there was nobody left to ask."""

    alert_id: AlertId
    step: int
    exhausted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyAlertWasAcknowledged(Fact):
    alert_id: AlertId


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyAlertWasClosed(Fact):
    alert_id: AlertId
    outcome: AlertOutcome
