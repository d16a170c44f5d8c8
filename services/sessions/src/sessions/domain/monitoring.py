"""The vitals timeline of one session: observations since the first dose, the next one due, and what was said of it.

Invariants: each missed observation is said once as a warning and once as urgent; an observation ends the wait. Whether
a sign was seen twice in a row goes by when it was observed, not by when that was written down; what was urgent once
stays so, whatever is written down later.
"""

from collections.abc import Iterable, Iterator, Mapping
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


@dataclass(frozen=True, slots=True)
class OutOfLimits:
    """What was observed, and how far out of limits it is."""

    signs: VitalSigns
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    """`observations` are in the order in which they were written down. `due_at` is when the next one is due; `said` how
    late it has been said to be already, and `alarm_at` when it must be said next (None: all was said).
    """

    started_at: datetime
    plan: ObservationPlan
    baseline: VitalSigns | None
    observations: tuple[VitalSigns, ...] = ()
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
    ) -> tuple[Self, OutOfLimits | None]:
        """One more observation, and what is out of limits now: it, or one that it shows to have been the second in a
        row. Doubtful signs are due again within minutes; a late entry of an older observation never moves what is due.
        """
        after = replace(self, observations=(*self.observations, observation))
        judged = after._judged(limits)
        assessment = next(found for each, found in judged if each is observation)
        if after.last is observation:
            reached = observation.observed_at - self.started_at + timedelta(minutes=times.early_minutes)
            due_at = self.started_at + self.plan.due_after(reached)
            if assessment.doubtful:
                due_at = min(due_at, observation.observed_at + timedelta(minutes=times.repeat_minutes))
            alarm_at = due_at + times.late_by(Severity.WARN)
            after = replace(after, due_at=due_at, alarm_at=alarm_at, said=None)
        known = self.urgent(limits)
        for each, found in judged:
            if found.severity is Severity.URGENT and not _among(each, known):
                return after, OutOfLimits(each, Severity.URGENT)
        return after, OutOfLimits(observation, assessment.severity) if assessment.severity else None

    def urgent(self, limits: Mapping[Signal, SignalLimits]) -> tuple[VitalSigns, ...]:
        """The observations that are urgent by what is known now, or were by what was known when one of them was
        written down.
        """
        found: list[VitalSigns] = []
        for known in self._stages():
            for each, assessment in known._judged(limits):
                if assessment.severity is Severity.URGENT and not _among(each, found):
                    found.append(each)
        return tuple(found)

    def _stages(self) -> Iterator[Self]:
        """As it stood before each late entry, and as it stands: what follows in its order changes nothing before it."""
        for count, observation in enumerate(self.observations):
            before = replace(self, observations=self.observations[:count])
            if before.last is not None and observation.observed_at < before.last.observed_at:
                yield before
        yield self

    def _judged(self, limits: Mapping[Signal, SignalLimits]) -> list[tuple[VitalSigns, Assessment]]:
        """Each observation, in the order in which they were made, judged by it and the one before it."""
        judged: list[tuple[VitalSigns, Assessment]] = []
        doubted: frozenset[Signal] = frozenset()
        for observation in sorted(self.observations, key=lambda each: each.observed_at):
            assessment = assess(observation, limits, baseline=self.baseline, doubted=doubted)
            doubted = assessment.doubtful
            judged.append((observation, assessment))
        return judged

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


def _among(observation: VitalSigns, observations: Iterable[VitalSigns]) -> bool:
    """Whether it is this very one: two may have been alike."""
    return any(each is observation for each in observations)
