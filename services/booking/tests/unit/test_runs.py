"""Which run an end of care ends: the one that had begun by then, in whatever order it becomes known."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.care_path import CarePath, Stage
from booking.domain.ids import CaseId
from services.booking.tests.builders import NOW, a_booked_visit
from services.booking.tests.care_path_steps import (
    INFO_CALL,
    LATER,
    PROCEED,
    REVOKED,
    Step,
    after,
    denied,
    evaluated,
    granted,
    screening,
)

DISCHARGED_AT, BACK_AT = NOW + timedelta(days=30), NOW + timedelta(days=60)


def discharged(path: CarePath) -> CarePath:
    return path.discharged(at=DISCHARGED_AT, now=LATER)


def back(path: CarePath) -> CarePath:
    return path.screening_started(CaseId("case-2"), at=BACK_AT, now=LATER)


RUN = (screening, evaluated, granted, REVOKED)


@given(st.integers(0, len(RUN)))
def test_after_the_end_of_care_late_news_of_it_opens_nothing(heard_after: int) -> None:
    path = after(*RUN[:heard_after], discharged, *RUN[heard_after:])
    assert (path.stage, path.closed_because) == (Stage.DISCHARGED, "discharged")


@given(st.integers(0, len(RUN) + 2))
def test_an_end_of_care_heard_late_leaves_the_run_that_has_begun_since(heard_after: int) -> None:
    news = (*RUN, back, evaluated)
    late = after(*news[:heard_after], discharged, *news[heard_after:])
    assert replace(late, version=1, facts=()) == replace(after(discharged, *news), version=1, facts=())
    assert (late.stage, late.closed_because) == (Stage.EVALUATION, None)
    assert late.run.ended_with_care(NOW)
    assert not late.run.ended_with_care(BACK_AT)


CALL = a_booked_visit(INFO_CALL, name="another")


@pytest.mark.parametrize("steps", [(), (PROCEED, screening, denied), (screening, evaluated, granted, discharged)])
def test_an_end_of_care_before_the_information_call_ends_nothing_of_it(steps: tuple[Step, ...]) -> None:
    path = after(*steps, lambda path: path.note_visit(CALL, now=BACK_AT))
    assert discharged(path).stage is Stage.INFO_CALL
    assert path.discharged(at=LATER, now=LATER).stage is Stage.DISCHARGED


def test_a_call_that_is_noted_again_begins_no_other_run() -> None:
    path = after(lambda path: path.note_visit(CALL, now=NOW))
    assert discharged(path.note_visit(CALL, now=BACK_AT)).stage is Stage.DISCHARGED
