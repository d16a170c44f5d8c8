"""A dose outside the gate: what it does to its session, what cannot have been, and when its review is late."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import (
    NOW,
    NURSE,
    POLICY,
    PRESCRIBER,
    checked,
    days,
    dose,
    hours,
    minutes,
    new_uuid,
)
from services.sessions.tests.course_builders import monitored, question
from sessions.domain.adverse_events import Review, ReviewDecision
from sessions.domain.doses import Dose
from sessions.domain.dosing import DoseAdministered
from sessions.domain.gate import Gate
from sessions.domain.gate_items import examine
from sessions.domain.given_outside import (
    DoseReviewCompleted,
    DoseReviewDue,
    DoseReviewOverdue,
    Looked,
    given_outside,
    outside_reviewed,
    review_overdue_at,
    reviews_overdue,
)
from sessions.domain.ids import OutsideDoseId
from sessions.domain.monitoring import Monitoring
from sessions.domain.outside_gate import OutsideGate
from sessions.domain.sessions import Session, SessionStarted
from sessions.domain.states import SessionState
from sessions.domain.words import Route

LATE = NOW + minutes(40)


def mark(**changes: Any) -> OutsideGate:
    whole: dict[str, Any] = {
        "id": OutsideDoseId(new_uuid()),
        "route": Route.INTRAVENOUS,
        "reason": "I was with her",
        "recorded_by": NURSE,
        "recorded_at": LATE,
        "review_by": LATE + hours(24),
        "policy_version": POLICY.version,
    }
    return OutsideGate(**{**whole, **changes})


def given(at: datetime, ended_at: datetime | None = None, **changes: Any) -> Dose:
    return replace(dose("20", at=at, ended_at=ended_at or at + minutes(5)), drug="ketamine", outside=mark(**changes))


def closed() -> Gate:
    """Nobody had asked for the suicide risk."""
    asked = question()
    checks = replace(asked.session.checks, suicide_risk=None)
    return examine(replace(asked, session=replace(asked.session, checks=checks)))


def begun() -> Session:
    gate = examine(question())
    return replace(checked().cleared(gate, ()).started(gate, now=NOW), facts=())


def written_down(session: Session, each: Dose, *, then: Gate | None = None, later: Gate | None = None) -> Session:
    looked = Looked(then=then or closed(), session_then=session, now=later or closed())
    plan = POLICY.routes[Route.INTRAVENOUS].observations
    monitoring = Monitoring.begun(each.started_at, plan, None, POLICY.vitals_times)
    return given_outside(session, each, looked, monitoring, POLICY, now=LATE)


def test_it_begins_a_session_that_had_not_begun_and_is_watched_from_when_it_was_given() -> None:
    after = written_down(checked(), given(NOW + minutes(10), before_start="the record was down"))

    assert (after.state, after.started_at) == (SessionState.MONITORING, NOW + minutes(10))
    assert after.monitoring is not None
    assert after.monitoring.started_at == NOW + minutes(10)
    assert [type(each) for each in after.facts[-3:]] == [SessionStarted, DoseAdministered, DoseReviewDue]


def test_it_says_what_was_closed_then_and_what_was_when_it_was_written_down() -> None:
    after = written_down(begun(), given(NOW + minutes(10)), then=examine(question()))

    (only,) = after.doses
    assert only.outside is not None
    assert (only.outside.closed, only.outside.closed_later) == ((), ("suicide_risk_screened",))
    assert not only.outside.off_order


def test_what_no_order_has_is_off_order_also_where_nothing_was_closed() -> None:
    more = replace(given(NOW + minutes(10)), stated=dose("80").stated)
    after = written_down(begun(), more, then=examine(question()), later=examine(question()))

    assert after.doses[0].outside is not None
    assert after.doses[0].outside.off_order


@pytest.mark.parametrize(
    ("each", "code"),
    [
        (given(LATE + minutes(1)), "given_in_future"),
        (given(NOW + minutes(10), NOW + minutes(9)), "times_invalid"),
        (given(NOW + minutes(10), LATE + minutes(1)), "times_invalid"),
        (given(NOW - minutes(1)), "before_start_unexplained"),
        (given(NOW - days(1), before_start="the record was down"), "given_before_arrival"),
        (given(LATE - days(8), before_start="the record was down"), "recorded_too_late"),
        (given(NOW + minutes(10), reason=" "), "reason_missing"),
    ],
)
def test_what_cannot_have_been_or_nobody_explains_is_refused(each: Dose, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        written_down(begun(), each)


def test_the_ordinary_way_is_taken_while_everything_is_in_order() -> None:
    in_order = examine(question())
    with pytest.raises(DomainError, match="gate_was_open"):
        written_down(begun(), given(NOW + minutes(10)), then=in_order, later=in_order)


def test_one_dose_is_not_written_down_twice_and_none_while_another_runs() -> None:
    once = written_down(begun(), given(NOW + minutes(10)))
    with pytest.raises(DomainError, match="dose_recorded_already"):
        written_down(
            once,
            given(
                NOW
                + minutes(
                    10,
                )
                + minutes(0.5)
            ),
        )
    with pytest.raises(DomainError, match="dose_running"):
        written_down(monitored(), given(NOW + minutes(10)))
    assert len(written_down(once, given(NOW + minutes(20))).doses) == 2


def test_a_review_that_is_not_decided_in_time_is_said_to_be_late_once() -> None:
    waiting = written_down(begun(), given(NOW + minutes(10)))
    due = LATE + hours(24)

    assert review_overdue_at(waiting) == due
    assert reviews_overdue(waiting, now=due - minutes(1)) is waiting
    late = reviews_overdue(waiting, now=due + hours(3))
    assert [(type(each), each.at) for each in late.facts[len(waiting.facts) :]] == [(DoseReviewOverdue, due)]
    assert review_overdue_at(late) is None
    assert reviews_overdue(late, now=due + days(3)) is late
    assert late.review_by == due


def test_a_review_that_holds_is_late_all_the_same_and_one_that_decides_is_not() -> None:
    waiting = written_down(begun(), given(NOW + minutes(10)))
    assert waiting.doses[0].outside is not None
    dose_id = waiting.doses[0].outside.id

    def decided(decision: ReviewDecision) -> Session:
        review = Review(decision=decision, note="spoken with the team", by=PRESCRIBER, at=LATE + hours(1))
        return outside_reviewed(waiting, dose_id, review)

    held, resumed = decided(ReviewDecision.HOLD), decided(ReviewDecision.RESUME)
    assert isinstance(reviews_overdue(held, now=LATE + hours(24)).facts[-1], DoseReviewOverdue)
    assert isinstance(resumed.facts[-1], DoseReviewCompleted)
    assert reviews_overdue(resumed, now=LATE + hours(24)) is resumed


def test_each_dose_is_late_by_its_own_time() -> None:
    first = written_down(begun(), given(NOW + minutes(10)))
    both = written_down(first, given(NOW + minutes(20), review_by=LATE + hours(30)))

    late = reviews_overdue(both, now=LATE + hours(24))
    assert review_overdue_at(late) == LATE + hours(30)
    assert isinstance(reviews_overdue(late, now=LATE + hours(30)).facts[-1], DoseReviewOverdue)
