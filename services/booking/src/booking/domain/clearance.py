"""Booking's copy of what screening has decided: whether, and until when, a dose may be given."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from booking.domain.ids import ClearanceId


class ClearanceStatus(StrEnum):
    VALID = "valid"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Clearance:
    """`warned_days_left` is what screening said last of its end, until it is extended."""

    id: ClearanceId
    status: ClearanceStatus
    valid_until: datetime
    conditional: bool = False
    warned_days_left: int | None = None

    @property
    def ended(self) -> bool:
        return self.status in (ClearanceStatus.EXPIRED, ClearanceStatus.REVOKED)

    def became(self, status: ClearanceStatus, valid_until: datetime) -> "Clearance":
        """Suspended, reinstated, revoked or expired."""
        return replace(self, status=status, valid_until=valid_until)

    def extended(self, valid_until: datetime) -> "Clearance":
        """It lasts longer; one that had expired is valid again, one that is suspended stays so."""
        status = ClearanceStatus.VALID if self.status is ClearanceStatus.EXPIRED else self.status
        return replace(self, status=status, valid_until=valid_until, warned_days_left=None)
