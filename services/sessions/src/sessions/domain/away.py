"""When a patient was away who had left without being discharged and came back."""

from dataclasses import dataclass, field
from datetime import datetime

from sessions.domain.ids import StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """`reason` is what was written down when they left, `noted_by` who saw them come back."""

    left_at: datetime
    reason: str = field(repr=False)
    back_at: datetime
    noted_by: StaffId
