"""Evidence: which results and measures each kind takes, and how long it counts."""

from datetime import date

import pytest

from careflow_domain.errors import DomainError
from screening.domain.evidence import EvidenceKind, EvidenceResult, Measure, age, latest
from services.screening.tests.builders import NOW, POLICY, days, evidence


@pytest.mark.parametrize(
    ("kind", "result", "measures", "code"),
    [
        (EvidenceKind.PREGNANCY_TEST, EvidenceResult.IN_RANGE, {}, "result_not_of_kind"),
        (EvidenceKind.LAB_PANEL, EvidenceResult.POSITIVE, {}, "result_not_of_kind"),
        (EvidenceKind.BLOOD_PRESSURE, EvidenceResult.IN_RANGE, {Measure.SYSTOLIC_MMHG: 120}, "measures_not_of_kind"),
        (EvidenceKind.LAB_PANEL, EvidenceResult.IN_RANGE, {Measure.WEIGHT_KG: 70}, "measures_not_of_kind"),
        (EvidenceKind.WEIGHT, EvidenceResult.IN_RANGE, {Measure.WEIGHT_KG: 0}, "measures_not_of_kind"),
    ],
)
def test_what_does_not_belong_to_a_kind_is_refused(
    kind: EvidenceKind, result: EvidenceResult, measures: dict[Measure, float], code: str
) -> None:
    with pytest.raises(DomainError) as refused:
        POLICY.evidence_rule(kind).check(result, measures)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("kind", "counts_for"),
    [
        (EvidenceKind.LAB_PANEL, 90),
        (EvidenceKind.LIVER_PANEL, 90),
        (EvidenceKind.ECG, 180),
        (EvidenceKind.CURES_REPORT, 180),
        (EvidenceKind.PREGNANCY_TEST, 3),
        (EvidenceKind.WEIGHT, 14),
    ],
)
def test_how_long_each_kind_counts(kind: EvidenceKind, counts_for: int) -> None:
    recorded = evidence(kind, taken_at=NOW)
    assert recorded.in_date(NOW + days(counts_for) - days(0.01))
    assert not recorded.in_date(NOW + days(counts_for))


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
