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


def test_an_absence_leaves_what_is_around_it() -> None:
    hours = weekdays().closed_during(Interval(local(25, 11), local(25, 14)), ZONE)
    assert hours.open_on(date(2026, 11, 25), ZONE) == (
        Interval(local(25, 9), local(25, 11)),
        Interval(local(25, 14), local(25, 17)),
    )
    assert hours.exceptions == (
        HoursException(date(2026, 11, 25), (OpenHours(time(9), time(11)), OpenHours(time(14), time(17)))),
    )


def test_an_absence_over_days_closes_those_between_and_counts_with_what_was_closed_before() -> None:
    before = weekdays().closed_during(Interval(local(24, 9), local(24, 10)), ZONE)
    hours = before.closed_during(Interval(local(24, 15), local(26, 10)), ZONE)
    open_for = {day: hours.open_on(date(2026, 11, day), ZONE) for day in (24, 25, 26)}
    assert open_for == {
        24: (Interval(local(24, 10), local(24, 15)),),
        25: (),
        26: (Interval(local(26, 10), local(26, 17)),),
    }


def test_an_absence_outside_of_the_hours_changes_nothing() -> None:
    weekend = Interval(local(21, 0), local(22, 23))
    assert weekdays().closed_during(weekend, ZONE) == weekdays()


@given(
    hours=st.sampled_from([every_day(), every_day(9, 17), every_day(1, 2)]),
    day=st.sampled_from([SPRING_FORWARD, date(2026, 11, 23), FALL_BACK]),
    start=st.integers(0, 100),
    length=st.integers(1, 100),
)
def test_nobody_is_there_while_absent_and_nowhere_else_more_than_before(
    hours: Hours, day: date, start: int, length: int
) -> None:
    """Whatever the clocks do. Nothing that is outside of the hour that comes twice is lost."""
    begins = day_interval(day, ZONE).start + start * timedelta(minutes=15)
    absence = Interval(begins, begins + length * timedelta(minutes=15))
    before, after = hours.open_on(day, ZONE), hours.closed_during(absence, ZONE).open_on(day, ZONE)
    left = [piece for each in before for piece in each.without(absence)]
    assert all(any(piece.covers(each) for piece in left) for each in after)
    if day != FALL_BACK:
        assert list(after) == left


def test_whoever_is_there_after_all_has_the_hours_of_the_weekday_again_and_other_exceptions_stay() -> None:
    monday, tuesday, thursday = (date(2026, 11, each) for each in (23, 24, 26))
    shorter = HoursException(tuesday, (OpenHours(time(10), time(12)),))
    away = Hours(weekdays().weekly, (HoursException(monday), shorter, HoursException(thursday)))
    week = [monday + timedelta(days=each) for each in range(3)]
    assert away.closed_on(week) == (monday,)
    back = away.open_again(week)
    assert back.exceptions == (shorter, HoursException(thursday))
    with pytest.raises(DomainError) as refused:
        back.open_again(week)
    assert refused.value.code == "hours_exception_not_found"
