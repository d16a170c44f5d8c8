"""Contraindication rules: history, medications and evidence in, findings out.

Invariant: the same inputs and the same policy always give the same findings, each with what it rests on and what
resolves it. Class A is never overridden; only the fact it rests on can be re-classified by a prescriber.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from screening.domain.clinic_day import clinic_day
from screening.domain.conditions import ConditionCode
from screening.domain.evidence import Evidence, EvidenceKind, EvidenceResult, latest
from screening.domain.history import ClinicalFact, ConditionStatus
from screening.domain.known import Known
from screening.domain.measures import Measure
from screening.domain.policy_values import Span


class FindingClass(StrEnum):
    """A: hard stop. B: stop until resolved, or a prescriber's signed pathway. C: allowed with a plan. Info: a note."""

    A = "A"
    B = "B"
    C = "C"
    INFO = "info"

    @property
    def suspends(self) -> bool:
        """Whether a new finding of this class suspends a clearance already given."""
        return self in (FindingClass.A, FindingClass.B)

    def worse_than(self, other: "FindingClass") -> bool:
        order = tuple(FindingClass)
        return order.index(self) < order.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule found; at most one finding per rule, of its worst class.

    `because` are the codes it rests on, `refs` the ids of the facts, medications or evidence behind them; `grounds`
    are what a signature would accept: each of these things as it is now. `basis` is why the clinic holds it against
    treatment, with its source. `pathway_for`: the only indications a pathway may be signed for, if not for all.
    """

    rule: str
    finding_class: FindingClass
    because: tuple[str, ...] = field(repr=False)
    refs: tuple[str, ...]
    grounds: frozenset[str] = field(repr=False)
    basis: str
    resolved_by: str
    pathway_for: tuple[str, ...] = ()

    def signable_for(self, indications: Iterable[str]) -> bool:
        """Whether a signature may accept it in a treatment with these indications; of class A none ever does."""
        if self.finding_class is FindingClass.A:
            return False
        return not self.pathway_for or not set(indications).isdisjoint(self.pathway_for)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRule:
    """Finds a condition by its status, and by how long ago it last happened.

    `within` / `after` limit the age of the event: [after, within). What is active happens now, and so does an event
    without a date. Evidence of the kind `cleared_by`, taken after the event and in date, resolves the finding.
    """

    rule: str
    finding_class: FindingClass
    conditions: tuple[ConditionCode, ...]
    statuses: tuple[ConditionStatus, ...]
    within: Span | None = None
    after: Span | None = None
    cleared_by: EvidenceKind | None = None
    pathway_for: tuple[str, ...] = ()
    resolved_by: str
    source: str

    def find(self, known: Known, now: datetime, zone: ZoneInfo) -> Finding | None:
        today = clinic_day(now, zone)
        found = [fact for fact in known.facts if self._matches(fact, today)]
        matching = [fact for fact in found if not self._cleared(fact, known, now, zone)]
        if not matching:
            return None
        return Finding(
            rule=self.rule,
            finding_class=self.finding_class,
            because=tuple(sorted({fact.condition.value for fact in matching})),
            refs=tuple(sorted(fact.id for fact in matching)),
            grounds=frozenset(fact.ground for fact in matching),
            basis=self.source,
            resolved_by=self.resolved_by,
            pathway_for=self.pathway_for,
        )

    def _matches(self, fact: ClinicalFact, today: date) -> bool:
        if fact.condition not in self.conditions or fact.status not in self.statuses:
            return False
        dated = fact.occurred_on if fact.status is ConditionStatus.HISTORY else None
        days_ago = (today - dated).days if dated else 0
        recent_enough = self.within is None or days_ago < self.within.length.days
        old_enough = self.after is None or days_ago >= self.after.length.days
        return recent_enough and old_enough

    def _cleared(self, fact: ClinicalFact, known: Known, now: datetime, zone: ZoneInfo) -> bool:
        return self.cleared_by is not None and any(
            each.kind is self.cleared_by
            and each.result is EvidenceResult.IN_RANGE
            and each.in_date(now, known.stage)
            and (fact.occurred_on is None or clinic_day(each.taken_at, zone) >= fact.occurred_on)
            for each in known.evidence
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A measure at or above a number (`at_least`) or strictly above it (`above`)."""

    measure: Measure
    at_least: float | None = None
    above: float | None = None

    def __post_init__(self) -> None:
        if (self.at_least is None) == (self.above is None):
            raise ValueError("a limit is either `at_least` or `above`")

    def reached(self, evidence: Evidence) -> bool:
        value = evidence.measures.get(self.measure)
        if value is None:
            return False
        return value >= self.at_least if self.at_least is not None else self.above is not None and value > self.above


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRule:
    """Finds a measure beyond any of its limits in at least `needed` of the newest `of_last` readings."""

    rule: str
    finding_class: FindingClass
    kind: EvidenceKind
    limits: tuple[Limit, ...]
    of_last: int = 1
    needed: int = 1
    resolved_by: str
    source: str

    def find(self, evidence: Sequence[Evidence]) -> Finding | None:
        beyond = [
            (each, limit)
            for each in latest(evidence, self.kind, self.of_last)
            for limit in self.limits
            if limit.reached(each)
        ]
        if len({each.id for each, _ in beyond}) < self.needed:
            return None
        return Finding(
            rule=self.rule,
            finding_class=self.finding_class,
            because=tuple(sorted({limit.measure.value for _, limit in beyond})),
            refs=tuple(sorted({each.id for each, _ in beyond})),
            grounds=frozenset(each.id for each, _ in beyond),
            basis=self.source,
            resolved_by=self.resolved_by,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRule:
    """Finds the newest piece of evidence of a kind with a given result."""

    rule: str
    finding_class: FindingClass
    kind: EvidenceKind
    result: EvidenceResult
    resolved_by: str
    source: str

    def find(self, evidence: Sequence[Evidence]) -> Finding | None:
        newest = latest(evidence, self.kind)
        if not newest or newest[0].result is not self.result:
            return None
        return Finding(
            rule=self.rule,
            finding_class=self.finding_class,
            because=(self.kind.value,),
            refs=(newest[0].id,),
            grounds=frozenset({newest[0].id}),
            basis=self.source,
            resolved_by=self.resolved_by,
        )


def worst_per_rule(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding per rule, of its worst class, with everything of that rule in it, so that no signature for the worst
    hides the rest. Worst first; the order does not depend on the order of the inputs.
    """
    of_rule: dict[str, Finding] = {}
    for finding in findings:
        known = of_rule.get(finding.rule)
        of_rule[finding.rule] = finding if known is None else _together(known, finding)
    order = tuple(FindingClass)
    return tuple(sorted(of_rule.values(), key=lambda each: (order.index(each.finding_class), each.rule)))


def _together(one: Finding, other: Finding) -> Finding:
    worse, milder = (one, other) if not other.finding_class.worse_than(one.finding_class) else (other, one)
    return replace(
        worse,
        because=tuple(sorted({*worse.because, *milder.because})),
        refs=tuple(sorted({*worse.refs, *milder.refs})),
        grounds=worse.grounds | milder.grounds,
    )
