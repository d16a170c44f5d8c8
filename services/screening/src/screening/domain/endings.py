"""How a case may wait or end: a prescriber's decision to wait, and why it was closed."""

from dataclasses import dataclass, field
from datetime import datetime

from screening.domain.facts import CloseReason
from screening.domain.ids import StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferral:
    """A prescriber's decision to wait."""

    by: StaffId
    at: datetime
    until: datetime
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Why and by whom the case was closed."""

    by: str
    at: datetime
    reason: CloseReason
    note: str = field(repr=False)
