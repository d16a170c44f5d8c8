"""Good-faith estimates: when one is due, across Thanksgiving too; what is issued, late, changed, exceeded."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from billing.domain.estimate_clocks import due_after_booking, due_on_request
from billing.domain.estimate_issues import DeliveryWay, Expected, Parties
from billing.domain.estimate_prices import EstimatePrices
from billing.domain.estimates import Estimate, EstimateCause, EstimateExceeded, EstimateOverdue
from billing.domain.ids import AppointmentId, EstimateId, PlanId
from billing.domain.money import Money
from billing.domain.services import Service
from billing.domain.visits import Visit, VisitKind, VisitState
from careflow_domain.business_days import is_business_days_ahead
from careflow_domain.errors import DomainError
from services.billing.tests.builders import (
    ANA,
    CALENDAR,
    NOW,
    POLICY,
    PRACTICE,
    PRESCRIBER,
    SCHEDULE,
    SCHEDULES,
    TODAY,
    ZONE,
    a_profile,
    local,
    usd,
)

PARTIES = Parties.of(a_profile(), PRACTICE, (PRESCRIBER,))
CLOCKS = POLICY.estimates
SERIES = (
    Expected(kind=VisitKind.PREPARATION, count=1, services=(Service(code="90837"),)),
    Expected(kind=VisitKind.DOSING, count=6, services=(Service(code="96365"), Service(code="J3490"))),
)


def an_estimate(*, due_by: datetime | None = None, expected: tuple[Expected, ...] = SERIES) -> Estimate:
    return Estimate(
        id=EstimateId("e1"),
        patient_id=ANA,
        cause=EstimateCause.VISIT,
        started_at=NOW,
        due_by=due_by or NOW + timedelta(days=3),
        expected=expected,
        priced_on=TODAY,
        first_visit_on=date(2026, 12, 14),
        covers_until=date(2027, 11, 23),
        charged=usd(0),
        plan_id=PlanId("p1"),
        plan_version=1,
    )


def issued() -> Estimate:
    return an_estimate().issue(PARTIES, SCHEDULE, POLICY, ("F33.2",), late_reason=None, now=NOW)


@pytest.mark.parametrize(
    ("booked_on", "visit_on", "days"),
    [
        (date(2026, 11, 23), date(2026, 11, 24), 1),
        (date(2026, 11, 23), date(2026, 11, 30), 4),  # Thanksgiving is none of them
        (date(2026, 12, 23), date(2026, 12, 28), 2),  # Christmas
        (date(2026, 12, 31), date(2027, 1, 4), 1),  # the turn of the year
        (date(2027, 12, 30), date(2028, 1, 3), 1),  # New Year's Day falls on a Saturday and is kept on Friday
        (date(2026, 11, 23), date(2026, 11, 23), 0),
    ],
)
def test_business_days_ahead_leave_out_weekends_and_federal_holidays(
    booked_on: date, visit_on: date, days: int
) -> None:
    assert is_business_days_ahead(booked_on, visit_on, days, CALENDAR)
    assert not is_business_days_ahead(booked_on, visit_on, days + 1, CALENDAR)


def test_however_far_ahead_a_visit_is_no_more_days_are_looked_at_than_decide() -> None:
    class Counting:
        looked_at = 0

        def is_business_day(self, day: date) -> bool:
            self.looked_at += 1
            return CALENDAR.is_business_day(day)

    calendar = Counting()
    assert due_after_booking(date(2026, 11, 23), date(9999, 12, 31), CLOCKS, calendar, ZONE) == local(28, 0)
    assert calendar.looked_at < 30


@pytest.mark.parametrize(
    ("visit_on", "due_by"),
    [
        (date(2026, 12, 8), local(28, 0)),  # ten ahead: three business days, and Thanksgiving is none
        (date(2026, 12, 7), local(25, 0)),  # nine ahead: one
        (date(2026, 11, 27), local(25, 0)),  # three ahead
        (date(2026, 11, 25), None),  # two ahead: none is due
    ],
)
def test_the_clock_of_a_booked_visit(visit_on: date, due_by: datetime | None) -> None:
    assert due_after_booking(date(2026, 11, 23), visit_on, CLOCKS, CALENDAR, ZONE) == due_by


def test_the_clock_of_a_question_about_costs() -> None:
    assert due_on_request(date(2026, 11, 24), CLOCKS, CALENDAR, ZONE) == local(1, 0, month=12)


def test_it_lists_every_service_of_the_series_at_the_prices_of_the_date() -> None:
    issue = issued().latest
    assert issue is not None
    assert [(line.code, line.units, line.amount) for line in issue.lines] == [
        ("90837", 1, usd(225)),
        ("96365", 6, usd(2100)),
        ("J3490", 6, usd(270)),
    ]
    assert issue.total == usd(2595)


def test_issued_it_is_no_longer_due() -> None:
    with pytest.raises(DomainError, match="estimate_current"):
        issued().issue(PARTIES, SCHEDULE, POLICY, (), late_reason=None, now=NOW)


def test_after_its_time_it_is_issued_only_with_a_reason() -> None:
    late = an_estimate(due_by=NOW - timedelta(seconds=1))
    with pytest.raises(DomainError, match="estimate_late"):
        late.issue(PARTIES, SCHEDULE, POLICY, (), late_reason=None, now=NOW)
    issue = late.issue(PARTIES, SCHEDULE, POLICY, (), late_reason="power cut", now=NOW).latest
    assert issue is not None
    assert issue.late_reason == "power cut"


def test_in_time_it_needs_no_reason() -> None:
    with pytest.raises(DomainError, match="late_reason_not_needed"):
        an_estimate().issue(PARTIES, SCHEDULE, POLICY, (), late_reason="busy", now=NOW)


def test_a_code_without_a_price_cannot_be_estimated() -> None:
    unknown = (Expected(kind=VisitKind.ADJUNCT, count=1, services=(Service(code="97802"),)),)
    with pytest.raises(DomainError, match="code_not_priced"):
        an_estimate(expected=unknown).issue(PARTIES, SCHEDULE, POLICY, (), late_reason=None, now=NOW)


def test_overdue_is_said_and_it_stays_due() -> None:
    missed = an_estimate().miss(now=NOW + timedelta(days=4))
    assert [type(fact) for fact in missed.facts] == [EstimateOverdue]
    assert missed.due_by is not None


def test_one_version_is_delivered_once() -> None:
    delivered = issued().deliver(DeliveryWay.PAPER, now=NOW)
    with pytest.raises(DomainError, match="estimate_delivered"):
        delivered.deliver(DeliveryWay.PAPER, now=NOW)
    with pytest.raises(DomainError, match="estimate_not_issued"):
        an_estimate().deliver(DeliveryWay.PAPER, now=NOW)


def a_visit(
    kind: VisitKind = VisitKind.DOSING, *, name: str = "a", plan: str | None = "p1", day: date = date(2027, 3, 1)
) -> Visit:
    return Visit(
        id=AppointmentId(name),
        patient_id=ANA,
        kind=kind,
        starts_at=datetime(day.year, day.month, day.day, 17, tzinfo=UTC),
        state=VisitState.BOOKED,
        providers=(PRESCRIBER,),
        place_of_service="11",
        plan_id=PlanId(plan) if plan else None,
        appointment_version=1,
    )


def has_place(estimate: Estimate, visit: Visit, *, due_by: datetime = NOW + timedelta(days=10)) -> bool:
    return estimate.has_place_for(visit, visit.starts_at.date(), due_by)


def test_a_series_has_places_for_its_plans_visits_for_a_year_and_no_others() -> None:
    estimate = issued()
    assert has_place(estimate, a_visit())
    assert not has_place(estimate, a_visit(day=date(2027, 12, 1)))
    assert not has_place(estimate, a_visit(plan="p2"))
    assert not has_place(estimate, a_visit(VisitKind.REVIEW))


def test_it_has_no_more_places_than_visits_are_expected() -> None:
    estimate = issued()
    for number in range(6):
        visit = a_visit(name=f"dose-{number}")
        assert has_place(estimate, visit)
        estimate = estimate.cover(visit).cover(visit)
    seventh = a_visit(name="dose-7")
    assert not has_place(estimate, seventh)
    assert has_place(estimate, a_visit(VisitKind.PREPARATION))
    assert has_place(estimate.uncover(AppointmentId("dose-0")), seventh)


def test_one_that_is_not_issued_covers_only_what_is_not_due_before_it() -> None:
    due = an_estimate(due_by=NOW + timedelta(days=3))
    assert has_place(due, a_visit(), due_by=NOW + timedelta(days=3))
    assert not has_place(due, a_visit(), due_by=NOW + timedelta(days=1))
    assert not has_place(due.withdraw(), a_visit())


DEARER = SCHEDULES.on(date(2027, 1, 1))
DECEMBER, JANUARY = local(29, 9, month=12), local(5, 9, month=1, year=2027)
PRICES = EstimatePrices(schedules=SCHEDULES, policy=POLICY, calendar=CALENDAR, zone=ZONE, now=NOW)


def moved(estimate: Estimate, *starts: datetime, kind: VisitKind = VisitKind.DOSING) -> Estimate:
    """Doses, or visits of another kind, that have places in it begin at these times now."""
    visits = [replace(a_visit(kind, name=f"visit-{n}"), starts_at=at) for n, at in enumerate(starts)]
    for each in visits:
        estimate = estimate.cover(each)
    return PRICES.of_visits(estimate, visits)


def total_of(estimate: Estimate) -> Money:
    """What the next version says, at the prices it is made of."""
    schedule = SCHEDULES.on(estimate.priced_on)
    latest = estimate.issue(PARTIES, schedule, POLICY, (), late_reason=None, now=NOW).latest
    assert latest is not None
    return latest.total


def test_a_visit_that_costs_something_else_makes_a_new_version() -> None:
    assert moved(issued(), DECEMBER).due_by is None
    changed = moved(issued(), JANUARY)
    assert (changed.cause, changed.priced_on) == (EstimateCause.PRICE_CHANGED, date(2027, 1, 5))
    assert changed.due_by == due_on_request(NOW.astimezone(ZONE).date(), CLOCKS, CALENDAR, ZONE)
    second = changed.issue(PARTIES, DEARER, POLICY, (), late_reason=None, now=NOW)
    assert len(second.issues) == 2
    assert second.latest is not None
    assert second.latest.service_date == date(2027, 1, 5)
    assert moved(second, JANUARY).due_by is None


def test_moved_back_before_it_was_issued_nothing_new_is_due() -> None:
    back = moved(moved(issued(), JANUARY), DECEMBER)
    assert (back.due_by, back.latest) == (None, issued().latest)


def test_one_that_was_not_issued_is_made_of_the_prices_of_where_the_visit_was_moved() -> None:
    changed = moved(an_estimate(), JANUARY)
    assert (changed.first_visit_on, changed.due_by) == (date(2027, 1, 5), an_estimate().due_by)
    assert total_of(changed) == total_of(replace(an_estimate(), priced_on=date(2027, 1, 5))) > usd(2595)
    assert total_of(moved(changed, DECEMBER)) == usd(2595)


def test_visits_on_both_sides_of_a_change_of_prices_are_promised_at_the_dearer() -> None:
    both = moved(issued(), DECEMBER, JANUARY)
    assert total_of(both) == total_of(moved(an_estimate(), JANUARY))
    second = both.issue(PARTIES, DEARER, POLICY, (), late_reason=None, now=NOW)
    assert moved(second, DECEMBER + timedelta(days=1), JANUARY).due_by is None, "the other one costs what it says"
    assert moved(second, DECEMBER, DECEMBER + timedelta(days=1)).due_by is not None


def test_a_change_of_plan_stays_due_where_a_visit_is_moved_there_and_back() -> None:
    fewer = SERIES[1:]
    changed = issued().change_scope(fewer, 2, date(2026, 12, 29), POLICY, CALENDAR, ZONE, next_phase=False, now=NOW)
    back = moved(moved(changed, JANUARY), DECEMBER)
    assert (back.cause, back.due_by) == (EstimateCause.PLAN_CHANGED, changed.due_by)
    assert total_of(back) == usd(2595) - usd(225)


def test_moved_to_an_earlier_day_it_is_due_earlier_until_it_was_issued() -> None:
    soon = NOW + timedelta(days=1)
    assert an_estimate().due_at_latest(soon).due_by == soon
    assert an_estimate().due_at_latest(NOW + timedelta(days=9)).due_by == an_estimate().due_by
    assert issued().due_at_latest(soon).due_by is None


def test_a_changed_plan_makes_a_new_version_due_a_business_day_before_the_next_visit() -> None:
    fewer = SERIES[:1]
    changed = issued().change_scope(fewer, 2, date(2026, 11, 27), POLICY, CALENDAR, ZONE, next_phase=False, now=NOW)
    assert changed.due_by == local(26, 0)  # the day before is Thanksgiving, so the one before that
    second = changed.issue(PARTIES, SCHEDULE, POLICY, (), late_reason=None, now=NOW)
    assert [issue.total for issue in second.issues] == [usd(2595), usd(225)]


def test_a_plan_that_was_changed_in_something_else_needs_no_new_estimate() -> None:
    same = issued().change_scope(SERIES, 2, None, POLICY, CALENDAR, ZONE, next_phase=False, now=NOW)
    assert same.due_by is None


def test_the_next_phase_has_an_estimate_and_a_count_of_its_own() -> None:
    fewer = SERIES[:1]
    before = issued().charge(usd(2595), POLICY, now=NOW)
    after = before.change_scope(fewer, 2, None, POLICY, CALENDAR, ZONE, next_phase=True, now=NOW)
    assert after.due_by is not None
    done = after.issue(PARTIES, SCHEDULE, POLICY, (), late_reason=None, now=NOW).charge(usd(225), POLICY, now=NOW)
    assert not done.exceeded


def test_charges_far_over_the_estimate_are_said_once() -> None:
    below = issued().charge(usd(2595) + usd(299.99), POLICY, now=NOW)
    over = below.charge(usd(0.01), POLICY, now=NOW).charge(usd(50), POLICY, now=NOW)
    said = [fact.over for fact in over.facts if isinstance(fact, EstimateExceeded)]
    assert said == [usd(300)]
