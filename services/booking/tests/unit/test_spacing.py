"""The clinic's calendar decides how far apart visits are, also when the clocks change."""

from datetime import datetime, timedelta

import pytest

from booking.domain.policy import DoseWindow
from booking.domain.spacing import far_enough, few_enough, soon_enough
from services.booking.tests.builders import ZONE, local

TWO_DAYS = timedelta(hours=48)


def spring(day: int, hour: int, minute: int = 0) -> datetime:
    """In March 2027; the clocks go forward on Sunday the 14th."""
    return local(day, hour, minute, month=3, year=2027)


def autumn(day: int, hour: int, minute: int = 0) -> datetime:
    """In November 2027; the clocks go back on Sunday the 7th."""
    return local(day, hour, minute, month=11, year=2027)


@pytest.mark.parametrize(
    ("first", "second", "enough"),
    [
        (spring(13, 9), spring(15, 9), True),
        (spring(13, 9), spring(15, 8, 45), False),
        (spring(16, 9), spring(18, 9), True),
        (spring(16, 9), spring(18, 8, 45), False),
        (autumn(6, 9), autumn(8, 9), True),
        (autumn(6, 9), autumn(8, 8, 45), False),
    ],
)
def test_the_same_hour_two_days_later_is_two_days_later(first: datetime, second: datetime, enough: bool) -> None:
    assert far_enough(second, (first,), TWO_DAYS, ZONE) is enough
    assert far_enough(first, (second,), TWO_DAYS, ZONE) is enough


@pytest.mark.parametrize(("first", "second"), [(spring(10, 9), spring(17, 9)), (autumn(3, 9), autumn(10, 9))])
def test_the_same_hour_a_week_later_is_another_week(first: datetime, second: datetime) -> None:
    week = DoseWindow(timedelta(days=7), 1, None)
    assert few_enough(second, (first,), week, ZONE)
    assert not few_enough(second - timedelta(minutes=15), (first,), week, ZONE)


def test_three_days_are_three_days_for_an_integration() -> None:
    within = timedelta(hours=72)
    assert soon_enough(autumn(8, 9), autumn(5, 9), within, ZONE)
    assert not soon_enough(autumn(8, 9, 15), autumn(5, 9), within, ZONE)
    assert not soon_enough(autumn(5, 9), autumn(5, 9), within, ZONE)
