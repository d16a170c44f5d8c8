"""The vitals timeline of one session: observations since the first dose, the next one due, and what was said of it.

Invariant: each missed observation is said once as a warning and once as urgent; an observation ends the wait.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from sessions.domain.vitals import (
    Assessment,
    ObservationPlan,
    Severity,
    Signal,
    SignalLimits,
    VitalSigns,
    VitalsTimes,
    assess,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    """`due_at` is when the next observation is due; `said` how late it has been said to be already, and `alarm_at` when
    it must be said next (None: all was said)."""

    started_at: datetime
    plan: ObservationPlan
    baseline: VitalSigns | None
    observations: tuple[VitalSigns, ...] = ()
    doubtful: frozenset[Signal] = frozenset()
    due_at: datetime
    alarm_at: datetime | None
    said: Severity | None = None

    @classmethod
    def begun(cls, at: datetime, plan: ObservationPlan, baseline: VitalSigns | None, times: VitalsTimes) -> Self:
        """The first dose was given: observations count from here."""
        due_at = at + plan.due_after(timedelta(0))
        alarm_at = due_at + times.late_by(Severity.WARN)
        return cls(started_at=at, plan=plan, baseline=baseline, due_at=due_at, alarm_at=alarm_at)

    @property
    def last(self) -> VitalSigns | None:
        """The newest observation by the time it was made."""
        return max(self.observations, key=lambda each: each.observed_at, default=None)

    def observed(
        self, observation: VitalSigns, limits: Mapping[Signal, SignalLimits], times: VitalsTimes
    ) -> tuple[Self, Assessment]:
        """One more observation. Doubtful signs are due again within minutes; a late entry of an older observation
        never moves what is due."""
        assessment = assess(observation, limits, baseline=self.baseline, doubted=self.doubtful)
        after = replace(self, observations=(*self.observations, observation))
        if after.last is not observation:
            return after, assessment
        reached = observation.observed_at - self.started_at + timedelta(minutes=times.early_minutes)
        due_at = self.started_at + self.plan.due_after(reached)
        if assessment.doubtful:
            due_at = min(due_at, observation.observed_at + timedelta(minutes=times.repeat_minutes))
        alarm_at = due_at + times.late_by(Severity.WARN)
        after = replace(after, doubtful=assessment.doubtful, due_at=due_at, alarm_at=alarm_at, said=None)
        return after, assessment

    def urgent(self, limits: Mapping[Signal, SignalLimits]) -> tuple[VitalSigns, ...]:
        """The observations that were urgent, each judged as it was when it was written down."""
        found: list[VitalSigns] = []
        doubted: frozenset[Signal] = frozenset()
        for observation in self.observations:
            assessment = assess(observation, limits, baseline=self.baseline, doubted=doubted)
            doubted = assessment.doubtful
            if assessment.severity is Severity.URGENT:
                found.append(observation)
        return tuple(found)

    def missed(self, times: VitalsTimes, *, now: datetime) -> tuple[Self, Severity | None]:
        """Say how late the observation is, once per step; late by both steps, only the urgent one is still true."""
        if self.alarm_at is None or now < self.alarm_at:
            return self, None
        urgent_at = self.due_at + times.late_by(Severity.URGENT)
        if now >= urgent_at:
            return replace(self, said=Severity.URGENT, alarm_at=None), Severity.URGENT
        return replace(self, said=Severity.WARN, alarm_at=urgent_at), Severity.WARN

    def observed_near(self, minute: int, tolerance_minutes: int) -> bool:
        """Whether signs were observed around this minute after the start."""
        return self.nearest(minute, tolerance_minutes) is not None

    def nearest(self, minute: int, tolerance_minutes: int) -> VitalSigns | None:
        """The observation nearest to this minute after the start, if one is near enough."""
        wanted = self.started_at + timedelta(minutes=minute)

        def away(each: VitalSigns) -> timedelta:
            return abs(each.observed_at - wanted)

        near = [each for each in self.observations if away(each) <= timedelta(minutes=tolerance_minutes)]
        return min(near, key=away, default=None)
