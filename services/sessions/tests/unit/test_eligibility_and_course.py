"""The copy of what screening says, in whatever order it is heard; and the course, which knows what a dose asks for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.sessions.tests.builders import ANA, CLEARANCE, NOW, PLAN, POLICY, days, hours, new_uuid
from services.sessions.tests.course_builders import clearance, course, hour_before, screen
from sessions.domain.course import Course, IntegrationDone, IntegrationDue, IntegrationEnded, IntegrationOverdue
from sessions.domain.eligibility import ClearanceStatus, ClearanceTerms, Eligibility
from sessions.domain.ids import AlertId, ClearanceId, PlanId, SessionId
from sessions.domain.words import Phase, Route, VisitKind

LATER = NOW + days(120)


def cleared() -> Eligibility:
    return Eligibility(id=ANA).cleared(clearance(), decided_at=NOW)


def status(eligibility: Eligibility) -> ClearanceStatus:
    assert eligibility.clearance is not None
    return eligibility.clearance.status


def test_a_clearance_counts_until_its_end_whether_or_not_anybody_says_that_it_ended() -> None:
    copy = cleared().clearance
    assert copy is not None
    assert copy.valid_at(copy.valid_until - timedelta(seconds=1))
    assert not copy.valid_at(copy.valid_until)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (cleared().suspended(CLEARANCE, LATER, "new"), ClearanceStatus.SUSPENDED),
        (cleared().suspended(CLEARANCE, LATER, "new").reinstated(CLEARANCE, LATER), ClearanceStatus.VALID),
        (cleared().suspended(CLEARANCE, LATER, "new").extended(CLEARANCE, LATER), ClearanceStatus.SUSPENDED),
        (cleared().ended_as(ClearanceStatus.EXPIRED, CLEARANCE, NOW), ClearanceStatus.EXPIRED),
        (
            cleared().ended_as(ClearanceStatus.EXPIRED, CLEARANCE, NOW).extended(CLEARANCE, LATER),
            ClearanceStatus.VALID,
        ),
        (
            cleared().ended_as(ClearanceStatus.REVOKED, CLEARANCE, NOW).extended(CLEARANCE, LATER),
            ClearanceStatus.REVOKED,
        ),
        (
            cleared().ended_as(ClearanceStatus.REVOKED, CLEARANCE, NOW).reinstated(CLEARANCE, LATER),
            ClearanceStatus.REVOKED,
        ),
        (cleared().suspended(ClearanceId("replaced"), NOW, "old"), ClearanceStatus.VALID),
        (cleared().ended_as(ClearanceStatus.EXPIRED, ClearanceId("replaced"), NOW), ClearanceStatus.VALID),
        (Eligibility(id=ANA).suspended(CLEARANCE, LATER, "heard first"), ClearanceStatus.SUSPENDED),
    ],
)
def test_what_happens_to_a_clearance(after: Eligibility, expected: ClearanceStatus) -> None:
    assert status(after) is expected


def test_a_clearance_whose_suspension_was_heard_first_keeps_it_and_gets_its_terms() -> None:
    granted = replace(clearance(), terms=ClearanceTerms(excluded_routes=(Route.ORAL,)))
    heard_late = Eligibility(id=ANA).suspended(CLEARANCE, LATER, "new").cleared(granted, decided_at=NOW)

    assert status(heard_late) is ClearanceStatus.SUSPENDED
    assert heard_late.clearance is not None
    assert heard_late.clearance.terms.excluded_routes == (Route.ORAL,)
    assert heard_late.cleared(granted, decided_at=NOW) is heard_late


def test_one_that_was_revoked_before_it_was_heard_of_never_counts() -> None:
    revoked = Eligibility(id=ANA).ended_as(ClearanceStatus.REVOKED, CLEARANCE, NOW)

    assert revoked.cleared(clearance(), decided_at=NOW).clearance is None


def test_care_that_ended_ends_what_cleared_for_it() -> None:
    discharged = cleared().care_ended(NOW)

    assert status(discharged) is ClearanceStatus.REVOKED
    assert status(discharged.cleared(clearance(), decided_at=NOW + hours(1))) is ClearanceStatus.REVOKED


def test_a_clearance_decided_before_care_ended_and_heard_after_it_never_counts() -> None:
    discharged = Eligibility(id=ANA).care_ended(NOW)
    held = discharged.suspended(CLEARANCE, LATER, "heard first")
    heard_late = held.cleared(clearance(), decided_at=NOW - hours(1)).reinstated(CLEARANCE, LATER)

    assert discharged.cleared(clearance(), decided_at=NOW - hours(1)).clearance is None
    assert status(heard_late) is ClearanceStatus.REVOKED
    assert status(discharged.cleared(clearance(), decided_at=NOW + hours(1))) is ClearanceStatus.VALID


def test_of_two_alerts_each_is_closed_by_itself_and_for_good() -> None:
    first, second = AlertId("first"), AlertId("second")
    held = cleared().alert_raised(first, NOW).alert_raised(second, NOW).alert_closed(first)

    assert set(held.alerts) == {second}
    assert held.alert_raised(first, NOW) is held


@pytest.mark.parametrize(
    "repeat", [lambda e: e.cleared(clearance(), decided_at=NOW), lambda e: e.extended(CLEARANCE, NOW + days(60))]
)
def test_a_repeated_fact_changes_nothing(repeat: Callable[[Eligibility], Eligibility]) -> None:
    before = cleared()

    assert repeat(before) is before


def test_an_older_screen_does_not_replace_a_newer_one() -> None:
    newer = cleared().screened(screen())

    assert newer.screened(screen(completed_at=NOW - days(5))) is newer


def dosed(at: timedelta = timedelta(0)) -> Course:
    started = NOW + at
    return Course(id=ANA).dosed(
        SessionId("dosing"), PLAN, Phase.INDUCTION, at=started, due_within=hours(72), overdue_after=days(7)
    )


def test_a_dose_asks_for_one_integration_however_many_doses_the_session_has() -> None:
    once = dosed()
    twice = once.dosed(SessionId("dosing"), PLAN, Phase.INDUCTION, at=NOW, due_within=hours(72), overdue_after=days(7))

    assert twice is once
    assert [type(fact) for fact in once.facts] == [IntegrationDue]
    assert once.due_at == NOW + days(7)


def integrated(so_far: Course, at: datetime) -> Course:
    return so_far.completed(hour_before(at), rules=POLICY.integration_rules, now=at)


@pytest.mark.parametrize(("after", "answers"), [(-1, False), (3.9, False), (4, True), (20, True)])
def test_an_integration_answers_a_dose_given_at_least_four_hours_before(after: float, answers: bool) -> None:
    so_far = integrated(dosed(), NOW + hours(after))

    assert bool(so_far.integrations) is not answers
    assert isinstance(so_far.facts[-1], IntegrationDone) is answers


def test_one_integration_answers_one_dose_the_earliest_that_waits() -> None:
    two = course(NOW - days(8), NOW - days(4), integrated=False)
    once = integrated(two, NOW)

    assert [dose.integrated_by is not None for dose in once.doses] == [True, False]
    assert once.doses_since_integration(but=SessionId(new_uuid())) == 1
    assert integrated(once, NOW + hours(1)).doses_since_integration(but=SessionId(new_uuid())) == 0


def test_an_overdue_integration_is_said_once() -> None:
    late = dosed().time_passed(now=NOW + days(8))

    assert isinstance(late.facts[-1], IntegrationOverdue)
    assert late.facts[-1].at == NOW + days(7)
    assert late.due_at is None
    assert late.time_passed(now=NOW + days(9)) is late
    assert dosed().time_passed(now=NOW + days(6)).due_at is not None


def test_after_the_end_of_care_an_integration_is_asked_for_for_a_time_and_then_no_more() -> None:
    left_open = dosed().care_ended(asked_until=NOW + days(92), now=NOW + days(2))
    assert [type(fact) for fact in left_open.facts] == [IntegrationDue]
    assert left_open.due_at == NOW + days(7)

    late = left_open.time_passed(now=NOW + days(8))
    assert (type(late.facts[-1]), late.due_at, len(late.owed)) == (IntegrationOverdue, NOW + days(92), 1)
    over = late.time_passed(now=NOW + days(93))
    assert (type(over.facts[-1]), over.facts[-1].at) == (IntegrationEnded, NOW + days(92))
    assert (over.due_at, over.owed) == (None, ())
    assert over.time_passed(now=NOW + days(400)) is over
    assert over.care_ended(asked_until=NOW + days(500), now=NOW + days(400)) is over


def test_nobody_asks_for_an_integration_from_the_moment_on_from_which_it_is_not_to_be_asked_for() -> None:
    over = dosed().care_ended(asked_until=NOW + days(2), now=NOW + days(2))
    assert [type(fact) for fact in over.facts] == [IntegrationDue, IntegrationEnded]
    late = dosed().care_ended(asked_until=NOW + days(9), now=NOW + days(9))
    assert [type(fact) for fact in late.facts] == [IntegrationDue, IntegrationOverdue, IntegrationEnded]


def test_an_integration_that_is_asked_for_no_more_stands_before_a_dose_and_answers_it_if_it_is_held() -> None:
    over = dosed().care_ended(asked_until=NOW + days(2), now=NOW + days(2))
    assert over.doses_since_integration(but=SessionId(new_uuid())) == 1

    held = integrated(over, NOW + days(200))
    assert isinstance(held.facts[-1], IntegrationDone)
    assert held.doses_since_integration(but=SessionId(new_uuid())) == 0


def test_care_that_ends_twice_puts_no_integration_off() -> None:
    again = dosed().care_ended(asked_until=NOW + days(92), now=NOW + days(2))
    assert again.care_ended(asked_until=NOW + days(150), now=NOW + days(60)) is again
    assert again.care_ended(asked_until=NOW + days(60), now=NOW + days(60)).owed == ()


def test_visits_are_numbered_within_their_plan_and_phase() -> None:
    so_far = course(NOW - days(8), NOW - days(4))

    assert so_far.number_of_next(VisitKind.DOSING, PLAN, Phase.INDUCTION) == 3
    assert so_far.number_of_next(VisitKind.INTEGRATION, PLAN, Phase.INDUCTION) == 3
    assert so_far.number_of_next(VisitKind.DOSING, PLAN, Phase.MAINTENANCE) == 1
    assert so_far.number_of_next(VisitKind.DOSING, PlanId("another"), Phase.INDUCTION) == 1


def test_a_review_starts_the_count_of_doses_anew() -> None:
    so_far = course(NOW - days(8), NOW - days(4))
    other = SessionId(new_uuid())

    assert so_far.reviewed(now=NOW - days(5)).doses_since_review(but=other) == 0
    assert Course(id=ANA, doses=so_far.doses, dose_reviews=(NOW - days(5),)).doses_since_review(but=other) == 1
