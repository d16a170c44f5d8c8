"""PCL-5, AUDIT-C, DAST-10 and PEG: scores, bands, clusters, who must look, and whose texts we may not hand on."""

from dataclasses import replace
from typing import Any

import pytest

from screening.domain.questionnaires import (
    AlertLevel,
    Cluster,
    Condition,
    QuestionnaireDefinition,
    Score,
    highest_level,
)
from services.screening.tests.builders import AUDIT_C, DAST_10, PCL_5, PEG, SHELF, answers


def scored(definition: QuestionnaireDefinition, given: dict[str, str]) -> Score:
    score = definition.score(given)
    assert score is not None
    return score


def pcl_5(**values: int) -> dict[str, str]:
    """Nothing bothers but what is named, such as `item_16=3`."""
    return {item.code: str(values.get(f"item_{item.code}", 0)) for item in PCL_5.items}


@pytest.mark.parametrize(("total", "band"), [(30, "below_cut_off"), (31, "provisional_ptsd"), (80, "provisional_ptsd")])
def test_the_pcl_5_has_one_cut_off_and_no_bands_of_severity(total: int, band: str) -> None:
    values = [min(4, max(0, total - 4 * position)) for position in range(20)]
    score = scored(PCL_5, answers(PCL_5, values))
    assert (score.total, score.band) == (total, band)


@pytest.mark.parametrize(
    ("values", "present"),
    [
        ({}, ()),
        ({"item_5": 2}, ("intrusion",)),
        ({"item_5": 1}, ()),
        ({"item_7": 2}, ("avoidance",)),
        ({"item_8": 4}, ()),
        ({"item_8": 2, "item_14": 2}, ("cognition_and_mood",)),
        ({"item_15": 2, "item_20": 3}, ("arousal",)),
        (
            {"item_1": 2, "item_6": 2, "item_8": 2, "item_9": 2, "item_15": 2, "item_20": 2},
            ("intrusion", "avoidance", "cognition_and_mood", "arousal"),
        ),
    ],
)
def test_the_pcl_5_tells_which_clusters_of_symptoms_are_present(
    values: dict[str, int], present: tuple[str, ...]
) -> None:
    assert scored(PCL_5, pcl_5(**values)).clusters == present


@pytest.mark.parametrize(("value", "level"), [(2, None), (3, AlertLevel.LOW), (4, AlertLevel.LOW)])
def test_taking_risks_is_reviewed_before_the_next_step(value: int, level: AlertLevel | None) -> None:
    assert highest_level(hit.level for hit in PCL_5.hits({"16": str(value)})) == level


@pytest.mark.parametrize(
    ("values", "band", "reviewed"),
    [
        ((0, 0, 0), "negative", False),
        ((2, 0, 0), "negative", False),
        ((3, 0, 0), "positive_for_women", False),
        ((4, 0, 0), "positive", False),
        ((4, 2, 1), "positive", False),
        ((4, 2, 2), "positive", True),
    ],
)
def test_the_audit_c_and_when_withdrawal_is_to_be_reviewed(
    values: tuple[int, ...], band: str, *, reviewed: bool
) -> None:
    score = scored(AUDIT_C, answers(AUDIT_C, values))
    assert (score.total, score.band, AUDIT_C.asks_for_review(score)) == (sum(values), band, reviewed)


@pytest.mark.parametrize(
    ("yes", "total", "band", "reviewed"),
    [
        ((3,), 0, "none", False),
        ((), 1, "low", False),
        ((1, 2, 3), 2, "low", False),
        ((1, 2), 3, "moderate", True),
        ((1, 2, 4, 5, 6), 6, "substantial", True),
        ((1, 2, 4, 5, 6, 7, 8, 9, 10), 10, "severe", True),
    ],
)
def test_the_dast_10_counts_its_third_item_the_other_way_round(
    yes: tuple[int, ...], total: int, band: str, *, reviewed: bool
) -> None:
    given = {item.code: "yes" if int(item.code) in yes else "no" for item in DAST_10.items}
    score = scored(DAST_10, given)
    assert (score.total, score.band, DAST_10.asks_for_review(score)) == (total, band, reviewed)


def test_the_peg_is_the_sum_of_three() -> None:
    assert scored(PEG, answers(PEG, (7, 5, 6))).total == 18


@pytest.mark.parametrize("definition", SHELF.all_newest(), ids=lambda each: each.code)
def test_what_no_text_may_be_handed_on_of_says_so(definition: QuestionnaireDefinition) -> None:
    assert definition.readable == (definition.code not in {"dast-10", "peg"})
    assert definition.readable or "supplies" in definition.licence.terms


def test_a_score_nobody_reviews_and_one_without_clusters() -> None:
    gad_7 = SHELF.newest("gad-7")
    worst = scored(gad_7, answers(gad_7, [3] * 7))
    assert (gad_7.asks_for_review(worst), worst.clusters) == (False, None)


@pytest.mark.parametrize(("items", "needed"), [(("1", "2"), 3), (("1", "2"), 0), (("1", "21"), 1), (("1", "1"), 1)])
def test_a_cluster_of_what_is_not_there_or_of_too_little_is_refused(items: tuple[str, ...], needed: int) -> None:
    with pytest.raises(ValueError, match="counts what is not there"):
        replace(PCL_5, clusters=(Cluster(code="odd", items=items, from_value=2, needed=needed),))


@pytest.mark.parametrize("change", [{"required": False}, {"ask_when": Condition(item="2", options=("1",))}])
def test_a_scored_item_that_may_be_left_without_an_answer_is_refused(change: Any) -> None:
    first, *others = PCL_5.items
    with pytest.raises(ValueError, match="without an answer"):
        replace(PCL_5, items=(replace(first, **change), *others))


def test_bands_without_a_source_are_refused() -> None:
    with pytest.raises(ValueError, match="no source"):
        replace(PEG, bands_source=" ")
