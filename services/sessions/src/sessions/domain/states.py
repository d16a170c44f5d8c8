"""Where a session can stand, in itself and within its plan, and how it can end."""

from dataclasses import dataclass
from enum import StrEnum


class SessionState(StrEnum):
    SCHEDULED = "scheduled"
    ARRIVED = "arrived"
    CHECKED = "checked"
    CLEARED = "cleared"
    REFUSED = "refused"
    IN_PROGRESS = "in_progress"
    MONITORING = "monitoring"
    DISCHARGED = "discharged"
    COMPLETED = "completed"
    ABORTED = "aborted"
    CANCELLED = "cancelled"
    MISSED = "missed"


BEFORE_START = frozenset({SessionState.SCHEDULED, SessionState.ARRIVED, SessionState.CHECKED, SessionState.CLEARED})
UNDER_WAY = frozenset({SessionState.IN_PROGRESS, SessionState.MONITORING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """Which visit of its plan this is: `number` of `of` visits of the kind."""

    number: int
    of: int


class Outcome(StrEnum):
    COMPLETED = "completed"
    CONVERTED = "converted"
    STOPPED = "stopped"
    LEFT_EARLY = "left_early"
