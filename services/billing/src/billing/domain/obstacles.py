"""Why a charge waits instead of being owed: each a task for somebody, none of them the patient's."""

from enum import StrEnum


class Obstacle(StrEnum):
    CODE_NOT_PRICED = "code_not_priced"
    COVERAGE_UNKNOWN = "coverage_unknown"
    """Nobody asked who covers the patient."""
    COVERAGE_BLOCKED = "coverage_blocked"
    """Medicare, and no private contract of before the service with a clinician who opted out."""
    CLINICIAN_UNKNOWN = "clinician_unknown"
    """The practice lists nobody under this id."""
    CLINICIAN_NOT_LICENSED = "clinician_not_licensed"
    """Not in this profession, or not on that day."""
    MINUTES_DO_NOT_FIT = "minutes_do_not_fit"
    """None are documented, or others than the code is for."""
    UNITS_NOT_POSSIBLE = "units_not_possible"
    PLACE_NOT_POSSIBLE = "place_not_possible"
    MODIFIER_NOT_POSSIBLE = "modifier_not_possible"
    MINUTES_COUNTED_TWICE = "minutes_counted_twice"
    """A minute of a clinician carries another timed service already."""
    SERVICE_SPLIT = "service_split"
    """Several stretches of one service on one day are one service."""
