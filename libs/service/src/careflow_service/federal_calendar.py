"""Business days of the United States government: weekdays that are no federal holiday, observed days included."""

from datetime import date
from functools import cache


class FederalCalendar:
    """See `careflow_domain.business_days.BusinessCalendar`."""

    def is_business_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in _federal_holidays(day.year)


@cache
def _federal_holidays(year: int) -> frozenset[date]:
    import holidays  # the calendars of the whole world: 6 MB that a process which counts no days need not hold

    # The first of January of the next year is observed on the thirty-first of December when it is a Saturday.
    return frozenset(holidays.country_holidays("US", years=(year, year + 1)))
