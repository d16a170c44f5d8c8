"""Business days of the United States government. That the file agrees with the library is checked with everything
that is generated.
"""

from datetime import date

import pytest

from careflow_service.federal_calendar import YEARS, FederalCalendar, federal_holidays


@pytest.mark.parametrize(
    ("day", "is_business_day"),
    [
        (date(2026, 11, 25), True),
        (date(2026, 11, 26), False),  # Thanksgiving
        (date(2026, 11, 28), False),  # a Saturday
        (date(2026, 7, 3), False),  # the Fourth of July is a Saturday: observed on the Friday before
        (date(2027, 7, 5), False),  # a Sunday: observed on the Monday after
        (date(2027, 12, 31), False),  # New Year's Day of the next year
        (date(2020, 6, 19), True),
        (date(2021, 6, 18), False),  # Juneteenth National Independence Day, a holiday since 2021
        (date(1955, 7, 4), True),  # outside the years known
    ],
)
def test_a_business_day_is_a_weekday_that_is_no_federal_holiday(day: date, is_business_day: bool) -> None:
    assert FederalCalendar().is_business_day(day) is is_business_day


def test_every_year_known_has_its_nine_to_eleven_holidays_on_weekdays() -> None:
    off = [sum(day.year == year and day.weekday() < 5 for day in federal_holidays()) for year in YEARS]
    assert (min(off), max(off)) == (8, 12), "a New Year's Day that is a Saturday is observed in the year before"
