"""What screening says on careflow.screening.v1: cases, questionnaires, evaluations, evidence. No answer, score,
diagnosis or drug is open.
"""

from typing import Annotated

from pydantic import Field

from careflow_events.contracts import codes, session_codes
from careflow_events.contracts.instant import Instant
from careflow_events.contracts.model import Id, PatientEvent, Section, Several, StaffId
from careflow_events.contracts.sealed import Sealed, SealedFor
from careflow_events.topics import SCREENING


class ScreeningEvent(PatientEvent):
    """Written by screening, for everyone who may read operational events."""

    topic = SCREENING


class ScreeningStarted(ScreeningEvent):
    """A screening case was opened."""

    case_id: Id
    started_at: Instant


class ScreeningSubmitted(ScreeningEvent):
    """The patient has handed in everything that was asked for."""

    for_integrators = True

    case_id: Id
    submitted_at: Instant


class ScreeningClosed(ScreeningEvent):
    """Nothing more happens in this case."""

    case_id: Id
    closed_at: Instant
    reason: codes.ScreeningCloseReason


class QuestionnaireRequested(ScreeningEvent):
    """The patient is asked to answer something by `due_at`."""

    request_id: Id
    purpose: codes.QuestionnairePurpose
    due_at: Instant


class QuestionnaireWithdrawn(ScreeningEvent):
    """A questionnaire is no longer asked for: its visit moved, another indication is treated, or it is asked anew."""

    request_id: Id
    purpose: codes.QuestionnairePurpose


class AnswerLinkForBooking(Section):
    """The link itself. Who has it still needs to know something of the patient."""

    link: str


class AnswerLinkIssued(ScreeningEvent):
    """A patient who is asked something was given a link to it, which booking sends; what is asked is to be answered by
    `answer_by`, and the link works until `works_until`.
    """

    link_id: Id
    answer_by: Instant
    works_until: Instant
    for_booking: Annotated[Sealed[AnswerLinkForBooking], SealedFor("booking")]


class QuestionnaireForSessions(Section):
    """Which questionnaire it was: its name alone can say too much."""

    questionnaire: str


class QuestionnaireCompleted(ScreeningEvent):
    """A questionnaire is complete. `alert_ids` are the safety alerts its answers raised or joined."""

    case_id: Id
    request_id: Id
    purpose: codes.QuestionnairePurpose
    completed_at: Instant
    alert_ids: Several[Id] = ()
    for_sessions: Annotated[Sealed[QuestionnaireForSessions], SealedFor("sessions")]


class PreSessionScreenForSessions(Section):
    """What the answers before a dosing visit come to; `change_from_baseline` is negative when symptoms got less."""

    level: codes.AlertLevel | None = None
    score: Annotated[int, Field(ge=0)]
    change_from_baseline: int | None = None


class PreSessionScreenAssessed(ScreeningEvent):
    """The questions before a dosing visit are answered and assessed; the assessment counts until `valid_until`."""

    request_id: Id
    completed_at: Instant
    valid_until: Instant
    result: session_codes.ScreenResult
    for_sessions: Annotated[Sealed[PreSessionScreenForSessions], SealedFor("sessions")]


class OutcomeForSessions(Section):
    """What was found, and on which scale."""

    questionnaire: str
    finding: session_codes.OutcomeFinding


class OutcomeReviewDue(ScreeningEvent):
    """The scores of a course show something a prescriber is to look at by `due_by`; said once for as long as it
    lasts.
    """

    due_by: Instant
    for_sessions: Annotated[Sealed[OutcomeForSessions], SealedFor("sessions")]


class OutcomeReviewed(ScreeningEvent):
    """A prescriber has looked at everything that was due for review until now."""


class ServiceLine(Section):
    """One billable service: a CPT or HCPCS code, how many units, the minutes it took where time counts, and from when
    to when, where that is documented.
    """

    code: Annotated[str, Field(pattern=r"^[0-9A-Z]{5}$")]
    units: Annotated[int, Field(ge=1)]
    minutes: Annotated[int, Field(ge=1)] | None = None
    modifiers: Several[Annotated[str, Field(pattern=r"^[0-9A-Z]{2}$")]] = ()
    place_of_service: Annotated[str, Field(pattern=r"^[0-9]{2}$")] | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None


class EvaluationForBilling(Section):
    """The services rendered in an evaluation, by the event's `provider_id`."""

    service_lines: Several[ServiceLine]


class EvaluationRecorded(ScreeningEvent):
    """A clinician recorded these parts of an evaluation; two clinicians may share one."""

    case_id: Id
    evaluation_id: Id
    appointment_id: Id
    provider_id: StaffId
    started_at: Instant
    ended_at: Instant
    parts: Annotated[Several[codes.EvaluationPart], Field(min_length=1)]
    for_billing: Annotated[Sealed[EvaluationForBilling], SealedFor("billing")]


class DiagnosesForBilling(Section):
    """ICD-10-CM codes in the order a bill lists them. `withheld` counts the substance-use codes that are left out for
    want of the patient's consent (42 CFR Part 2); it is sealed because it would give such a diagnosis away.
    """

    codes: Several[Annotated[str, Field(pattern=r"^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$")]]
    withheld: Annotated[int, Field(ge=0)] = 0


class DiagnosesRecorded(ScreeningEvent):
    """A clinician recorded the diagnoses of an evaluation; the newest replaces those before it."""

    evaluation_id: Id
    recorded_at: Instant
    for_billing: Annotated[Sealed[DiagnosesForBilling], SealedFor("billing")]


class AllergiesForSessions(Section):
    """Every drug the patient is known to be allergic to, with the reaction where it is known, as it was written."""

    allergies: Several[str] = ()


class AllergiesChanged(ScreeningEvent):
    """What the patient is allergic to is known otherwise than before: the section has all of it, cleared or not."""

    recorded_at: Instant
    for_sessions: Annotated[Sealed[AllergiesForSessions], SealedFor("sessions")]


class EvidenceRecorded(ScreeningEvent):
    """A piece of evidence was recorded; it counts until `valid_until`."""

    for_integrators = True

    evidence_id: Id
    category: codes.EvidenceCategory
    valid_until: Instant


class EvidenceExpiring(ScreeningEvent):
    """A piece of evidence will soon no longer count."""

    for_integrators = True

    evidence_id: Id
    category: codes.EvidenceCategory
    valid_until: Instant


class RecordPartForBooking(Section):
    """Which part of the record it was: that there is one about substance use says too much."""

    part: codes.RecordPart


class ScreeningRecordDisclosed(ScreeningEvent):
    """Screening's share of a part of the record was handed out for a request for the patient's record."""

    record_request_id: Annotated[Id, Field(description="The request for the patient's record.")]
    disclosure_id: Annotated[Id, Field(description="The disclosure, in the service that made it.")]
    disclosed_by: Annotated[StaffId, Field(description="Who handed it out.")]
    for_booking: Annotated[Sealed[RecordPartForBooking], SealedFor("booking")]
