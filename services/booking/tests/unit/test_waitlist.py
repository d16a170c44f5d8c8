"""Who waits for a visit, what they are offered, and how long they may think about it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from booking.domain.appointments import Appointment
from booking.domain.cancellations import CancelReason
from booking.domain.freed_times import FreedTime, freed_by
from booking.domain.ids import AppointmentId, FreedTimeId, WaitlistEntryId
from booking.domain.intervals import Interval
from booking.domain.states import BookedBy
from booking.domain.visits import Modality, VisitKind
from booking.domain.waitlist import Offer, WaitlistEntry, WaitlistStatus
from careflow_domain.errors import DomainError
from services.booking.tests.builders import ANA, NOW, POLICY, ZONE, a_booked_visit, a_slot, local


def waiting(kind: VisitKind = VisitKind.INFO_CALL, *, days: int = 30) -> WaitlistEntry:
    return WaitlistEntry(
        id=WaitlistEntryId("w1"),
        patient_id=ANA,
        kind=kind,
        modality=Modality.PHONE,
        wanted=Interval(NOW, NOW + timedelta(days=days)),
        joined_at=NOW,
    )


def offer(*, call_first: bool = False) -> Offer:
    return Offer(
        appointment_id=AppointmentId("v1"),
        freed_id=FreedTimeId("f1"),
        made_at=NOW,
        expires_at=NOW + timedelta(hours=2),
        call_first=call_first,
    )


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code


def test_one_waits_for_each_kind_once() -> None:
    call = waiting()
    call.check_joining(())
    call.check_joining((waiting(VisitKind.EVALUATION), replace(waiting(), status=WaitlistStatus.LEFT)))
    for status in (WaitlistStatus.WAITING, WaitlistStatus.OFFERED):
        assert refused(lambda s=status: call.check_joining((replace(waiting(), status=s),))) == "waiting_already"  # type: ignore[misc]
    past = replace(call, wanted=Interval(NOW - timedelta(days=2), NOW))
    assert refused(lambda: past.check_joining(())) == "wish_past"


def test_a_time_is_offered_to_whoever_would_come_then() -> None:
    entry = waiting(days=1)
    assert entry.takes(NOW)
    assert not entry.takes(NOW + timedelta(days=1))
    assert not entry.takes(NOW - timedelta(minutes=15))
    assert not entry.offered(offer()).takes(NOW)


def test_there_is_one_offer_at_a_time_and_it_ends() -> None:
    offered = waiting().offered(offer())
    assert refused(lambda: offered.offered(offer())) == "wrong_state"
    assert refused(offered.left) == "offer_open"
    again = offered.passed_on()
    assert (again.status, again.offer, again.joined_at) == (WaitlistStatus.WAITING, None, NOW)
    assert again.left().status is WaitlistStatus.LEFT
    assert refused(again.left().left) == "wrong_state"
    booked = offered.accepted()
    assert booked.status is WaitlistStatus.BOOKED
    assert refused(booked.passed_on) == "wrong_state"


def test_who_has_waited_in_vain_is_off_the_list_and_not_while_they_think_about_an_offer() -> None:
    entry = waiting(days=1)
    assert entry.ends_at == NOW + timedelta(days=1)
    assert entry.offered(offer()).ends_at is None
    over = entry.over()
    assert (over.status, over.open, over.ends_at) == (WaitlistStatus.OVER, False, None)
    waiting().check_joining((over,))


def test_at_short_notice_somebody_calls_before_it_is_booked() -> None:
    offered = waiting(VisitKind.DOSING).offered(offer(call_first=True))
    assert refused(offered.accepted) == "call_first"
    assert offered.called(now=NOW).accepted().status is WaitlistStatus.BOOKED
    assert refused(lambda: waiting().called(now=NOW)) == "no_offer"


@pytest.mark.parametrize(
    ("kind", "left", "first"),
    [
        (VisitKind.DOSING, timedelta(hours=12), False),
        (VisitKind.DOSING, timedelta(hours=11, minutes=45), True),
        (VisitKind.INTEGRATION, timedelta(hours=2), False),
    ],
)
def test_only_a_dose_within_twelve_hours_wants_a_call(kind: VisitKind, left: timedelta, first: bool) -> None:
    assert POLICY.call_first(kind, NOW + left, now=NOW) is first


@pytest.mark.parametrize(
    ("left", "to_answer"),
    [
        (timedelta(days=3), timedelta(hours=2)),
        (timedelta(hours=8), timedelta(hours=2)),
        (timedelta(hours=4), timedelta(hours=1)),
        (timedelta(hours=1), timedelta(minutes=15)),
    ],
)
def test_an_offer_stands_two_hours_or_a_quarter_of_what_is_left(left: timedelta, to_answer: timedelta) -> None:
    assert POLICY.offered_until(NOW + left, now=NOW) == NOW + to_answer


@pytest.mark.parametrize(
    ("now", "asking"),
    [
        (local(23, 9), local(23, 9)),
        (local(23, 20, 59), local(23, 20, 59)),
        (local(23, 21), local(24, 8)),
        (local(23, 23, 59), local(24, 8)),
        (local(24, 0), local(24, 8)),
        (local(24, 7, 59), local(24, 8)),
        (local(7, 22, month=3), local(8, 8, month=3)),
        (local(31, 22, month=10), local(1, 8, month=11)),
        (local(1, 1, 30, month=11) + timedelta(hours=1), local(1, 8, month=11)),
    ],
    ids=["day", "evening", "night", "late", "midnight", "early", "a short night", "a long night", "its second hour"],
)
def test_nobody_is_asked_at_night(now: datetime, asking: datetime) -> None:
    assert POLICY.asking_from(now, ZONE) == asking


def test_what_is_cancelled_or_moved_gives_up_a_time_and_nothing_else_does() -> None:
    visit = replace(a_booked_visit(), facts=())
    now = visit.starts_at

    def moved(minutes: int, modality: Modality = Modality.PHONE) -> Appointment:
        slot = replace(a_slot(now + timedelta(minutes=minutes)), modality=modality)
        return visit.reschedule(slot, by=BookedBy.STAFF, policy=POLICY, now=NOW)

    assert freed_by(visit.cancel(CancelReason.OTHER, asked_by=BookedBy.STAFF, now=NOW)) == now
    assert freed_by(moved(60)) == now
    assert freed_by(moved(0, Modality.VIDEO)) is None
    assert freed_by(visit.miss(now=now)) is None
    assert freed_by(visit.arrive(POLICY, now=NOW)) is None


def test_a_freed_time_goes_down_the_list_once() -> None:
    freed = FreedTime(
        id=FreedTimeId("f1"),
        given_up=AppointmentId("a1"),
        kind=VisitKind.INFO_CALL,
        starts_at=local(24, 10),
        freed_at=NOW,
        due_at=NOW,
    )
    assert (freed.passed("a").due_at, freed.passed("a").asked_until) == (NOW, "a")
    offered = freed.passed("a").offered("b")
    assert (offered.due_at, offered.asked_until) == (None, "b")
    assert (offered.put_off(NOW).due_at, offered.put_off(NOW).asked_until) == (NOW, "b")
    assert offered.put_off(NOW).closed().due_at is None
