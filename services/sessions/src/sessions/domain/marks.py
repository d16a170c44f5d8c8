"""The mark of something that was given although a rule stood against it, and its review.

Invariants: the mark stays for good and opens nothing; whoever gave it or wrote it down does not review it, and only a
decision to resume lets further doses be given.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from careflow_domain.errors import conflict, forbidden, invalid
from sessions.domain.adverse_events import Review, ReviewDecision
from sessions.domain.ids import StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """`reason` is why it was given; `ordered_by` who ordered it or knew of it, None where nobody did; `giver_absent`
    whether who gave it is not on record as in the session then. `reviews` in order, the last decides; `said_overdue`
    once it was said that they are late.
    """

    reason: str = field(repr=False)
    ordered_by: StaffId | None = None
    recorded_by: StaffId
    recorded_at: datetime
    review_by: datetime
    policy_version: str
    reviews: tuple[Review, ...] = field(default=(), repr=False)
    said_overdue: bool = False
    giver_absent: bool = False

    @property
    def holds_dosing(self) -> bool:
        """Whether further doses wait for a review, or for another one."""
        return not self.reviews or self.reviews[-1].decision is not ReviewDecision.RESUME

    @property
    def awaits_review(self) -> bool:
        """Whether a review is still to be decided."""
        return not self.reviews or self.reviews[-1].decision is ReviewDecision.HOLD

    @property
    def overdue_at(self) -> datetime | None:
        """When it must be said that the review is late."""
        return self.review_by if self.awaits_review and not self.said_overdue else None

    def concerns(self, staff: StaffId, *, given_by: StaffId) -> bool:
        """Whether they gave it or wrote it down, so that somebody else reviews it."""
        return staff in {given_by, self.recorded_by}

    def reviewed(self, review: Review, *, given_by: StaffId) -> Self:
        """Refused: `note_missing`, `review_final`, `reviewer_involved`."""
        if not review.note.strip():
            raise invalid("note_missing", "A review says what it found.")
        if not self.awaits_review:
            raise conflict("review_final", "The review of this has been decided.")
        if self.concerns(review.by, given_by=given_by):
            raise forbidden("reviewer_involved", "Somebody else than who gave this or wrote it down reviews it.")
        return replace(self, reviews=(*self.reviews, review))
