"""The course a patient is treated in, as far as outcomes need it: when doses were given, and when to ask how they are.

Invariant: in a course patients are asked in steps of `every`, after it so many times more, a month apart; a new dose
brings them back into the course. A dose counts once, however often it is heard of.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from careflow_domain.setting import Setting
from screening.domain.facts import PatientFact
from screening.domain.intake import Purpose
from screening.domain.outcomes import ReviewReason
from screening.domain.policy_values import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingPolicy:
    """How often patients are looked after in a course and how often afterwards; a course without a dose for
    `lapses_after` has ended, whether anybody says so or not.
    """

    every: Span
    lapses_after: Span
    follow_up_every: Span
    follow_ups: Setting[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeReviewDue(PatientFact):
    """A prescriber must look at what one scale shows, by `due_by`."""

    due_by: datetime
    questionnaire: str = field(repr=False)
    reason: ReviewReason = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """`doses` are the times by session; `standing` what was found last, per scale, so that each finding is said once
    for as long as it lasts.
    """

    doses: Mapping[str, datetime] = field(default_factory=dict)
    ended_at: datetime | None = None
    asks_at: datetime | None = None
    followed_up: int = 0
    standing: Mapping[str, frozenset[ReviewReason]] = field(default_factory=dict, repr=False)

    @property
    def dose_times(self) -> tuple[datetime, ...]:
        """When doses were given, in the order of time."""
        return tuple(sorted(self.doses.values()))

    @property
    def purpose(self) -> Purpose:
        """What patients are asked for now."""
        return Purpose.COURSE if self.ended_at is None else Purpose.FOLLOW_UP

    def dosed(self, session: str, at: datetime, policy: AskingPolicy) -> Self:
        """A dose was given in this session; the first of it counts."""
        if session in self.doses:
            return self
        after = replace(self, doses={**self.doses, session: at})
        if self.ended_at is not None and at <= self.ended_at:
            return after
        goes_on = self.ended_at is None and self.asks_at is not None
        return replace(
            after,
            ended_at=None,
            followed_up=0,
            asks_at=self.asks_at if goes_on else at + policy.every.length,
        )

    def ended(self, policy: AskingPolicy, *, at: datetime) -> Self:
        """No more doses; from then on it is followed up. A dose after that is of the next course."""
        if not self.doses or self.ended_at is not None or at < self.dose_times[-1]:
            return self
        return replace(self, ended_at=at, asks_at=at + policy.follow_up_every.length)

    def asked(self, policy: AskingPolicy, *, now: datetime) -> Self:
        """The patient was asked; when next, if at all."""
        if self.ended_at is not None:
            followed_up = self.followed_up + 1
            done = followed_up >= policy.follow_ups.value
            return replace(self, followed_up=followed_up, asks_at=None if done else now + policy.follow_up_every.length)
        if now - self.dose_times[-1] >= policy.lapses_after.length:
            return self.ended(policy, at=now)
        return replace(self, asks_at=now + policy.every.length)

    def newly(self, found: Mapping[str, frozenset[ReviewReason]]) -> tuple[tuple[str, ReviewReason], ...]:
        """What was not found the last time."""
        nothing: frozenset[ReviewReason] = frozenset()
        return tuple(
            (scale, reason)
            for scale, reasons in found.items()
            for reason in ReviewReason
            if reason in reasons - self.standing.get(scale, nothing)
        )
