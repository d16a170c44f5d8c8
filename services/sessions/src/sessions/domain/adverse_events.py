"""Adverse events: something harmful happened, graded by a clinician, and reviewed by a prescriber.

Invariants: a grade is a clinician's, never computed from a vital sign; from grade 2 on dosing waits for a
signed review.
Source: CTCAE v5 grades; escalation is the clinic's default (domain brief, section 3.6).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, invalid
from sessions.domain.ids import AdverseEventId, PatientId, SessionId, StaffId

HOLDS_DOSING_FROM: Final = 2
STOPS_SESSION_FROM: Final = 3


class ReviewDecision(StrEnum):
    RESUME = "resume"
    HOLD = "hold"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    decision: ReviewDecision
    note: str = field(repr=False)
    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What happened. `expected`, `related` and `serious` are judged apart from the grade."""

    description: str = field(repr=False)
    grade: int
    serious: bool
    expected: bool
    related: bool
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEventFact(Fact):
    event: "AdverseEvent"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEventReported(AdverseEventFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEventReviewed(AdverseEventFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEvent(Aggregate):
    """`reviews` in order; the last decides."""

    id: AdverseEventId
    patient_id: PatientId
    session_id: SessionId | None
    observation: Observation
    reported_by: StaffId
    reported_at: datetime
    reviews: tuple[Review, ...] = ()

    @classmethod
    def reported(
        cls,
        event_id: AdverseEventId,
        patient_id: PatientId,
        session_id: SessionId | None,
        observation: Observation,
        *,
        by: StaffId,
        now: datetime,
    ) -> Self:
        """Refused: `adverse_event_invalid`."""
        if not 1 <= observation.grade <= 5 or not observation.description.strip() or observation.started_at > now:
            raise invalid("adverse_event_invalid", "An adverse event has a grade from 1 to 5, a text and a past start.")
        event = cls(
            id=event_id,
            patient_id=patient_id,
            session_id=session_id,
            observation=observation,
            reported_by=by,
            reported_at=now,
        )
        return event.saying(AdverseEventReported(event=event, at=now))

    @property
    def holds_dosing(self) -> bool:
        """Whether dosing waits for a review, or for another one."""
        if self.observation.grade < HOLDS_DOSING_FROM:
            return False
        return not self.reviews or self.reviews[-1].decision is not ReviewDecision.RESUME

    @property
    def stops_session(self) -> bool:
        return self.observation.grade >= STOPS_SESSION_FROM

    def reviewed(self, review: Review) -> Self:
        """A prescriber signed a review. Refused: `note_missing`, `review_final`."""
        if not review.note.strip():
            raise invalid("note_missing", "A review says what it found.")
        if self.reviews and self.reviews[-1].decision is not ReviewDecision.HOLD:
            raise conflict("review_final", "The review of this event has been decided.")
        after = replace(self.recording(), reviews=(*self.reviews, review))
        return after.saying(AdverseEventReviewed(event=after, at=review.at))
