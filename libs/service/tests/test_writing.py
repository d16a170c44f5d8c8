"""Dates as a reader's language writes them: never so that the year is left to be guessed."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from careflow_service.pages.words import Words
from careflow_service.pages.writing import Writing

IN_ENGLISH = Words("en", Locale("en", "US"), {})


@pytest.mark.parametrize(
    ("today", "written"),
    [
        (date(2026, 1, 2), "Tue, November 24"),
        (date(2027, 1, 2), "Tue, November 24, 2026"),
        (None, "Tue, November 24, 2026"),
    ],
)
def test_a_day_is_written_without_its_year_only_in_that_year(today: date | None, written: str) -> None:
    assert Writing(IN_ENGLISH, today).day(date(2026, 11, 24)) == written
    moment = Writing(IN_ENGLISH, today).moment(datetime(2026, 11, 24, 18, tzinfo=UTC), ZoneInfo("America/Los_Angeles"))
    assert moment.startswith(written)
