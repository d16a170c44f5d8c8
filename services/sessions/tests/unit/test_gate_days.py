"""Days and hours at the dose gate: what the clinic's clock shows between doses, and a session that crosses midnight."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.sessions.tests.builders import POLICY, ZONE, checked, days, hours, minutes
from services.sessions.tests.course_builders import course, plan, question
from sessions.domain.checks import Checks, Recorded
from sessions.domain.dose_question import DoseQuestion
from sessions.domain.gate_items import examine
from sessions.domain.presence import Present
from sessions.domain.signs import Signs
from sessions.domain.states import SessionState
from sessions.domain.words import Phase


def failed(asked: DoseQuestion) -> set[str]:
    return {each.item for each in examine(asked).failed}


def local(month: int, day: int, hour: int = 10, minute: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("doses", "now", "items"),
    [
        ([local(3, 7)], local(3, 9), set()),
        ([local(3, 7)], local(3, 9, 9, 59), {"interval_since_last_dose"}),
        ([local(10, 31)], local(11, 2), set()),
        ([local(10, 31)], local(11, 2, 9, 59), {"interval_since_last_dose"}),
        ([local(3, 3), local(3, 6)], local(3, 10), set()),
        ([local(3, 3), local(3, 6)], local(3, 10, 9, 59), {"doses_in_seven_days"}),
        ([local(10, 27), local(10, 30)], local(11, 3), set()),
        ([local(10, 27), local(10, 30)], local(11, 3, 9, 59), {"doses_in_seven_days"}),
    ],
)
def test_the_time_between_doses_is_what_the_clinics_clock_shows(
    doses: list[datetime], now: datetime, items: set[str]
) -> None:
    spacing = {"interval_since_last_dose", "doses_in_seven_days"}
    given = replace(question(), course=course(*doses), now=now)
    assert failed(given) & spacing == items


def across_midnight(*, started_at: datetime, now: datetime) -> DoseQuestion:
    """Everybody joined and everything was recorded before the session began, signs and escort since."""
    asked_then = question()
    before = started_at - minutes(10)

    def then(each: Present) -> Present:
        return replace(each, joined_at=before)

    recorded_then: dict[str, Any] = {
        each.name: replace(value, at=before)
        for each in fields(Checks)
        if isinstance(value := getattr(asked_then.session.checks, each.name), Recorded)
    }
    session = replace(
        asked_then.session,
        state=SessionState.IN_PROGRESS,
        started_at=started_at,
        team=tuple(then(each) for each in asked_then.session.team),
        checks=replace(asked_then.session.checks, **recorded_then),
    )
    return replace(asked_then, session=session, now=now)


OF_THE_DAY = {
    "two_identifiers", "medicines_reconciled", "no_recent_substances", "not_intoxicated", "bladder_symptoms",
    "pregnancy_tested", "suicide_risk_screened", "escort", "therapist_present", "nurse_present", "emergency_equipment",
}  # fmt: skip


def test_a_session_that_crosses_midnight_keeps_its_days_checks() -> None:
    began = local(11, 23, 23)
    assert failed(across_midnight(started_at=began, now=local(11, 23, 23, 59))) & OF_THE_DAY <= {"escort"}
    assert failed(across_midnight(started_at=began, now=local(11, 24, 0, 30))) & OF_THE_DAY <= {"escort"}


def test_a_session_nobody_ended_asks_anew_the_next_day() -> None:
    left_open = across_midnight(started_at=local(11, 23, 10), now=local(11, 24, 9))
    assert failed(left_open) >= OF_THE_DAY


def test_before_it_began_a_session_is_of_today() -> None:
    waiting = across_midnight(started_at=local(11, 23, 23), now=local(11, 24, 0, 30))
    assert failed(replace(waiting, session=replace(waiting.session, started_at=None))) >= OF_THE_DAY


def test_a_plans_last_day_lasts_as_long_as_a_session_that_began_on_it() -> None:
    last = plan().terms.expected_end
    began = local(last.month, last.day, 23, year=last.year)
    assert "plan_in_time" not in failed(across_midnight(started_at=began, now=began + hours(2)))
    assert "plan_in_time" in failed(across_midnight(started_at=began + hours(2), now=began + hours(3)))


def test_one_signature_carries_a_maintenance_for_six_months_to_the_day() -> None:
    signed = plan(phase=Phase.MAINTENANCE)
    assert signed.signature is not None
    for days_ago, late in ((183, False), (184, True)):
        of_then = replace(signed.signature, at=question().now - days(days_ago))
        endless = replace(signed.terms, expected_end=date(2031, 1, 1))
        asked = replace(question(), plan=replace(signed, signature=of_then, terms=endless))
        assert ("plan_in_time" in failed(asked)) is late


def test_of_two_readings_of_one_moment_the_worse_counts_whenever_it_was_written_down() -> None:
    session = checked()
    assert session.checks.baseline
    good = session.checks.baseline[-1]
    worse = replace(good, oxygen_saturation=84, recorded_at=good.recorded_at + minutes(5))
    for written in ((good, worse), (worse, good)):
        seen = replace(session, checks=replace(session.checks, baseline=written))
        assert not Signs.of(seen, POLICY, good.observed_at + minutes(6)).saturated
