"""When a run is worse than the baseline, and when it is only on a slower machine."""

from pathlib import Path
from typing import Any

import pytest

from tests.bench.baseline import TARGETS, Baseline, Target, better_counts, worse_counts, worse_ratios
from tests.bench.counts import Counts

RATIOS = {name: target.ratio for name, target in TARGETS.items()}
BASELINE = Baseline(
    store="a store", round_trips={"book": ("find", "insert")}, event_bytes={"ConsultationBooked": 900}, ratios=RATIOS
)


def found(*, trips: Any = None, sizes: Any = None, scans: tuple[str, ...] = ()) -> Counts:
    return Counts(trips or BASELINE.round_trips, sizes or BASELINE.event_bytes, scans)


def test_the_same_counts_are_neither_worse_nor_better() -> None:
    assert worse_counts(found(), BASELINE) == []
    assert better_counts(found(), BASELINE) == []


def test_one_round_trip_more_is_worse_and_says_which_they_are() -> None:
    (complaint,) = worse_counts(found(trips={"book": ("find", "find", "insert")}), BASELINE)
    assert complaint == "book: 3 round trips, 2 at the baseline: find, find, insert"


def test_one_round_trip_less_is_reason_to_renew() -> None:
    assert worse_counts(found(trips={"book": ("insert",)}), BASELINE) == []
    assert better_counts(found(trips={"book": ("insert",)}), BASELINE) == ["book: 1 round trips, 2 at the baseline"]


def test_one_byte_more_is_worse() -> None:
    assert worse_counts(found(sizes={"ConsultationBooked": 901}), BASELINE) == [
        "ConsultationBooked: 901 bytes, 900 at the baseline"
    ]


def test_an_event_the_baseline_does_not_know_is_reported() -> None:
    sizes = {"ConsultationBooked": 900, "PlanActivated": 700}
    assert worse_counts(found(sizes=sizes), BASELINE) == ["PlanActivated: 700 bytes, not in the baseline"]


def test_any_scan_is_worse() -> None:
    assert worse_counts(found(scans=("booking: appointments {day}",)), BASELINE) == [
        "reads a whole collection: booking: appointments {day}"
    ]


@pytest.mark.parametrize(
    ("target", "at_baseline", "ratio", "worse"),
    [
        (Target(2.0), 1.5, 2.9, False),  # beyond the target, within its slack
        (Target(2.0), 1.5, 3.1, True),
        (Target(2.0), 3.0, 4.4, False),  # what was known at the baseline is nobody's fault
        (Target(2.0), 3.0, 4.6, True),
        (Target(10.0, at_least=True), 12.0, 7.0, False),
        (Target(10.0, at_least=True), 12.0, 6.0, True),
        (Target(10.0, at_least=True), 6.0, 4.1, False),
        (Target(10.0, at_least=True), 6.0, 3.9, True),
    ],
)
def test_a_ratio_has_the_worse_of_target_and_baseline_with_slack(
    target: Target, at_baseline: float, ratio: float, worse: bool
) -> None:
    assert target.exceeded_by(ratio, at_baseline) is worse


def test_a_ratio_out_of_budget_is_named() -> None:
    slow = {**RATIOS, "book a call": 3.5}
    assert worse_ratios(slow, BASELINE) == ["book a call: 3.50x, budget 2.00x with a slack of 1.5"]


def test_a_baseline_reads_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    BASELINE.write(file)
    assert worse_counts(found(), Baseline.read(file)) == []
    assert Baseline.read(file).ratios == RATIOS
