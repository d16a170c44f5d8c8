"""What a decision about a clearance can lack, beside what is named by its own code: an instrument, a part of the
evaluation, a kind of evidence, a question of the history.
"""

from enum import StrEnum


class Lacking(StrEnum):
    """Each says nothing clinical."""

    SCREENING = "screening_not_submitted"
    TREATMENT_RESISTANCE = "treatment_resistance_not_shown"
    FAVOURABLE_EVALUATION = "evaluation_unfavourable"
    CLOSED_ALERT = "alert_open"
    WHOLE_RECORD = "record_incomplete"
    """An event about the patient waits to be replayed."""
    BIRTH_DATE = "birth_date_unknown"
    STATE = "state_unknown"
    NO_CLASS_A = "class_a_finding"
    PATHWAY = "finding_without_pathway"
