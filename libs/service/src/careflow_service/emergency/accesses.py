"""One emergency access: who may read beyond their role, of whom, why and until when, and what a review of it found.

Invariants: it is about one patient and for one person; it ends by itself at a time that was set when it was opened; it
is reviewed once, after its end, by somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict, forbidden, invalid
from careflow_service.identity import Role

REVIEWERS: Final = (Role.PRIVACY_OFFICER, Role.MEDICAL_DIRECTOR)
"""Who looks at each of them, but for their own."""


class EmergencyKind(StrEnum):
    """What kind of emergency it is."""

    MEDICAL = "medical"
    """Somebody's life or health is in danger."""
    SAFETY_CRISIS = "safety_crisis"
    """The patient may harm themselves or somebody else."""
    NOBODY_IN_REACH = "nobody_in_reach"
    """It cannot wait, and nobody who may read it can be reached."""


class Finding(StrEnum):
    """What a review comes to."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Who looked at it, when, and what they found."""

    finding: Finding
    note: str = field(repr=False)
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyAccess(Aggregate):
    """`roles` are those it was opened in; `recipient` is who outside the clinic is told what is read, if anybody.
    `ends_at` is when it ends, or ended because somebody closed it.
    """

    id: str
    patient_id: str
    opened_by: str
    roles: tuple[Role, ...]
    kind: EmergencyKind
    reason: str = field(repr=False)
    recipient: str | None = field(repr=False)
    opened_at: datetime
    ends_at: datetime
    closed_by: str | None = None
    review: Review | None = None

    @classmethod
    def opened(
        cls,
        access_id: str,
        patient_id: str,
        kind: EmergencyKind,
        *,
        reason: str,
        recipient: str | None,
        by: str,
        roles: Iterable[Role],
        lasts: timedelta,
        now: datetime,
    ) -> Self:
        """Refused: `reason_missing`."""
        if not reason.strip():
            raise invalid("reason_missing", "Say in words why this cannot wait.")
        return cls(
            id=access_id,
            patient_id=patient_id,
            opened_by=by,
            roles=tuple(sorted(roles)),
            kind=kind,
            reason=reason,
            recipient=recipient,
            opened_at=now,
            ends_at=now + lasts,
        )

    def is_open(self, now: datetime) -> bool:
        return now < self.ends_at

    def closed(self, *, by: str, reviewer: bool, now: datetime) -> Self:
        """It ends now; one that is over stays as it is. Refused: `not_your_emergency_access`."""
        if by != self.opened_by and not reviewer:
            raise forbidden("not_your_emergency_access", "It is closed by whoever opened it, or by who reviews it.")
        return replace(self.recording(), ends_at=now, closed_by=by) if self.is_open(now) else self

    def reviewed(self, finding: Finding, note: str, *, by: str, now: datetime) -> Self:
        """Somebody else looked at it. Refused: `own_emergency_access`, `emergency_access_open`,
        `emergency_access_reviewed`, `note_missing`.
        """
        if by == self.opened_by:
            raise forbidden("own_emergency_access", "Nobody reviews an emergency access of their own.")
        if self.is_open(now):
            raise conflict("emergency_access_open", "It is reviewed once it is over. Close it first.")
        if self.review is not None:
            raise conflict("emergency_access_reviewed", "This emergency access was reviewed.")
        if finding is Finding.NOT_JUSTIFIED and not note.strip():
            raise invalid("note_missing", "Say in words what was not justified.")
        return replace(self.recording(), review=Review(finding=finding, note=note, by=by, at=now))
