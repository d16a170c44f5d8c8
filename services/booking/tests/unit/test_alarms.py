"""The desk is told of an urgent inquiry: when again, and until when."""

from datetime import timedelta

from booking.domain.alarms import ALARM_SUBJECT, ALARM_TEXT, RETRY_AFTER, Alarm, AlarmAttempt, waits_for_somebody
from booking.domain.channels import Channel
from booking.domain.ids import AlarmId
from booking.domain.messages import Outcome
from services.booking.tests.builders import NOW, POLICY
from services.booking.tests.unit.test_inquiries import an_inquiry

AGAIN = POLICY.urgent_told_again


def an_alarm() -> Alarm:
    return Alarm.of(an_inquiry(urgent=True), AlarmId("a1"), Channel.EMAIL, reached=True, now=NOW)


def after(alarm: Alarm, outcome: Outcome) -> Alarm:
    assert alarm.attempt_at is not None
    return alarm.attempted(AlarmAttempt(version=alarm.version, outcome=outcome), POLICY, now=alarm.attempt_at)


def test_the_desk_is_told_at_once_and_again_under_another_id() -> None:
    told = after(an_alarm(), Outcome.SENT)
    assert (told.times, told.told_at, told.attempt_at) == (1, NOW, NOW + AGAIN)
    assert (an_alarm().sent_as, told.sent_as) == ("a1.1", "a1.2")
    again = after(told, Outcome.SENT)
    assert (again.times, again.told_at, again.sent_as) == (2, NOW + AGAIN, "a1.3")


def test_what_is_not_taken_is_tried_again_soon_and_then_with_the_next_round() -> None:
    alarm = an_alarm()
    for n, wait in enumerate(RETRY_AFTER):
        before = alarm.attempt_at
        alarm = after(alarm, Outcome.NOT_NOW)
        assert before is not None
        assert (alarm.attempt_at, alarm.attempts, alarm.sent_as) == (before + wait, n + 1, "a1.1")
    given_up_at = alarm.attempt_at
    alarm = after(alarm, Outcome.NOT_NOW)
    assert given_up_at is not None
    assert (alarm.attempt_at, alarm.attempts, alarm.sent_as) == (given_up_at + AGAIN, 0, "a1.2")
    assert (alarm.failing_since, alarm.told_at) == (NOW, None)
    assert after(alarm, Outcome.SENT).failing_since is None


def test_what_is_refused_is_tried_with_the_next_round() -> None:
    refused = after(an_alarm(), Outcome.REFUSED)
    assert (refused.attempt_at, refused.failing_since, refused.times) == (NOW + AGAIN, NOW, 0)


def test_what_has_no_address_waits_for_one_and_only_as_long_as_the_inquiry_does() -> None:
    waiting = after(an_alarm(), Outcome.NO_CHANNEL)
    assert (waiting.attempt_at, waiting.waits_since, waiting.fails_since) == (None, NOW, None)
    assert waiting.untried
    woken = waiting.woken(waits=True, now=NOW + AGAIN)
    assert (woken.attempt_at, woken.waits_since) == (NOW + AGAIN, None)
    assert waiting.woken(waits=False, now=NOW).attempt_at is None


def test_once_somebody_sees_to_it_nobody_is_told_any_more() -> None:
    over = after(after(an_alarm(), Outcome.SENT), Outcome.UNTRUE)
    assert (over.attempt_at, over.times) == (None, 1)
    assert over.attempted(AlarmAttempt(version=over.version, outcome=Outcome.SENT), POLICY, now=NOW) is over
    urgent = an_inquiry(urgent=True)
    assert waits_for_somebody(urgent)
    assert not waits_for_somebody(an_inquiry())
    assert not waits_for_somebody(urgent.taken(by="kim"))
    assert not waits_for_somebody(urgent.answered("We talked.", by="kim", now=NOW))


def test_what_two_processes_tried_counts_once() -> None:
    alarm = an_alarm()
    first = AlarmAttempt(version=alarm.version, outcome=Outcome.SENT)
    told = alarm.attempted(first, POLICY, now=NOW)
    assert told.attempted(first, POLICY, now=NOW + timedelta(seconds=5)) is told


def test_it_says_nothing_of_whoever_asked_or_of_what_the_clinic_is() -> None:
    assert f"{ALARM_SUBJECT}. {ALARM_TEXT}" == (
        "The desk is needed. An urgent inquiry waits at the desk. Please see to it now."
    )
