"""Business days of the United States government: weekdays that are no federal holiday, observed days included."""

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

YEARS: Final = range(1971, 2101)
"""The years whose holidays are known: from the first under the Uniform Monday Holiday Act (5 U.S.C. 6103)."""
HOLIDAYS: Final = "federal_holidays.txt"
"""Where they stand in this package: a date a line, written by `careflow_service.testing.federal_holidays`."""


class FederalCalendar:
    """See `careflow_domain.business_days.BusinessCalendar`. Outside `YEARS` every weekday is a business day."""

    def is_business_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in federal_holidays()


@cache
def federal_holidays() -> frozenset[date]:
    """Every federal holiday of `YEARS`, on the date it falls on and on the weekday it is observed on."""
    lines = files(__package__).joinpath(HOLIDAYS).read_text("ascii").splitlines()
    return frozenset(date.fromisoformat(line) for line in lines)
