"""Evidence: tests and reports with a date, and how long the policy lets them count.

Invariant: evidence never carries its own expiry; `ends` follows from when it was taken and the policy of the day it was
recorded. What carries a clearance counts for one time to the first dose of a course, for another once it has begun.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
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
from screening.domain.validity import Ends, Stage
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
    """One test, reading or report. `warned_of` is the end that somebody was warned about last."""

    id: EvidenceId
    kind: EvidenceKind
    category: EvidenceCategory
    taken_at: datetime
    ends: Ends
    recorded_at: datetime
    recorded_by: str
    result: EvidenceResult = field(repr=False)
    measures: Mapping[Measure, float] = field(default_factory=dict, repr=False)
    warned_of: datetime | None = None
    voided: Voiding | None = None

    def in_date(self, now: datetime, stage: Stage) -> bool:
        """Whether it counts at that moment; what was voided never does."""
        return self.voided is None and self.taken_at <= now < self.ends.at(stage)

    def voiding(self, voided: Voiding) -> Self:
        """It was recorded wrongly. Refused as `Voiding.check`."""
        voided.check(self.voided)
        return replace(self, voided=voided)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredFor:
    """For whom evidence is required: everyone, from an age in years on, with one of these conditions, or who takes one
    of these drugs, by ingredient.
    """

    everyone: bool = False
    age_at_least: int | None = None
    conditions: tuple[ConditionCode, ...] = ()
    drugs: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRule:
    """The policy for one kind: how long it counts, what it must measure, who needs it and how many readings.

    `valid_for` is how old it may be up to the first dose of a course, `valid_in_course` from then on; session evidence
    has no second validity. `valid_for_abnormal` limits both.
    """

    kind: EvidenceKind
    category: EvidenceCategory
    valid_for: Span
    valid_in_course: Span | None = None
    valid_for_abnormal: Span | None = None
    results: tuple[EvidenceResult, ...] = (EvidenceResult.IN_RANGE, EvidenceResult.ABNORMAL)
    measures: tuple[Measure, ...] = ()
    readings: int = 1
    required_for: RequiredFor = RequiredFor()

    def __post_init__(self) -> None:
        if (self.category is EvidenceCategory.CLEARANCE) != (self.valid_in_course is not None):
            raise ValueError(f"evidence for a clearance has two validities, any other has one: {self.kind.value}")
        if self.valid_in_course is not None and self.valid_in_course.length < self.valid_for.length:
            raise ValueError(f"a course that begins would end what it began on: {self.kind.value}")

    def ends(self, taken_at: datetime, result: EvidenceResult) -> Ends:
        """Until when a piece of evidence counts; an abnormal one may count for less time."""
        spans = (self.valid_for, self.valid_in_course or self.valid_for)
        if result is EvidenceResult.ABNORMAL and self.valid_for_abnormal is not None:
            spans = (self.valid_for_abnormal, self.valid_for_abnormal)
        return Ends(to_first_dose=taken_at + spans[0].length, in_course=taken_at + spans[1].length)

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

    def required(
        self, *, born_on: date | None, facts: Iterable[ClinicalFact], ingredients: Collection[str], today: date
    ) -> bool:
        """Whether this patient needs it; an unknown birth date counts as old enough."""
        rule = self.required_for
        if rule.everyone:
            return True
        if rule.age_at_least is not None and (born_on is None or age(born_on, today) >= rule.age_at_least):
            return True
        present = {fact.condition for fact in facts if fact.present}
        return not present.isdisjoint(rule.conditions) or any(drug in ingredients for drug in rule.drugs)


def latest(evidence: Iterable[Evidence], kind: EvidenceKind, count: int = 1) -> tuple[Evidence, ...]:
    """The newest pieces of one kind, newest first. Of those taken at the same time, the one recorded last counts: it
    corrects the others, which stay on record.
    """
    taken: dict[datetime, Evidence] = {}
    for each in sorted(evidence, key=lambda each: (each.recorded_at, each.id)):
        if each.kind is kind and each.voided is None:
            taken[each.taken_at] = each
    return tuple(taken[at] for at in sorted(taken, reverse=True)[:count])


def awaiting_warning(evidence: Sequence[Evidence], stage: Stage) -> tuple[Evidence, ...]:
    """The newest clearance evidence of each kind of whose end nobody was warned; what was replaced needs no warning."""
    return tuple(
        each
        for each in evidence
        if each.category is EvidenceCategory.CLEARANCE
        and each.warned_of != each.ends.at(stage)
        and each.voided is None
        and latest(evidence, each.kind)[0].id == each.id
    )


def age(born_on: date, today: date) -> int:
    """Full years lived."""
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
