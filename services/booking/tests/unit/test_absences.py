"""An absence is a month at most; of other times for a visit those are proposed that are nearest to what was booked."""

from datetime import timedelta

import pytest

from booking.domain.absences import check_absence, near_to
from booking.domain.intervals import Interval, days_interval
from careflow_domain.errors import DomainError
from services.booking.tests.builders import ZONE, local


def test_a_month_is_one_absence_also_with_the_hour_that_comes_twice() -> None:
    october = days_interval(local(1, 0, month=10).date(), local(31, 0, month=10).date(), ZONE)
    with_an_hour_more = days_interval(local(15, 0, month=10).date(), local(14, 0).date(), ZONE)
    assert with_an_hour_more.length == october.length + timedelta(hours=1)
    for month in (october, with_an_hour_more):
        check_absence(month)
    with pytest.raises(DomainError, match="absence_too_long"):
        check_absence(Interval(october.start, october.end + timedelta(days=1)))


def test_of_each_date_the_hour_nearest_to_theirs_and_of_the_dates_the_nearest_are_proposed() -> None:
    free = [local(day, hour) for day in (20, 24, 25, 27, 30) for hour in (9, 11, 14)]
    proposed = near_to(local(25, 10, 30), free, ZONE, 3)
    assert proposed == (local(24, 11), local(25, 11), local(27, 11))


def test_fewer_dates_are_fewer_proposals_and_none_are_none() -> None:
    assert near_to(local(25, 9), [local(24, 14), local(24, 15)], ZONE, 3) == (local(24, 14),)
    assert near_to(local(25, 9), [], ZONE, 3) == ()
