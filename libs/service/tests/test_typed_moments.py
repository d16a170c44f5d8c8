"""A day and a time typed on a page, by the clinic's clock: it shows an hour twice in one night and none in another."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from careflow_service.pages.asking import Field, Kind, body_of
from careflow_service.pages.forms import Form

ZONE: Final = ZoneInfo("America/Los_Angeles")
AT: Final = (Field(name="at", kind=Kind.MOMENT),)
FIRST: Final = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
SECOND: Final = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
"""Half past one in the night of November, by daylight time and an hour later by standard time."""


def typed(at: str, now: datetime | None = None) -> str:
    return str(body_of(AT, Form({"at": at}), ZONE, {}, now=now)["at"])


@pytest.mark.parametrize(
    ("now", "meant"),
    [
        (FIRST, FIRST),
        (SECOND.replace(minute=29), FIRST),
        (SECOND, SECOND),
        (SECOND.replace(hour=20), SECOND),
        (FIRST.replace(day=1, month=10), FIRST),
        (None, FIRST),
    ],
)
def test_of_a_time_that_comes_twice_the_last_that_has_been_is_meant(now: datetime | None, meant: datetime) -> None:
    assert datetime.fromisoformat(typed("2026-11-01T01:30", now)) == meant


def test_a_dose_of_half_past_midnight_that_ends_when_the_clock_shows_half_past_one_again_took_two_hours() -> None:
    begun = datetime.fromisoformat(typed("2026-11-01T00:30", SECOND))
    ended = datetime.fromisoformat(typed("2026-11-01T01:30", SECOND))
    assert (ended - begun).total_seconds() == 2 * 3600


def test_a_time_that_the_clock_skips_is_none() -> None:
    assert typed("2027-03-14T02:30", datetime(2027, 3, 14, 12, tzinfo=UTC)).endswith("was skipped")


def test_every_other_time_is_what_it_says() -> None:
    assert typed("2026-11-01T00:30", SECOND) == "2026-11-01T00:30:00-07:00"
    assert typed("2026-11-01T02:30", SECOND) == "2026-11-01T02:30:00-08:00"
