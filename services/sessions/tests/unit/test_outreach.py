"""Reaching a patient who did not come: which step is due when, when it is late, and who decides in the end."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import ANA, NURSE, POLICY, PRESCRIBER, ZONE, days, new_uuid
from sessions.domain.follow_up import FollowUpContactDue, FollowUpContactOverdue
from sessions.domain.ids import OutreachId, SessionId
from sessions.domain.outreach import (
    Decision,
    Outreach,
    OutreachEnd,
    OutreachStep,
    Try,
)


def local(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZONE).astimezone(UTC)


MISSED_AT = local(10, 20, 14)
"""The clocks change on November 1, within these days."""


def missed(at: datetime = MISSED_AT) -> Outreach:
    return Outreach.begun(OutreachId(new_uuid()), ANA, SessionId(new_uuid()), POLICY, now=at)


def tries(
    outreach: Outreach, at: datetime, step: OutreachStep = OutreachStep.CALL, *, reached: bool = False, note: str = "no"
) -> Outreach:
    return outreach.tried(Try(step=step, reached=reached, note=note, by=NURSE, at=at), POLICY)


def called_three_times() -> Outreach:
    first = tries(missed(), MISSED_AT)
    return tries(tries(first, local(10, 27, 10)), local(11, 3, 10))


def written_to() -> Outreach:
    return tries(called_three_times(), local(11, 4, 9), OutreachStep.LETTER)


def decides(outreach: Outreach, *, lost: bool = True, note: str = "nobody knows of her") -> Outreach:
    return outreach.decided(Decision(lost=lost, note=note, by=PRESCRIBER, at=local(11, 6)))


def test_the_first_call_is_due_on_the_day_of_the_visit() -> None:
    assert missed().due_by == local(10, 21)
    assert missed(local(10, 20, 23)).due_by == local(10, 21)


def test_three_calls_over_fourteen_days_then_a_letter_then_a_decision() -> None:
    first = tries(missed(), MISSED_AT)
    second = tries(first, local(10, 27, 10))
    assert [(each.step, each.due_by) for each in (first, second, called_three_times(), written_to())] == [
        (OutreachStep.CALL, local(10, 28)),
        (OutreachStep.CALL, local(11, 4)),
        (OutreachStep.LETTER, local(11, 5)),
        (OutreachStep.DECIDE, local(11, 12)),
    ]
    assert [type(fact) for fact in written_to().facts] == [FollowUpContactDue] * 5


def test_many_calls_on_the_first_day_are_none_on_the_last() -> None:
    outreach = missed()
    for _ in range(5):
        outreach = tries(outreach, MISSED_AT)
    assert (outreach.step, outreach.due_by) == (OutreachStep.CALL, local(11, 4))


def test_a_late_call_makes_the_next_one_due_tomorrow_at_the_earliest() -> None:
    late = tries(missed(), local(11, 10, 9))
    assert (late.step, late.due_by) == (OutreachStep.CALL, local(11, 12))


def test_whoever_is_reached_is_tried_no_more() -> None:
    reached = tries(missed(), MISSED_AT, reached=True, note="she forgot")
    assert (reached.end, reached.overdue_at) == (OutreachEnd.REACHED, None)
    with pytest.raises(DomainError) as refused:
        tries(reached, MISSED_AT)
    assert refused.value.code == "outreach_over"


def test_a_step_is_said_to_be_late_once_and_the_next_one_anew() -> None:
    late = missed().overdue(now=local(10, 21))
    assert isinstance(late.facts[-1], FollowUpContactOverdue)
    assert late.overdue(now=local(10, 22)) is late
    assert missed().overdue(now=local(10, 20, 23)).said_overdue is False
    assert tries(late, local(10, 22)).overdue_at == local(10, 28)


@pytest.mark.parametrize(
    ("lost", "end"),
    [(True, OutreachEnd.LOST), (False, OutreachEnd.KEPT)],
)
def test_somebody_decides_once_all_was_tried(lost: bool, end: OutreachEnd) -> None:
    assert decides(written_to(), lost=lost).end is end


@pytest.mark.parametrize(
    ("refuse", "code"),
    [
        (lambda: decides(called_three_times()), "not_tried_enough"),
        (lambda: decides(written_to(), note=" "), "note_missing"),
        (lambda: tries(missed(), MISSED_AT, OutreachStep.LETTER), "letter_too_early"),
        (lambda: tries(missed(), MISSED_AT, note=" "), "note_missing"),
        (lambda: decides(decides(written_to())), "outreach_over"),
    ],
)
def test_what_is_refused(refuse: object, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        refuse()  # type: ignore[operator]  # what pytest was given
    assert refused.value.code == code


def test_nothing_ends_twice() -> None:
    over = missed().came()
    assert over.end is OutreachEnd.CAME
    assert (over.came(), over.discharged()) == (over, over)
    assert over.overdue(now=MISSED_AT + days(400)) is over


def test_a_clinic_that_would_call_once_does_not_start() -> None:
    lost = POLICY.lost
    with pytest.raises(ValueError, match="two calls"):
        replace(lost, calls=replace(lost.calls, value=1))
