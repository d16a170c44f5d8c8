"""The vitals timeline of one session: observations since the first dose, the next one due, and what was said of it.

Invariants: each missed observation is said once as a warning and once as urgent; an observation ends the wait, but one
written down so late that the next is missing as long already: that is the same wait, unless what it found is to be
repeated. Whether
a sign was seen twice in a row goes by when it was observed, not by when that was written down; what was urgent once
stays so, whatever is written down or corrected later; a correction never puts off the next observation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from sessions.domain.readings import among, newest, of_one_moment, standing
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
class Believed:
    """A baseline that counted until it was corrected, when there were so many `observations`."""

    baseline: VitalSigns | None
    observations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    """`observations` and their corrections are in the order in which they were written down; `believed` are baselines
    that were corrected since. `due_at` is when the next one is due; `said` how late it has been said to be already,
    and `alarm_at` when it must be said next (None: all was said).
    """

    started_at: datetime
    plan: ObservationPlan
    baseline: VitalSigns | None
    observations: tuple[VitalSigns, ...] = ()
    due_at: datetime
    alarm_at: datetime | None
    said: Severity | None = None
    believed: tuple[Believed, ...] = ()

    @classmethod
    def begun(cls, at: datetime, plan: ObservationPlan, baseline: VitalSigns | None, times: VitalsTimes) -> Self:
        """The first dose was given: observations count from here."""
        due_at = at + plan.due_after(timedelta(0))
        alarm_at = due_at + times.late_by(Severity.WARN)
        return cls(started_at=at, plan=plan, baseline=baseline, due_at=due_at, alarm_at=alarm_at)

    @property
    def last(self) -> VitalSigns | None:
        """The newest observation by the time it was made."""
        return newest(self.observations)

    @property
    def last_written(self) -> tuple[VitalSigns, ...]:
        """All that the newest observation was ever written down as."""
        by_moment = sorted(standing(self.observations), key=lambda each: each.signs.observed_at)
        newest_reading = of_one_moment(by_moment)
        return newest_reading.written if newest_reading else ()

    def observed(
        self, observation: VitalSigns, limits: Mapping[Signal, SignalLimits], times: VitalsTimes
    ) -> tuple[Self, OutOfLimits | None]:
        """One more observation, and what is out of limits now: it, or one that it shows to have been the second in a
        row. Doubtful and urgent signs are due again within minutes; a late entry of an older observation never moves
        what is due.
        """
        after = replace(self, observations=(*self.observations, observation))
        judged = after._judged(limits)
        assessment = next(found for each, found in judged if each is observation)
        if after.last is observation:
            reached = observation.observed_at - self.started_at + timedelta(minutes=times.early_minutes)
            due_at = self.started_at + self.plan.due_after(reached)
            if assessment.is_due_again:
                due_at = min(due_at, observation.observed_at + timedelta(minutes=times.repeat_minutes))
            missing_too = due_at + times.late_by(Severity.URGENT) <= observation.recorded_at
            if self.said is Severity.URGENT and missing_too and not assessment.is_due_again:
                after = replace(after, due_at=due_at)
            else:
                alarm_at = due_at + times.late_by(Severity.WARN)
                after = replace(after, due_at=due_at, alarm_at=alarm_at, said=None)
        known = self.urgent(limits)
        for each, found in judged:
            if found.severity is Severity.URGENT and not among(each, known):
                return after, OutOfLimits(each, Severity.URGENT)
        return after, OutOfLimits(observation, assessment.severity) if assessment.severity else None

    def corrected(
        self, correction: VitalSigns, limits: Mapping[Signal, SignalLimits], times: VitalsTimes
    ) -> tuple[Self, OutOfLimits | None]:
        """An observation put right, and the worst that this shows to be out of limits and was not known to be. The
        newest one found doubtful or urgent by it is due again within minutes of that.
        """
        after = replace(self, observations=(*self.observations, correction))
        found = next(found for each, found in after._judged(limits) if each is correction)
        again = correction.recorded_at + timedelta(minutes=times.repeat_minutes)
        if after.last is correction and found.is_due_again and again < self.due_at:
            after = replace(after, due_at=again, alarm_at=again + times.late_by(Severity.WARN), said=None)
        return after, self._revealed_by(after, limits)

    def rebased(self, baseline: VitalSigns, limits: Mapping[Signal, SignalLimits]) -> tuple[Self, OutOfLimits | None]:
        """The baseline put right, and the worst that this shows to be out of limits and was not known to be."""
        before = Believed(baseline=self.baseline, observations=len(self.observations))
        after = replace(self, baseline=baseline, believed=(*self.believed, before))
        return after, self._revealed_by(after, limits)

    def _revealed_by(self, after: Self, limits: Mapping[Signal, SignalLimits]) -> OutOfLimits | None:
        urgent, judged = self.urgent(limits), self._judged(limits)
        written = {id(each.signs): each.written for each in standing(after.observations)}

        def known(record: VitalSigns) -> Severity | None:
            if among(record, urgent):
                return Severity.URGENT
            return next((found.severity for each, found in judged if each is record), None)

        worse = [
            OutOfLimits(each, found.severity)
            for each, found in after._judged(limits)
            if found.severity and _rank(found.severity) > max(_rank(known(one)) for one in written[id(each)])
        ]
        return max(worse, key=lambda out: _rank(out.severity), default=None)

    def urgent(self, limits: Mapping[Signal, SignalLimits]) -> tuple[VitalSigns, ...]:
        """The observations that are urgent by what is known now, or were by what was known when one of them was
        written down or corrected.
        """
        found: list[VitalSigns] = []
        for known in self._stages():
            for each, assessment in known._judged(limits):
                if assessment.severity is Severity.URGENT and not among(each, found):
                    found.append(each)
        return tuple(found)

    def _stages(self) -> Iterator[Self]:
        """As it stood before each late entry and each correction, and as it stands: what follows in its order changes
        nothing before it.
        """
        for count, observation in enumerate(self.observations):
            before = self._as_of(count)
            late = before.last is not None and observation.observed_at < before.last.observed_at
            if late or observation.corrects is not None:
                yield before
        for each in self.believed:
            yield replace(self, observations=self.observations[: each.observations], baseline=each.baseline)
        yield self

    def _as_of(self, count: int) -> Self:
        """When so many observations had been written down."""
        then = (each.baseline for each in self.believed if each.observations > count)
        return replace(self, observations=self.observations[:count], baseline=next(then, self.baseline))

    def _judged(self, limits: Mapping[Signal, SignalLimits]) -> list[tuple[VitalSigns, Assessment]]:
        """Each observation as it stands, in the order in which they were made, judged by it and the one before it."""
        judged: list[tuple[VitalSigns, Assessment]] = []
        doubted: frozenset[Signal] = frozenset()
        stand = (each.signs for each in standing(self.observations))
        for observation in sorted(stand, key=lambda each: each.observed_at):
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

    def said_after(self, moment: datetime, times: VitalsTimes) -> Severity | None:
        """How late the observation that is due was said to be, as far as it became so late only after this moment.
        Where the last one was written down so late that this one was missing already, what was said is of that one's
        own wait, and nothing was said since.
        """
        last = self.last
        if last is not None and last.recorded_at >= self.due_at + times.late_by(Severity.URGENT):
            return None
        if self.said is None or self.due_at + times.late_by(self.said) <= moment:
            return None
        return self.said

    def resumed(self, times: VitalsTimes, *, now: datetime) -> Self:
        """Who was away is there again: signs are due now, whatever was said while nobody could observe them."""
        return replace(self, due_at=now, alarm_at=now + times.late_by(Severity.WARN), said=None)

    def observed_near(self, minute: int, tolerance_minutes: int) -> bool:
        """Whether signs were observed around this minute after the start."""
        return self.nearest(minute, tolerance_minutes) is not None

    def made_late(self, minute: int, tolerance_minutes: int, late_minutes: int) -> VitalSigns | None:
        """The first observation after this minute that is not near enough, but at most so much later."""
        wanted = self.started_at + timedelta(minutes=minute)
        earliest, latest = (wanted + timedelta(minutes=each) for each in (tolerance_minutes, late_minutes))
        stand = (each.signs for each in standing(self.observations))
        late = [each for each in stand if earliest < each.observed_at <= latest]
        return min(late, key=lambda each: each.observed_at, default=None)

    def nearest(self, minute: int, tolerance_minutes: int) -> VitalSigns | None:
        """The observation nearest to this minute after the start, if one is near enough."""
        wanted = self.started_at + timedelta(minutes=minute)

        def away(each: VitalSigns) -> timedelta:
            return abs(each.observed_at - wanted)

        stand = (each.signs for each in standing(self.observations))
        near = [each for each in stand if away(each) <= timedelta(minutes=tolerance_minutes)]
        return min(near, key=away, default=None)


def _rank(severity: Severity | None) -> int:
    """How bad: 0 for what is within limits."""
    return 0 if severity is None else 1 + list(Severity).index(severity)
