"""How a case may wait or end: a prescriber's decision to wait, and why it was closed."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from screening.domain.facts import PatientFact
from screening.domain.ids import CaseId, StaffId


class CloseReason(StrEnum):
    """Why a case was closed."""

    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    DISCHARGED = "discharged"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningClosed(PatientFact):
    case_id: CaseId
    reason: CloseReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceDeferred(PatientFact):
    case_id: CaseId
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceDenied(PatientFact):
    case_id: CaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferral:
    """A prescriber's decision to wait."""

    by: StaffId
    at: datetime
    until: datetime
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CareEnd:
    """Who discharged the patient from the care this case is about."""

    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Why and by whom the case was closed."""

    by: str
    at: datetime
    reason: CloseReason
    note: str = field(repr=False)
