"""A value that was recorded wrongly: it no longer counts, and stays on record with the reason."""

from dataclasses import dataclass, field
from datetime import datetime

from careflow_domain.errors import conflict, invalid
from screening.domain.ids import StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Voiding:
    by: StaffId
    at: datetime
    reason: str = field(repr=False)

    def check(self, before: "Voiding | None") -> None:
        """Refused: `reason_missing`, `already_voided`."""
        if not self.reason.strip():
            raise invalid("reason_missing", "Voiding needs a reason.")
        if before is not None:
            raise conflict("already_voided", "This has been voided already.")
