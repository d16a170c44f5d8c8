"""Outcomes: what the scores of one scale say of a course, by definitions that are the policy's.

Invariants: everything is derived from raw answers and the times of doses, nothing is carried forward; what cannot be
said is missing, by name. Scales disagree, so every outcome names its scale.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from careflow_domain.setting import Setting
from screening.domain.policy_values import Span


class Standing(StrEnum):
    """How far symptoms have come down from the baseline."""

    RESPONSE = "response"
    PARTIAL = "partial"
    NO_RESPONSE = "no_response"


class Missing(StrEnum):
    """What is not there to derive from. `baseline_too_low`: too few symptoms before the course to measure a drop of."""

    NO_DOSE = "no_dose"
    NO_BASELINE = "no_baseline"
    BASELINE_TOO_LOW = "baseline_too_low"
    NO_RECENT_SCORE = "no_recent_score"


class BenefitEnd(StrEnum):
    """Why the benefit of a dose is counted no further. `next_dose` and `ongoing` are censored: it lasted at least so
    long. `not_reached`: the response criterion was not met before the next dose; `no_score`: nobody was asked.
    """

    LOST = "lost"
    NEXT_DOSE = "next_dose"
    ONGOING = "ongoing"
    NOT_REACHED = "not_reached"
    NO_SCORE = "no_score"


class ReviewReason(StrEnum):
    """What a prescriber must look at."""

    RESPONSE = "response"
    DETERIORATION = "deterioration"
    RELAPSE = "relapse"
    NO_RESPONSE = "no_response"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A complete score and when it was completed."""

    at: datetime
    total: int = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relapse:
    """After a response: scores of at least `at_least` points, up by `rise` from the lowest, on two readings at least
    `apart`.
    """

    at_least: Setting[int]
    rise: Setting[int]
    apart: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickRise:
    """Worse by so many points within this time."""

    points: Setting[int]
    within: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalePolicy:
    """The definitions for one questionnaire; what is None is not defined for it. `asked_every` is how often it is asked
    for in a course.
    """

    questionnaire: str
    asked_every: Span
    baseline_at_least: Setting[int]
    reliable_change: Setting[int]
    remission_below: Setting[int] | None = None
    quick_rise: QuickRise | None = None
    relapse: Relapse | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomesPolicy:
    """Percentages are of the baseline, the last score within `baseline_within` before the first dose."""

    scales: tuple[ScalePolicy, ...]
    baseline_within: Span
    recent_within: Span
    response_percent: Setting[int]
    partial_percent: Setting[int]
    no_response_from_dose: Setting[int]
    review_within: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseBenefit:
    """Days from a dose until the response criterion was lost; None where it was not reached."""

    dose_at: datetime
    days: int | None = field(repr=False)
    ended: BenefitEnd = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleOutcome:
    """One scale in one course. `change_percent` is how far the newest score is below the baseline, negative when above;
    None where it cannot be said.
    """

    questionnaire: str
    baseline: Reading | None = field(default=None, repr=False)
    latest: Reading | None = field(default=None, repr=False)
    lowest: Reading | None = field(default=None, repr=False)
    change_percent: int | None = field(default=None, repr=False)
    standing: Standing | None = field(default=None, repr=False)
    remission: bool | None = field(default=None, repr=False)
    deterioration: bool | None = field(default=None, repr=False)
    relapse: bool | None = field(default=None, repr=False)
    benefit: tuple[DoseBenefit, ...] = field(default=(), repr=False)
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class Scale:
    """The readings of one scale against the doses of a course, each in the order of time."""

    policy: OutcomesPolicy
    of: ScalePolicy
    readings: Sequence[Reading]
    doses: Sequence[datetime]

    def outcome(self, now: datetime) -> ScaleOutcome:
        """What can be said at that moment."""
        baseline, after = self._baseline(), self._after()
        latest = after[-1] if after else None
        recent = latest is not None and now - latest.at <= self.policy.recent_within.length
        measurable = baseline if baseline and baseline.total >= self.of.baseline_at_least.value else None
        missing = {
            Missing.NO_DOSE: not self.doses,
            Missing.NO_BASELINE: bool(self.doses) and baseline is None,
            Missing.BASELINE_TOO_LOW: baseline is not None and measurable is None,
            Missing.NO_RECENT_SCORE: bool(self.doses) and not recent,
        }
        said = latest if recent else None
        return ScaleOutcome(
            questionnaire=self.of.questionnaire,
            baseline=baseline,
            latest=latest,
            lowest=min(after, key=lambda each: (each.total, each.at), default=None),
            change_percent=_dropped(baseline, said) if baseline and said else None,
            standing=self._standing(measurable, said) if measurable and said else None,
            remission=said.total < self.of.remission_below.value if said and self.of.remission_below else None,
            deterioration=self._worse(baseline, said) if said else None,
            relapse=self._relapsed(measurable, self.of.relapse) if measurable and said and self.of.relapse else None,
            benefit=self._benefit(measurable, now) if measurable else (),
            missing=tuple(each for each, is_so in missing.items() if is_so),
        )

    def for_review(self, outcome: ScaleOutcome) -> frozenset[ReviewReason]:
        """What of it a prescriber must look at."""
        nth = self.policy.no_response_from_dose.value
        tried = len(self.doses) >= nth and outcome.latest is not None and outcome.latest.at > self.doses[nth - 1]
        found = {
            ReviewReason.RESPONSE: outcome.standing is Standing.RESPONSE,
            ReviewReason.DETERIORATION: bool(outcome.deterioration),
            ReviewReason.RELAPSE: bool(outcome.relapse),
            ReviewReason.NO_RESPONSE: tried and outcome.standing is Standing.NO_RESPONSE,
        }
        return frozenset(each for each, is_so in found.items() if is_so)

    def _baseline(self) -> Reading | None:
        if not self.doses:
            return None
        first = self.doses[0]
        before = [each for each in self.readings if first - self.policy.baseline_within.length <= each.at <= first]
        return before[-1] if before else None

    def _after(self) -> list[Reading]:
        return [each for each in self.readings if self.doses and each.at > self.doses[0]]

    def _standing(self, baseline: Reading, reading: Reading) -> Standing:
        if self._fell(baseline, reading, self.policy.response_percent.value):
            return Standing.RESPONSE
        if self._fell(baseline, reading, self.policy.partial_percent.value):
            return Standing.PARTIAL
        return Standing.NO_RESPONSE

    @staticmethod
    def _fell(baseline: Reading, reading: Reading, percent: int) -> bool:
        return (baseline.total - reading.total) * 100 >= percent * baseline.total

    def _responds(self, baseline: Reading, reading: Reading) -> bool:
        return self._standing(baseline, reading) is Standing.RESPONSE

    def _worse(self, baseline: Reading | None, latest: Reading) -> bool | None:
        """Reliably worse than the baseline, or worse by much in a short time."""
        rule = self.of.quick_rise
        if baseline is None and rule is None:
            return None
        reliably = baseline is not None and latest.total - baseline.total >= self.of.reliable_change.value
        if rule is None:
            return reliably
        lately = [each.total for each in self.readings if latest.at - rule.within.length <= each.at <= latest.at]
        return reliably or latest.total - min(lately) >= rule.points.value

    def _relapsed(self, baseline: Reading, rule: Relapse) -> bool:
        """The newest readings, far enough apart, are both back up after a response."""
        lowest: int | None = None
        back_since: datetime | None = None
        relapsed = False
        for each in self._after():
            if lowest is None:
                lowest = each.total if self._responds(baseline, each) else None
                continue
            back = each.total >= max(rule.at_least.value, lowest + rule.rise.value)
            lowest = min(lowest, each.total)
            back_since = (back_since or each.at) if back else None
            relapsed = back_since is not None and each.at - back_since >= rule.apart.length
        return relapsed

    def _benefit(self, baseline: Reading, now: datetime) -> tuple[DoseBenefit, ...]:
        until = zip(self.doses, (*self.doses[1:], None), strict=False)
        return tuple(self._benefit_of(baseline, start, following) for start, following in until if start <= now)

    def _benefit_of(self, baseline: Reading, dose_at: datetime, next_at: datetime | None) -> DoseBenefit:
        held: Reading | None = None
        scored = [each for each in self.readings if dose_at < each.at and (next_at is None or each.at <= next_at)]
        for each in scored:
            if self._responds(baseline, each):
                held = each
            elif held is not None:
                return DoseBenefit(dose_at=dose_at, days=_days(each.at - dose_at), ended=BenefitEnd.LOST)
        if held is None:
            ended = BenefitEnd.NOT_REACHED if scored else BenefitEnd.NO_SCORE
            return DoseBenefit(dose_at=dose_at, days=None, ended=ended)
        if next_at is not None:
            return DoseBenefit(dose_at=dose_at, days=_days(next_at - dose_at), ended=BenefitEnd.NEXT_DOSE)
        return DoseBenefit(dose_at=dose_at, days=_days(held.at - dose_at), ended=BenefitEnd.ONGOING)


def _dropped(baseline: Reading, reading: Reading) -> int | None:
    return (baseline.total - reading.total) * 100 // baseline.total if baseline.total else None


def _days(length: timedelta) -> int:
    return length // timedelta(days=1)


def in_time(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Readings in the order of time."""
    return tuple(sorted(readings, key=lambda each: each.at))
