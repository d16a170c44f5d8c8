"""The words for a visit: its kind, how it is held, who acts in it, how it ended."""

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
