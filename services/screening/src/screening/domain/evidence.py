"""Evidence: tests and reports with a date, and how long the policy lets them count.

Invariant: evidence never carries its own expiry; `valid_until` follows from when it was taken and the policy of the
day it was recorded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from careflow_domain.errors import invalid
from screening.domain.conditions import ConditionCode
from screening.domain.facts import PatientFact
from screening.domain.history import ClinicalFact
from screening.domain.ids import EvidenceId
from screening.domain.measures import Measure, MeasureRanges
from screening.domain.policy_values import Span
from screening.domain.voiding import Voiding


class EvidenceKind(StrEnum):
    LAB_PANEL = "lab_panel"
    LIVER_PANEL = "liver_panel"
    ECG = "ecg"
    CURES_REPORT = "cures_report"
    CARDIOLOGY_LETTER = "cardiology_letter"
    BLOOD_PRESSURE = "blood_pressure"
    PREGNANCY_TEST = "pregnancy_test"
    WEIGHT = "weight"


class EvidenceResult(StrEnum):
    """What the reader of the evidence concluded; for a test, `positive` and `negative`."""

    IN_RANGE = "in_range"
    ABNORMAL = "abnormal"
    POSITIVE = "positive"
    NEGATIVE = "negative"


class EvidenceCategory(StrEnum):
    """`clearance` evidence decides how long a clearance lasts; `session` evidence is for the session's own gate."""

    CLEARANCE = "clearance"
    SESSION = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecorded(PatientFact):
    evidence_id: EvidenceId
    category: EvidenceCategory
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceExpiring(PatientFact):
    evidence_id: EvidenceId
    category: EvidenceCategory
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One test, reading or report."""

    id: EvidenceId
    kind: EvidenceKind
    category: EvidenceCategory
    taken_at: datetime
    valid_until: datetime
    recorded_at: datetime
    recorded_by: str
    result: EvidenceResult = field(repr=False)
    measures: Mapping[Measure, float] = field(default_factory=dict, repr=False)
    warned: bool = False
    voided: Voiding | None = None

    def in_date(self, now: datetime) -> bool:
        """Whether it counts at that moment; what was voided never does."""
        return self.voided is None and self.taken_at <= now < self.valid_until

    def voiding(self, voided: Voiding) -> Self:
        """It was recorded wrongly. Refused as `Voiding.check`."""
        voided.check(self.voided)
        return replace(self, voided=voided)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredFor:
    """For whom evidence is required: everyone, from an age in years on, or with one of these conditions."""

    everyone: bool = False
    age_at_least: int | None = None
    conditions: tuple[ConditionCode, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRule:
    """The policy for one kind: how long it counts, what it must measure, who needs it and how many readings."""

    kind: EvidenceKind
    category: EvidenceCategory
    valid_for: Span
    valid_for_abnormal: Span | None = None
    results: tuple[EvidenceResult, ...] = (EvidenceResult.IN_RANGE, EvidenceResult.ABNORMAL)
    measures: tuple[Measure, ...] = ()
    readings: int = 1
    required_for: RequiredFor = RequiredFor()

    def valid_until(self, taken_at: datetime, result: EvidenceResult) -> datetime:
        """Until when a piece of evidence counts; an abnormal one may count for less time."""
        abnormal = result is EvidenceResult.ABNORMAL
        span = self.valid_for_abnormal if abnormal and self.valid_for_abnormal else self.valid_for
        return taken_at + span.length

    def check(self, result: EvidenceResult, measures: Mapping[Measure, float], ranges: MeasureRanges) -> None:
        """Refused: `result_not_of_kind`, `measures_not_of_kind`, numbers that cannot be true (`measure_implausible`), a
        result that says something else than its numbers (`result_contradicts_measures`).
        """
        if result not in self.results:
            raise invalid("result_not_of_kind", "This kind of evidence has no such result.")
        if set(measures) != set(self.measures):
            raise invalid("measures_not_of_kind", "Give exactly the measures of this kind.")
        ranges.check(measures)
        abnormal = ranges.abnormal(measures)
        if abnormal is not None and abnormal != (result is EvidenceResult.ABNORMAL):
            raise invalid("result_contradicts_measures", "The numbers say something else than the result.")

    def required(self, *, born_on: date | None, facts: Iterable[ClinicalFact], now: datetime) -> bool:
        """Whether this patient needs it; an unknown birth date counts as old enough."""
        rule = self.required_for
        if rule.everyone:
            return True
        if rule.age_at_least is not None and (born_on is None or age(born_on, now.date()) >= rule.age_at_least):
            return True
        present = {fact.condition for fact in facts if fact.present}
        return not present.isdisjoint(rule.conditions)


def latest(evidence: Iterable[Evidence], kind: EvidenceKind, count: int = 1) -> tuple[Evidence, ...]:
    """The newest pieces of one kind, newest first. Of those taken at the same time, the one recorded last counts: it
    corrects the others, which stay on record.
    """
    taken: dict[datetime, Evidence] = {}
    for each in sorted(evidence, key=lambda each: (each.recorded_at, each.id)):
        if each.kind is kind and each.voided is None:
            taken[each.taken_at] = each
    return tuple(taken[at] for at in sorted(taken, reverse=True)[:count])


def awaiting_warning(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The newest clearance evidence of each kind that nobody was warned about; what was replaced needs no warning."""
    return tuple(
        each
        for each in evidence
        if each.category is EvidenceCategory.CLEARANCE
        and not each.warned
        and each.voided is None
        and latest(evidence, each.kind)[0].id == each.id
    )


def age(born_on: date, today: date) -> int:
    """Full years lived."""
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
