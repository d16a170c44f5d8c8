"""Adverse events: something harmful happened, graded by a clinician, and reviewed by a prescriber.

Invariants: a grade is a clinician's, never computed from a vital sign; graded anew, every grade it had stays and the
worst counts until the review; from grade 2 on dosing waits for a signed review.
Source: CTCAE v5 grades; escalation is the clinic's default (domain brief, section 3.6).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, forbidden, invalid
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
class Grading:
    """A grade that took the place of the one before, and why."""

    grade: int
    reason: str = field(repr=False)
    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEventFact(Fact):
    event: "AdverseEvent"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEventReported(AdverseEventFact):
    """`previous_grade` is what it was graded before, where it was graded anew."""

    previous_grade: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEventReviewed(AdverseEventFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEvent(Aggregate):
    """`regradings` in order, after the grade that was reported; `reviews` in order, the last decides."""

    id: AdverseEventId
    patient_id: PatientId
    session_id: SessionId | None
    observation: Observation
    reported_by: StaffId
    reported_at: datetime
    regradings: tuple[Grading, ...] = ()
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
        if not _is_grade(observation.grade) or not observation.description.strip() or observation.started_at > now:
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
    def grade(self) -> int:
        """As it is graded now."""
        return self.regradings[-1].grade if self.regradings else self.observation.grade

    @property
    def worst_grade(self) -> int:
        """The worst it was ever graded: what counts."""
        return max((self.observation.grade, *(each.grade for each in self.regradings)))

    @property
    def holds_dosing(self) -> bool:
        """Whether dosing waits for a review, or for another one."""
        if self.worst_grade < HOLDS_DOSING_FROM:
            return False
        return not self.reviews or self.reviews[-1].decision is not ReviewDecision.RESUME

    @property
    def stops_session(self) -> bool:
        return self.worst_grade >= STOPS_SESSION_FROM

    def regraded(self, grading: Grading, *, prescriber: bool) -> Self:
        """A clinician grades it anew; lower only a prescriber does. What got worse after its review was decided is
        another event. Refused: `grade_invalid`, `grade_unchanged`, `reason_missing`, `lower_grade_by_prescriber`,
        `review_final`.
        """
        self._must_be_open()
        if not _is_grade(grading.grade):
            raise invalid("grade_invalid", "A grade is from 1 to 5.")
        if not grading.reason.strip():
            raise invalid("reason_missing", "Grading anew says why.")
        if grading.grade == self.grade:
            raise conflict("grade_unchanged", "It has this grade.")
        if grading.grade < self.grade and not prescriber:
            raise forbidden("lower_grade_by_prescriber", "A lower grade is a prescriber's to give.")
        after = replace(self.recording(), regradings=(*self.regradings, grading))
        return after.saying(AdverseEventReported(event=after, at=grading.at, previous_grade=self.grade))

    def reviewed(self, review: Review) -> Self:
        """A prescriber signed a review. Refused: `note_missing`, `review_final`."""
        if not review.note.strip():
            raise invalid("note_missing", "A review says what it found.")
        self._must_be_open()
        after = replace(self.recording(), reviews=(*self.reviews, review))
        return after.saying(AdverseEventReviewed(event=after, at=review.at))

    def _must_be_open(self) -> None:
        if self.reviews and self.reviews[-1].decision is not ReviewDecision.HOLD:
            raise conflict("review_final", "The review of this event has been decided.")


def _is_grade(grade: int) -> bool:
    return 1 <= grade <= 5
