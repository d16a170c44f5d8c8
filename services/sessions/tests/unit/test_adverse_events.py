"""Adverse events: graded by a clinician, anew where they were wrong, and held against dosing by the worst."""

from collections.abc import Callable
from typing import Any

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import ANA, NOW, NURSE, PRESCRIBER, SESSION, hours, new_uuid
from sessions.domain.adverse_events import (
    AdverseEvent,
    AdverseEventReported,
    Grading,
    Observation,
    Review,
    ReviewDecision,
)
from sessions.domain.ids import AdverseEventId


def event(grade: int) -> AdverseEvent:
    seen = Observation(description="vomited", grade=grade, serious=False, expected=True, related=True, started_at=NOW)
    return AdverseEvent.reported(AdverseEventId(new_uuid()), ANA, SESSION, seen, by=NURSE, now=NOW)


def graded(before: AdverseEvent, grade: int, *, prescriber: bool = True, reason: str = "seen again") -> AdverseEvent:
    by = PRESCRIBER if prescriber else NURSE
    return before.regraded(Grading(grade=grade, reason=reason, by=by, at=NOW + hours(1)), prescriber=prescriber)


def reviewed(before: AdverseEvent, decision: ReviewDecision) -> AdverseEvent:
    return before.reviewed(Review(decision=decision, note="seen", by=PRESCRIBER, at=NOW + hours(2)))


def test_graded_anew_every_grade_stays_and_the_new_one_is_said_with_the_old() -> None:
    after = graded(graded(event(1), 3, prescriber=False), 2)
    assert (after.observation.grade, after.grade, after.worst_grade) == (1, 2, 3)
    assert [(each.grade, each.by) for each in after.regradings] == [(3, NURSE), (2, PRESCRIBER)]
    *_, said = after.facts
    assert isinstance(said, AdverseEventReported)
    assert (said.previous_grade, said.event.grade) == (3, 2)


@pytest.mark.parametrize(
    ("grades", "holds", "stops"), [((1,), False, False), ((1, 2), True, False), ((3, 1), True, True)]
)
def test_the_worst_grade_counts_until_the_review(grades: tuple[int, ...], holds: bool, stops: bool) -> None:
    first, *others = grades
    after = event(first)
    for grade in others:
        after = graded(after, grade)
    assert (after.holds_dosing, after.stops_session) == (holds, stops)
    assert not reviewed(after, ReviewDecision.RESUME).holds_dosing


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (lambda: graded(event(2), 6), "grade_invalid"),
        (lambda: graded(event(2), 0), "grade_invalid"),
        (lambda: graded(event(2), 2), "grade_unchanged"),
        (lambda: graded(event(2), 3, reason=" "), "reason_missing"),
        (lambda: graded(event(2), 1, prescriber=False), "lower_grade_by_prescriber"),
        (lambda: graded(reviewed(event(2), ReviewDecision.RESUME), 3), "review_final"),
        (lambda: graded(reviewed(event(2), ReviewDecision.STOP), 3), "review_final"),
    ],
)
def test_what_is_no_grade_is_refused(step: Callable[[], Any], code: str) -> None:
    with pytest.raises(DomainError, match=code):
        step()


def test_while_a_review_waits_for_another_it_is_graded_anew() -> None:
    assert graded(reviewed(event(2), ReviewDecision.HOLD), 3).grade == 3
