"""Working hours are the clinic's wall clock; what is open on a date is real time."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.hours import Hours, HoursException, OpenHours
from booking.domain.intervals import Interval, day_interval, local_instant, on_grid
from careflow_domain.errors import DomainError
from services.booking.tests.builders import NOW, ZONE, every_day, local, weekdays

SPRING_FORWARD = date(2027, 3, 14)
FALL_BACK = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("day", "hours"), [(SPRING_FORWARD, 23), (date(2026, 11, 23), 24), (FALL_BACK, 25)], ids=["spring", "plain", "fall"]
)
def test_a_resource_that_is_always_open_is_open_for_the_real_length_of_the_day(day: date, hours: int) -> None:
    (interval,) = every_day().open_on(day, ZONE)
    assert interval.length == timedelta(hours=hours)
    assert interval == day_interval(day, ZONE)


def test_a_working_day_is_eight_hours_on_dst_days_too() -> None:
    for day in (SPRING_FORWARD, FALL_BACK):
        (interval,) = every_day(9, 17).open_on(day, ZONE)
        assert interval.length == timedelta(hours=8)


def test_hours_that_the_clocks_skip_do_not_exist() -> None:
    skipped = Hours(((OpenHours(time(2), time(3)),),) * 7)
    assert skipped.open_on(SPRING_FORWARD, ZONE) == ()


def test_the_hour_that_comes_twice_is_open_twice() -> None:
    (interval,) = Hours(((OpenHours(time(1), time(2)),),) * 7).open_on(FALL_BACK, ZONE)
    assert interval.length == timedelta(hours=2)


def test_an_exception_replaces_the_weekday_and_can_be_taken_back() -> None:
    thanksgiving = date(2026, 11, 26)
    hours = weekdays().with_exception(HoursException(thanksgiving))
    assert hours.open_on(thanksgiving, ZONE) == ()
    hours = hours.with_exception(HoursException(thanksgiving, (OpenHours(time(10), time(12)),)))
    assert hours.open_on(thanksgiving, ZONE) == (Interval(local(26, 10), local(26, 12)),)
    assert hours.without_exception(thanksgiving) == weekdays()


def test_taking_back_an_exception_that_is_not_there_is_refused() -> None:
    with pytest.raises(DomainError) as refused:
        weekdays().without_exception(date(2026, 11, 26))
    assert refused.value.code == "hours_exception_not_found"


@pytest.mark.parametrize(
    "hours",
    [
        (OpenHours(time(9), time(12)), OpenHours(time(11), time(13))),
        (OpenHours(time(9), time(0)), OpenHours(time(20), time(21))),
    ],
    ids=["overlapping", "after midnight"],
)
def test_hours_of_one_date_must_not_overlap(hours: tuple[OpenHours, ...]) -> None:
    with pytest.raises(DomainError) as refused:
        HoursException(date(2026, 11, 26), hours)
    assert refused.value.code == "hours_invalid"


def test_hours_close_later_than_they_open() -> None:
    with pytest.raises(DomainError) as refused:
        OpenHours(time(12), time(9))
    assert refused.value.code == "hours_invalid"


def test_an_interval_needs_zones_and_a_later_end() -> None:
    with pytest.raises(DomainError) as refused:
        Interval(NOW.replace(tzinfo=None), NOW)
    assert refused.value.code == "time_without_zone"
    with pytest.raises(DomainError) as refused:
        Interval(NOW, NOW)
    assert refused.value.code == "end_before_start"


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_local_days_follow_each_other_without_gap_or_overlap(day: date) -> None:
    assert day_interval(day, ZONE).end == day_interval(day + timedelta(days=1), ZONE).start
    assert day_interval(day, ZONE).days(ZONE) == (day,)
    assert on_grid(local_instant(day, time(8, 45), ZONE))
    assert not on_grid(local_instant(day, time(8, 40), ZONE))
