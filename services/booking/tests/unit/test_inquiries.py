"""What somebody asks who is no patient yet: which words are answered at once with where there is help, and what may
become of it.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from booking.domain.crisis import sounds_like_crisis
from booking.domain.ids import AppointmentId, InquiryId
from booking.domain.inquiries import (
    Asked,
    Inquiry,
    InquiryClosed,
    InquiryOutcome,
    InquiryReceived,
    InquiryReopened,
    InquiryStatus,
    Step,
)
from careflow_domain.errors import DomainError
from services.booking.tests.builders import ANA, NOW, POLICY

ASKED = Asked(name="Ana Rivera", email=None, phone="+14155550123", words="How long is it?")


def an_inquiry(*, urgent: bool = False) -> Inquiry:
    return Inquiry.received(InquiryId("i1"), ANA, ASKED, urgent=urgent, now=NOW)


@pytest.mark.parametrize(
    "words",
    [
        "I have been SUICIDAL for weeks",
        "i don't want to live any more",
        "I don’t want  to\nlive",
        "sometimes I think of killing myself.",
        "self-harm",
        "He says he would be better off dead!",
        "Quiero morirme",
        "pienso en hacerme daño",
        "pienso en hacerme dano",
        "I am not suicidal",
    ],
)
def test_what_may_be_a_crisis_is_heard_however_it_is_written(words: str) -> None:
    assert sounds_like_crisis(words, POLICY.crisis_words.value)


@pytest.mark.parametrize(
    "words",
    ["How long is a session?", "Do you take Medicare?", "Is it a deadline?", "", "Is that overdone?"],
)
def test_other_questions_are_questions(words: str) -> None:
    assert sounds_like_crisis(words, POLICY.crisis_words.value) is False


def test_it_is_taken_once_answered_and_closed() -> None:
    taken = an_inquiry().taken(by="kim")
    with pytest.raises(DomainError, match="inquiry_taken"):
        taken.taken(by="lou")
    answered = taken.answered("Two hours.", by="kim", now=NOW)
    closed = answered.closed(InquiryOutcome.ANSWERED, by="kim", now=NOW + timedelta(hours=1))
    assert (closed.status, closed.outcome, closed.version) == (InquiryStatus.CLOSED, InquiryOutcome.ANSWERED, 4)
    assert [type(each) for each in closed.facts] == [InquiryReceived, InquiryClosed]
    late: tuple[Callable[[], Inquiry], ...] = (
        lambda: closed.taken(by="lou"),
        lambda: closed.answered("x", by="lou", now=NOW),
        lambda: closed.closed(InquiryOutcome.NO_INQUIRY, by="lou", now=NOW),
        lambda: closed.became_call(AppointmentId("v1"), by="kim", now=NOW),
    )
    for change in late:
        with pytest.raises(DomainError, match="inquiry_closed"):
            change()


def test_nobody_says_that_it_became_a_call_but_the_call() -> None:
    with pytest.raises(DomainError, match="outcome_of_the_call"):
        an_inquiry().closed(InquiryOutcome.INFO_CALL, by="lou", now=NOW)
    assert an_inquiry().became_call(AppointmentId("v1"), by="kim", now=NOW).outcome is InquiryOutcome.INFO_CALL


def test_what_sounds_urgent_is_closed_only_once_somebody_answered() -> None:
    urgent = an_inquiry(urgent=True).taken(by="kim")
    with pytest.raises(DomainError, match="urgent_unanswered"):
        urgent.closed(InquiryOutcome.NO_INQUIRY, by="lou", now=NOW)
    with pytest.raises(DomainError, match="urgent_unanswered"):
        urgent.became_call(AppointmentId("v1"), by="kim", now=NOW)
    assert (
        not urgent.answered("We talked.", by="kim", now=NOW).closed(InquiryOutcome.ANSWERED, by="kim", now=NOW).is_open
    )


def test_nothing_of_the_person_is_left_once_it_was_erased() -> None:
    with pytest.raises(DomainError, match="inquiry_open"):
        an_inquiry().erased()
    answered = an_inquiry().answered("Two hours, Ana.", by="kim", now=NOW)
    erased = answered.closed(InquiryOutcome.ANSWERED, by="kim", now=NOW).erased()
    assert (erased.asked, erased.answer, erased.outcome) == (None, None, InquiryOutcome.ANSWERED)
    with pytest.raises(DomainError, match="inquiry_erased"):
        erased.erased()


def test_whoever_asks_can_be_answered() -> None:
    with pytest.raises(DomainError, match="email_or_phone"):
        Asked(name="Ana", email=None, phone=None, words="?")


def test_what_was_closed_by_mistake_stands_as_it_did_before() -> None:
    taken = an_inquiry().taken(by="kim")
    answered = taken.answered("Two hours.", by="kim", now=NOW)
    for before, status in (
        (an_inquiry(), InquiryStatus.OPEN),
        (taken, InquiryStatus.TAKEN),
        (answered, InquiryStatus.ANSWERED),
    ):
        closed = before.closed(InquiryOutcome.NO_INQUIRY, by="lou", now=NOW)
        again = closed.reopened(POLICY, by="kim", now=NOW + timedelta(hours=1))
        assert (again.status, again.outcome, again.closing, again.taken_by) == (status, None, None, before.taken_by)
        assert again.reopening == Step(by="kim", at=NOW + timedelta(hours=1))
        assert [type(each) for each in again.facts[-2:]] == [InquiryClosed, InquiryReopened]
        assert again.closed(InquiryOutcome.ANSWERED, by="kim", now=NOW).closing == Step(by="kim", at=NOW)


def test_it_is_opened_again_in_time_by_whoever_finds_something_to_open() -> None:
    closed = an_inquiry().closed(InquiryOutcome.NOT_REACHED, by="lou", now=NOW)
    last = NOW + POLICY.inquiry_reopens_for
    assert closed.reopens(POLICY, now=last - timedelta(seconds=1))
    refused = {
        "too_late_to_reopen": (closed, last),
        "inquiry_not_closed": (an_inquiry(), NOW),
        "inquiry_erased": (closed.erased(), NOW),
        "inquiry_became_call": (an_inquiry().became_call(AppointmentId("v1"), by="lou", now=NOW), NOW),
    }
    for code, (inquiry, now) in refused.items():
        assert not inquiry.reopens(POLICY, now=now)
        with pytest.raises(DomainError, match=code):
            inquiry.reopened(POLICY, by="kim", now=now)
