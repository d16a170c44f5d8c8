"""What people say of an alert: where the patient is, that they were spoken to, how it ended."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from screening.domain.ids import StaffId


class AlertDisposition(StrEnum):
    """Where the patient is once a high alert is closed."""

    SAFE_WITH_PLAN = "safe_with_plan"
    EMERGENCY_DEPARTMENT = "emergency_department"
    MOBILE_CRISIS = "mobile_crisis"
    WELFARE_CHECK = "welfare_check"
    HOSPITALISED = "hospitalised"


class AlertOutcome(StrEnum):
    """How a safety alert ended, in words that say nothing clinical."""

    RESOLVED = "resolved"
    REFERRED = "referred"
    ENTERED_IN_ERROR = "entered_in_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Asked on the crisis page: where the patient is and how to call back."""

    location: str = field(repr=False)
    callback_number: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How a human closed the alert."""

    by: StaffId
    at: datetime
    outcome: AlertOutcome
    note: str = field(repr=False)
    disposition: AlertDisposition | None = None
    safety_plan: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A clinician spoke to the patient, or to those who are with them; with `safety_plan` a plan was agreed on."""

    by: StaffId
    at: datetime
    note: str = field(repr=False)
    safety_plan: str | None = field(default=None, repr=False)
