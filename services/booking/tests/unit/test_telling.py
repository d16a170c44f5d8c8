"""When a patient is reminded, what becomes of a message, whether a channel may be used: rules without a store."""

from dataclasses import replace
from datetime import timedelta

import pytest

from booking.adapters.letters.text_messages import TextMessageCarrier
from booking.application.letters import Letter
from booking.domain.appointments import Appointment
from booking.domain.cancellations import CancelReason
from booking.domain.channels import Channel
from booking.domain.contact_consents import MOST_KEPT, ChannelConsent, ContactConsents, SaidBy
from booking.domain.ids import MessageId
from booking.domain.message_subjects import Reason
from booking.domain.messages import RETRY_AFTER, Attempt, Message, MessageState, Outcome, notices
from booking.domain.states import BookedBy
from careflow_domain.errors import DomainError
from careflow_service.gateways import SignedGateway
from careflow_service.testing.outbound import Outside
from services.booking.tests.builders import ANA, NOW, POLICY, a_booked_visit, a_slot, local

LATER = NOW + timedelta(days=60)
VISIT = replace(a_booked_visit(starts_at=local(30, 10)), facts=())


def planned(reason: Reason = Reason.VISIT_BOOKED, visit: Appointment = VISIT) -> Message:
    return Message.planned(MessageId("m1"), reason, visit, now=NOW)


def attempted(message: Message, outcome: Outcome, channel: Channel = Channel.EMAIL) -> Message:
    return message.attempted(Attempt(outcome=outcome, channel=channel), now=NOW)


def test_reminders_come_a_week_two_days_and_a_day_before_of_what_is_left() -> None:
    assert VISIT.next_reminder(POLICY) == local(23, 10)
    first = VISIT.reminded(now=local(23, 10))
    assert first.next_reminder(POLICY) == local(28, 10)
    assert first.reminded(now=local(28, 10)).next_reminder(POLICY) == local(29, 10)
    assert first.reminded(now=local(29, 10)).next_reminder(POLICY) is None


def test_what_a_patient_was_told_leaves_a_visit_as_somebody_saw_it() -> None:
    told = VISIT.reminded(now=NOW).untold(now=NOW).reached()
    assert told.version == VISIT.version + 3
    for seen in range(VISIT.version, told.version + 1):
        told.check_seen(seen)
    for never_seen in (VISIT.version - 1, told.version + 1):
        with pytest.raises(DomainError, match="stale_version"):
            told.check_seen(never_seen)


def test_what_changes_a_visit_makes_all_that_was_seen_before_stale() -> None:
    changed = VISIT.reminded(now=NOW).reschedule(
        a_slot(starts_at=local(29, 10)), by=BookedBy.STAFF, policy=POLICY, now=NOW
    )
    reminded = changed.reminded(now=NOW)
    reminded.check_seen(changed.version)
    with pytest.raises(DomainError, match="stale_version"):
        reminded.check_seen(changed.version - 1)


def test_who_was_not_reminded_in_time_is_reminded_once() -> None:
    """The timers stood still for days."""
    late = VISIT.reminded(now=local(29, 9))
    assert late.next_reminder(POLICY) == local(29, 10)


def test_a_move_and_a_cancellation_take_the_reminders_with_them() -> None:
    moved = VISIT.reschedule(a_slot(local(25, 10)), by=BookedBy.STAFF, policy=POLICY, now=local(23, 11))
    assert moved.next_reminder(POLICY) == local(24, 10)
    assert moved.cancel(CancelReason.OTHER, asked_by=BookedBy.STAFF, now=NOW).next_reminder(POLICY) is None
    assert VISIT.left_unmarked().next_reminder(POLICY) is None


def test_what_has_become_true_is_told_and_whether_they_wanted_it() -> None:
    assert list(notices(a_booked_visit())) == [(Reason.VISIT_BOOKED, True)]
    moved = VISIT.reschedule(a_slot(local(25, 10)), by=BookedBy.STAFF, policy=POLICY, now=NOW)
    assert list(notices(moved)) == [(Reason.VISIT_MOVED, False)]
    assert list(notices(VISIT.reminded(now=NOW))) == []


def test_a_channel_is_tried_a_few_times_and_then_given_up() -> None:
    message = planned()
    for wait in RETRY_AFTER:
        message = attempted(message, Outcome.NOT_NOW)
        assert message.attempt_at == NOW + wait
    message = attempted(message, Outcome.NOT_NOW)
    assert (message.given_up, message.attempts, message.attempt_at) == ((Channel.EMAIL,), 0, NOW)
    message = attempted(message, Outcome.REFUSED, Channel.SMS)
    assert message.given_up == (Channel.EMAIL, Channel.SMS)
    ended = message.attempted(Attempt(outcome=Outcome.NO_CHANNEL), now=NOW)
    assert (ended.state, ended.attempt_at) == (MessageState.UNDELIVERED, None)
    assert attempted(ended, Outcome.SENT) is ended


def test_what_was_planned_before_the_visit_was_moved_away_and_back_is_true_no_longer() -> None:
    away = VISIT.reschedule(a_slot(local(25, 10)), by=BookedBy.STAFF, policy=POLICY, now=NOW + timedelta(minutes=1))
    back = away.reschedule(a_slot(local(30, 10)), by=BookedBy.STAFF, policy=POLICY, now=NOW + timedelta(minutes=2))
    now = NOW + timedelta(minutes=3)
    assert planned().true_of(VISIT.reminded(now=now), now=now)
    assert not planned().true_of(back, now=now)
    again = Message.planned(MessageId("m2"), Reason.VISIT_MOVED, back, now=NOW + timedelta(minutes=2))
    assert again.true_of(back, now=now)


@pytest.mark.parametrize("outcome", [Outcome.NOT_NOW, Outcome.REFUSED])
def test_only_the_first_attempt_answers_who_has_just_asked(outcome: Outcome) -> None:
    message = Message.planned(MessageId("m1"), Reason.VISIT_BOOKED, VISIT, awaited=True, now=NOW)
    assert message.answers
    assert not attempted(message, outcome).answers


def test_a_link_works_once_and_for_a_while() -> None:
    sent = attempted(planned(), Outcome.SENT, Channel.SMS)
    assert planned().stops(POLICY, now=NOW) is None
    assert sent.stops(POLICY, now=NOW) is Channel.SMS
    assert sent.stops(POLICY, now=LATER) is None
    assert sent.stopped().stops(POLICY, now=NOW) is None
    with pytest.raises(DomainError) as refused:
        planned().came_back(now=NOW)
    assert refused.value.code == "not_sent"


def said(channel: Channel, given: bool, *, minutes: int = 0) -> ChannelConsent:
    return ChannelConsent(
        channel=channel, given=given, at=NOW + timedelta(minutes=minutes), said_by=SaidBy.STAFF, by="x"
    )


def test_e_mail_goes_out_until_a_no_and_text_messages_after_a_yes() -> None:
    nothing = ContactConsents(id=ANA)
    assert nothing.allows(Channel.EMAIL, POLICY)
    assert not nothing.allows(Channel.SMS, POLICY)
    after = nothing.saying_so(said(Channel.EMAIL, False)).saying_so(said(Channel.SMS, True))
    assert not after.allows(Channel.EMAIL, POLICY)
    assert after.allows(Channel.SMS, POLICY)
    assert after.saying_so(said(Channel.SMS, True, minutes=5)) is after


def test_the_record_of_what_was_said_does_not_grow_without_end() -> None:
    consents = ContactConsents(id=ANA)
    for number in range(MOST_KEPT + 5):
        consents = consents.saying_so(said(Channel.SMS, number % 2 == 0, minutes=number))
    assert len(consents.said) == MOST_KEPT
    assert consents.allows(Channel.SMS, POLICY)


def test_of_two_records_the_newer_word_counts() -> None:
    older = ContactConsents(id=ANA).saying_so(said(Channel.EMAIL, False))
    newer = ContactConsents(id=ANA).saying_so(said(Channel.EMAIL, True, minutes=1))
    assert older.absorbing(newer).allows(Channel.EMAIL, POLICY)
    assert newer.absorbing(older) is newer


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(202, Outcome.SENT), (400, Outcome.REFUSED), (429, Outcome.NOT_NOW), (503, Outcome.NOT_NOW)],
)
async def test_a_gateway_takes_a_text_message_refuses_it_or_is_asked_again(status: int, outcome: Outcome) -> None:
    outside = Outside(status)
    carrier = TextMessageCarrier("https://gateway.example/sms", SignedGateway(bytes(32), lambda: NOW, outside))
    letter = Letter(id="m1", subject="Your appointment", text="Long.", short="Short.", invitation=None)
    assert await carrier.carry(letter, to="+14155550123") is outcome
    (posted,) = outside.posted
    assert posted.body == b'{"channel": "sms", "to": "+14155550123", "text": "Short."}'
    assert posted.headers["Idempotency-Key"] == "m1"
