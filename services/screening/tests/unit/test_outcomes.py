"""Outcomes of a course: response, remission, deterioration, relapse, duration of benefit, and what is missing."""

from collections.abc import Mapping
from datetime import datetime

import pytest

from screening.domain.outcomes import BenefitEnd, Missing, Reading, ReviewReason, Scale, ScaleOutcome, Standing
from services.screening.tests.builders import NOW, POLICY, days

OF = {each.questionnaire: each for each in POLICY.outcomes.scales}
ONE = (0.0,)
FOUR = (0.0, 3.0, 7.0, 10.0)


def day(number: float) -> datetime:
    """Counted from the first dose."""
    return NOW + days(number)


def scale(readings: Mapping[float, int], doses: tuple[float, ...] = ONE, questionnaire: str = "phq-9") -> Scale:
    """Scores by day against doses by day."""
    taken = [Reading(at=day(at), total=total) for at, total in sorted(readings.items())]
    return Scale(POLICY.outcomes, OF[questionnaire], taken, [day(each) for each in doses])


def outcome(readings: Mapping[float, int], doses: tuple[float, ...] = ONE, *, at: float | None = None) -> ScaleOutcome:
    """As of the last reading unless said otherwise."""
    return scale(readings, doses).outcome(day(max(readings, default=0) if at is None else at))


def reviews(readings: Mapping[float, int], doses: tuple[float, ...] = ONE) -> frozenset[ReviewReason]:
    found = scale(readings, doses)
    return found.for_review(found.outcome(day(max(readings))))


@pytest.mark.parametrize(
    ("latest", "standing", "percent"),
    [
        (20, Standing.NO_RESPONSE, 0),
        (16, Standing.NO_RESPONSE, 20),
        (15, Standing.PARTIAL, 25),
        (11, Standing.PARTIAL, 45),
        (10, Standing.RESPONSE, 50),
        (0, Standing.RESPONSE, 100),
    ],
)
def test_half_better_is_a_response_and_a_quarter_is_partial(latest: int, standing: Standing, percent: int) -> None:
    found = outcome({-3: 20, 7: latest})
    assert (found.standing, found.change_percent) == (standing, percent)


@pytest.mark.parametrize(("latest", "remitted"), [(4, True), (5, False)])
def test_below_five_is_remission(latest: int, *, remitted: bool) -> None:
    assert outcome({-3: 20, 7: latest}).remission is remitted


def test_remission_and_relapse_are_not_defined_for_the_pcl_5() -> None:
    found = scale({-3: 50, 7: 0}, questionnaire="pcl-5").outcome(day(7))
    assert (found.standing, found.remission, found.relapse) == (Standing.RESPONSE, None, None)


@pytest.mark.parametrize(
    ("readings", "worse"),
    [
        ({-3: 15, 7: 20}, True),
        ({-3: 15, 20: 20}, False),
        ({-3: 15, 20: 21}, True),
        ({-3: 20, 7: 10, 14: 15}, True),
        ({-3: 20, 7: 10, 22: 15}, False),
    ],
    ids=["5 in ten days", "5 in 23 days", "6 from the baseline", "5 from the week before", "5 from 15 days before"],
)
def test_reliably_worse_or_much_worse_in_two_weeks_is_deterioration(readings: dict[float, int], *, worse: bool) -> None:
    assert outcome(readings).deterioration is worse


@pytest.mark.parametrize(
    ("readings", "relapsed"),
    [
        ({-3: 20, 7: 8, 14: 13, 21: 14}, True),
        ({-3: 20, 7: 8, 14: 13, 20: 14}, False),
        ({-3: 20, 7: 8, 14: 13, 17: 6, 24: 14}, False),
        ({-3: 20, 7: 4, 14: 9, 21: 9}, False),
        ({-3: 20, 7: 8, 14: 12, 21: 12}, False),
        ({-3: 20, 7: 12, 14: 18, 21: 18}, False),
    ],
    ids=["a week apart", "six days apart", "well between", "below ten", "up by four", "no response before"],
)
def test_back_up_on_two_readings_a_week_apart_after_a_response_is_relapse(
    readings: dict[float, int], *, relapsed: bool
) -> None:
    assert outcome(readings).relapse is relapsed


def test_the_baseline_is_the_last_score_within_two_weeks_before_the_first_dose() -> None:
    assert outcome({-20: 25, -10: 22, -1: 18, 7: 9}, (0, 4)).baseline == Reading(at=day(-1), total=18)
    assert outcome({-15: 25, 7: 9}).missing == (Missing.NO_BASELINE,)


@pytest.mark.parametrize(
    ("readings", "doses", "at", "missing"),
    [
        ({}, (), 0, (Missing.NO_DOSE,)),
        ({}, ONE, 1, (Missing.NO_BASELINE, Missing.NO_RECENT_SCORE)),
        ({-1: 20}, ONE, 1, (Missing.NO_RECENT_SCORE,)),
        ({-1: 9, 7: 3}, ONE, 7, (Missing.BASELINE_TOO_LOW,)),
        ({-1: 20, 7: 8}, ONE, 28, ()),
        ({-1: 20, 7: 8}, ONE, 29, (Missing.NO_RECENT_SCORE,)),
    ],
)
def test_what_is_missing_is_named(
    readings: dict[float, int], doses: tuple[float, ...], at: float, missing: tuple[Missing, ...]
) -> None:
    assert outcome(readings, doses, at=at).missing == missing


def test_an_old_score_is_shown_with_its_day_and_never_carried_forward() -> None:
    found = outcome({-1: 20, 7: 8}, at=29)
    assert found.latest == Reading(at=day(7), total=8)
    assert (found.standing, found.change_percent, found.remission, found.deterioration) == (None, None, None, None)


@pytest.mark.parametrize(
    ("readings", "doses", "benefit"),
    [
        ({-1: 20, 3: 8, 10: 9, 17: 14}, ONE, [(17, BenefitEnd.LOST)]),
        ({-1: 20, 3: 8, 10: 9}, ONE, [(10, BenefitEnd.ONGOING)]),
        ({-1: 20, 3: 8}, (0, 2), [(None, BenefitEnd.NO_SCORE), (1, BenefitEnd.ONGOING)]),
        ({-1: 20, 3: 8, 6: 8}, (0, 5), [(5, BenefitEnd.NEXT_DOSE), (1, BenefitEnd.ONGOING)]),
        ({-1: 20, 3: 15, 8: 8, 20: 12}, (0, 5), [(None, BenefitEnd.NOT_REACHED), (15, BenefitEnd.LOST)]),
    ],
)
def test_the_benefit_of_each_dose_lasts_until_the_response_is_lost_or_the_next_dose_comes(
    readings: dict[float, int], doses: tuple[float, ...], benefit: list[tuple[int | None, BenefitEnd]]
) -> None:
    assert [(each.days, each.ended) for each in outcome(readings, doses).benefit] == benefit


def test_no_response_is_for_review_only_after_the_fourth_dose() -> None:
    assert reviews({-1: 20, 9: 19}, FOUR[:3]) == frozenset()
    assert reviews({-1: 20, 9: 19}, FOUR) == frozenset()
    assert reviews({-1: 20, 11: 19}, FOUR) == {ReviewReason.NO_RESPONSE}
    assert reviews({-1: 20, 11: 15}, FOUR) == frozenset()


def test_everything_there_is_to_review_is_named() -> None:
    assert reviews({-1: 20, 7: 8}) == {ReviewReason.RESPONSE}
    assert reviews({-1: 20, 7: 8, 14: 13, 21: 14}) == {ReviewReason.DETERIORATION, ReviewReason.RELAPSE}
