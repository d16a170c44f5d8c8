"""Evidence: which results and measures each kind takes, and how long it counts."""

import math
from dataclasses import replace
from datetime import date

import pytest

from careflow_domain.errors import DomainError
from screening.domain.evidence import EvidenceKind, EvidenceResult, age, latest
from screening.domain.measures import Measure, MeasureRanges
from screening.domain.validity import Stage
from services.screening.tests.builders import NOW, POLICY, days, evidence


def pressure(systolic: float, diastolic: float) -> dict[Measure, float]:
    return {Measure.SYSTOLIC_MMHG: systolic, Measure.DIASTOLIC_MMHG: diastolic}


def enzymes(alt: float, ast: float) -> dict[Measure, float]:
    return {Measure.ALT_TIMES_ULN: alt, Measure.AST_TIMES_ULN: ast}


@pytest.mark.parametrize(
    ("kind", "result", "measures", "code"),
    [
        (EvidenceKind.PREGNANCY_TEST, EvidenceResult.IN_RANGE, {}, "result_not_of_kind"),
        (EvidenceKind.LAB_PANEL, EvidenceResult.POSITIVE, {}, "result_not_of_kind"),
        (EvidenceKind.BLOOD_PRESSURE, EvidenceResult.IN_RANGE, {Measure.SYSTOLIC_MMHG: 120}, "measures_not_of_kind"),
        (EvidenceKind.LAB_PANEL, EvidenceResult.IN_RANGE, {Measure.WEIGHT_KG: 70}, "measures_not_of_kind"),
        (EvidenceKind.WEIGHT, EvidenceResult.IN_RANGE, {Measure.WEIGHT_KG: 0}, "measure_implausible"),
        (EvidenceKind.WEIGHT, EvidenceResult.IN_RANGE, {Measure.WEIGHT_KG: 8}, "measure_implausible"),
        (EvidenceKind.WEIGHT, EvidenceResult.IN_RANGE, {Measure.WEIGHT_KG: math.nan}, "measure_implausible"),
        (EvidenceKind.BLOOD_PRESSURE, EvidenceResult.IN_RANGE, pressure(21.3, 13.3), "measure_implausible"),
        (EvidenceKind.BLOOD_PRESSURE, EvidenceResult.IN_RANGE, pressure(80, 120), "measure_implausible"),
        (EvidenceKind.BLOOD_PRESSURE, EvidenceResult.IN_RANGE, pressure(1280, 82), "measure_implausible"),
        (EvidenceKind.BLOOD_PRESSURE, EvidenceResult.IN_RANGE, pressure(100, 100), "measure_implausible"),
        (EvidenceKind.BLOOD_PRESSURE, EvidenceResult.IN_RANGE, pressure(168, 104), "result_contradicts_measures"),
        (EvidenceKind.BLOOD_PRESSURE, EvidenceResult.ABNORMAL, pressure(120, 80), "result_contradicts_measures"),
        (EvidenceKind.LIVER_PANEL, EvidenceResult.ABNORMAL, enzymes(0.8, 0.8), "result_contradicts_measures"),
        (EvidenceKind.LIVER_PANEL, EvidenceResult.IN_RANGE, enzymes(0.8, 3.8), "result_contradicts_measures"),
        (EvidenceKind.LIVER_PANEL, EvidenceResult.ABNORMAL, enzymes(32, 480), "measure_implausible"),
    ],
)
def test_what_does_not_belong_to_a_kind_is_refused(
    kind: EvidenceKind, result: EvidenceResult, measures: dict[Measure, float], code: str
) -> None:
    with pytest.raises(DomainError) as refused:
        POLICY.evidence_rule(kind).check(result, measures, POLICY.measures)
    assert refused.value.code == code


def test_what_cannot_be_right_is_named_by_its_measures() -> None:
    with pytest.raises(DomainError) as refused:
        POLICY.measures.check(pressure(1280, 82))
    assert refused.value.extra == {"measures": ["systolic_mmhg"]}


@pytest.mark.parametrize(
    ("kind", "result", "measures"),
    [
        (EvidenceKind.BLOOD_PRESSURE, EvidenceResult.IN_RANGE, pressure(140, 90)),
        (EvidenceKind.BLOOD_PRESSURE, EvidenceResult.ABNORMAL, pressure(141, 90)),
        (EvidenceKind.BLOOD_PRESSURE, EvidenceResult.ABNORMAL, pressure(240, 140)),
        (EvidenceKind.LIVER_PANEL, EvidenceResult.IN_RANGE, enzymes(1, 1)),
        (EvidenceKind.LIVER_PANEL, EvidenceResult.ABNORMAL, enzymes(12, 1)),
        (EvidenceKind.WEIGHT, EvidenceResult.IN_RANGE, {Measure.WEIGHT_KG: 41.5}),
    ],
)
def test_what_can_be_right_is_taken(kind: EvidenceKind, result: EvidenceResult, measures: dict[Measure, float]) -> None:
    POLICY.evidence_rule(kind).check(result, measures, POLICY.measures)


def test_a_policy_says_of_every_measure_what_can_be_true() -> None:
    with pytest.raises(ValueError, match="every measure"):
        MeasureRanges(ranges=POLICY.measures.ranges[1:])


@pytest.mark.parametrize(
    ("kind", "to_first_dose", "in_course"),
    [
        (EvidenceKind.LAB_PANEL, 90, 180),
        (EvidenceKind.LIVER_PANEL, 90, 180),
        (EvidenceKind.ECG, 180, 180),
        (EvidenceKind.CURES_REPORT, 180, 180),
        (EvidenceKind.PREGNANCY_TEST, 3, 3),
        (EvidenceKind.WEIGHT, 14, 14),
    ],
)
def test_how_long_each_kind_counts(kind: EvidenceKind, to_first_dose: int, in_course: int) -> None:
    recorded = evidence(kind, taken_at=NOW)
    for stage, counts_for in ((Stage.TO_FIRST_DOSE, to_first_dose), (Stage.IN_COURSE, in_course)):
        assert recorded.in_date(NOW + days(counts_for) - days(0.01), stage)
        assert not recorded.in_date(NOW + days(counts_for), stage)


def test_only_what_carries_a_clearance_has_two_validities() -> None:
    labs, weight = POLICY.evidence_rule(EvidenceKind.LAB_PANEL), POLICY.evidence_rule(EvidenceKind.WEIGHT)
    with pytest.raises(ValueError, match="two validities"):
        replace(labs, valid_in_course=None)
    with pytest.raises(ValueError, match="two validities"):
        replace(weight, valid_in_course=weight.valid_for)


def test_a_course_that_begins_never_shortens_what_it_began_on() -> None:
    labs = POLICY.evidence_rule(EvidenceKind.LAB_PANEL)
    with pytest.raises(ValueError, match="lab_panel"):
        replace(labs, valid_in_course=replace(labs.valid_for, value=89))
    with pytest.raises(ValueError, match="evaluation"):
        replace(POLICY.clearance, evaluation_valid_in_course=replace(labs.valid_for, value=89))


def test_the_newest_comes_first() -> None:
    old, new = evidence(EvidenceKind.ECG, taken_at=NOW - days(9)), evidence(EvidenceKind.ECG)
    assert latest([old, new], EvidenceKind.ECG) == (new,)
    assert latest([old, new], EvidenceKind.ECG, 5) == (new, old)


@pytest.mark.parametrize(
    ("born", "today", "years"),
    [
        (date(1976, 11, 23), date(2026, 11, 22), 49),
        (date(1976, 11, 23), date(2026, 11, 23), 50),
        (date(2000, 2, 29), date(2026, 2, 28), 25),
        (date(2000, 2, 29), date(2026, 3, 1), 26),
    ],
)
def test_age_in_full_years(born: date, today: date, years: int) -> None:
    assert age(born, today) == years
