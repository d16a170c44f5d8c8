"""The words for a visit: its kind, how it is held, who acts in it, how it ended."""

from dataclasses import dataclass
from enum import StrEnum


class VisitKind(StrEnum):
    INFO_CALL = "info_call"
    EVALUATION = "evaluation"
    PREPARATION = "preparation"
    DOSING = "dosing"
    INTEGRATION = "integration"
    REVIEW = "review"
    ADJUNCT = "adjunct"


CONSULTATIONS = frozenset({VisitKind.INFO_CALL, VisitKind.EVALUATION})
"""Visits before treatment. Booking completes them; the others are completed by what sessions reports."""


TREATMENTS = frozenset(VisitKind) - CONSULTATIONS
"""Visits of a course of treatment; each belongs to a plan."""


class Phase(StrEnum):
    """The part of a course a visit belongs to."""

    INDUCTION = "induction"
    MAINTENANCE = "maintenance"


class Modality(StrEnum):
    IN_PERSON = "in_person"
    VIDEO = "video"
    PHONE = "phone"


class PractitionerRole(StrEnum):
    PRESCRIBER = "prescriber"
    THERAPIST = "therapist"
    NURSE = "nurse"
    WELLNESS = "wellness"


class RoomPurpose(StrEnum):
    CONSULTATION = "consultation"
    DOSING = "dosing"


class Disposition(StrEnum):
    """How a consultation ended."""

    PROCEED = "proceed"
    THINK_IT_OVER = "think_it_over"
    NOT_A_FIT = "not_a_fit"
    REFER_OUT = "refer_out"
    COMPLETED = "completed"
    CONTINUE_LATER = "continue_later"


DISPOSITIONS = {
    VisitKind.INFO_CALL: frozenset(
        {Disposition.PROCEED, Disposition.THINK_IT_OVER, Disposition.NOT_A_FIT, Disposition.REFER_OUT}
    ),
    VisitKind.EVALUATION: frozenset({Disposition.COMPLETED, Disposition.CONTINUE_LATER, Disposition.REFER_OUT}),
}


class HoldReason(StrEnum):
    """Why a visit must wait, as coarse as is safe to say openly."""

    CLINICAL = "clinical"
    CONSENT = "consent"
    PLAN = "plan"
    LOGISTICS = "logistics"


class HoldCause(StrEnum):
    """What exactly makes a visit wait; said sealed only."""

    CLEARANCE = "clearance"
    SAFETY_ALERT = "safety_alert"
    ADVERSE_EVENT = "adverse_event"
    INTEGRATION = "integration"
    CONSENT = "consent"
    PLAN = "plan"
    PREPARATION = "preparation"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing a visit must wait for. The pair of `reason` and `ref` is how it is told and released."""

    cause: HoldCause
    reason: HoldReason
    ref: str
