"""What may happen to a patient of the sandbox, by the examples it is made of: `EventName/example`, as it happens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

MOVED: Final[Mapping[str, timedelta]] = {
    "TreatmentBooked/first-dosing-visit": timedelta(hours=5),  # a visit is booked once there is a plan
    "AccountOpened/registered": timedelta(days=-7, hours=-13, minutes=-30),  # an account, as soon as there is a patient
}
"""How much later than its example an event of a course is."""


@dataclass(frozen=True, slots=True)
class Course:
    """One way through care, and how many of all patients go it, in proportion to the others."""

    name: str
    weight: int
    events: Sequence[str]


_COMES: Final = (
    "PatientRegistered/web-visitor",
    "AccountOpened/registered",
    "ConsultationBooked/info-call-by-the-patient",
)
_CALLED: Final = (
    *_COMES,
    "ConsultationArrived/on-the-line",
    "ConsultationCompleted/info-call-proceed",
    "CarePathStageChanged/goes-on-to-screening",
    "ScreeningStarted/after-the-info-call",
    "QuestionnaireRequested/intake",
    "AnswerLinkIssued/intake",
    "GoodFaithEstimateIssued/evaluation",
    "GoodFaithEstimateDelivered/electronically",
)
_ANSWERED: Final = (
    "ScreeningSubmitted/all-answered",
    "PatientDetailsChanged/intake-completed",
    "ConsultationBooked/evaluation-by-staff",
)
_EVALUATED: Final = (
    *_CALLED,
    "QuestionnaireCompleted/without-alert",
    *_ANSWERED,
    "EvidenceRecorded/for-clearance",
    "ConsultationCompleted/evaluation-completed",
    "EvaluationRecorded/all-parts",
    "DiagnosesRecorded/two-codes",
    "ChargePosted/evaluation",
    "JournalEntryPosted/charge",
    "PaymentReceived/at-the-terminal",
    "SuperbillIssued/evaluation",
)
_PLANNED: Final = (
    "ConsentSigned/to-treatment",
    "ConsentSigned/to-the-financial-policy",
    "PlanActivated/six-sessions",
    "TreatmentBooked/first-dosing-visit",
    "PreSessionScreenAssessed/two-days-before",
)
_DOSED: Final = (
    "TreatmentArrived/at-the-clinic",
    "SessionCheckedIn/at-the-clinic",
    "SessionCleared/gate-open",
    "SessionStarted/first-of-six",
    "DoseAdministered/the-fact-only",
    "IntegrationDue/within-three-days",
    "SessionDischarged/criteria-met",
    "SessionCompleted/dosing",
    "NoteSigned/of-the-nurse",
    "IntegrationDone/next-day",
    "OutcomeReviewDue/half-better",
    "OutcomeReviewed/looked-at",
)

COURSES: Final[Sequence[Course]] = (
    Course(
        "treated",
        4,
        (*_EVALUATED, "ClearanceGranted/unconditional", *_PLANNED, *_DOSED, "PlanCompleted/as-planned"),
    ),
    Course(
        "an adverse event",
        2,
        (
            *_EVALUATED,
            "ClearanceGranted/conditional",
            *_PLANNED,
            *_DOSED,
            "VitalsBreached/urgent",
            "AdverseEventReported/grade-three",
            "FollowUpContactDue/within-72-hours",
            "AdverseEventReviewed/dosing-goes-on",
            "PlanPutOnHold/for-a-while",
            "PlanResumed/goes-on",
            "PlanCompleted/as-planned",
        ),
    ),
    Course("not cleared", 1, (*_EVALUATED, "ClearanceDenied/denied")),
    Course(
        "an alarming answer",
        1,
        (
            *_CALLED,
            "QuestionnaireCompleted/with-alert",
            "SafetyAlertRaised/by-an-answer",
            "SafetyAlertUpgraded/to-high",
            "SafetyAlertJoined/said-again",
            "SafetyAlertEscalated/second-person",
            "SafetyAlertAcknowledged/taken",
            "SafetyAlertClosed/resolved",
            "ScreeningClosed/patient-withdrew",
        ),
    ),
    Course(
        "did not come",
        1,
        (*_CALLED, "QuestionnaireCompleted/without-alert", *_ANSWERED, "ConsultationMissed/did-not-come"),
    ),
    Course("cancelled", 1, (*_COMES, "ConsultationCancelled/by-the-patient")),
)
