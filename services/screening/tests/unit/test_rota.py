"""The on-call rota: who is asked, where it has gaps, and which rotas are refused."""

from datetime import datetime

import pytest

from careflow_domain.errors import DomainError
from screening.domain.ids import StaffId
from screening.domain.rota import Channel, ChannelKind, Gap, Responder, Rota, Shift
from services.screening.tests.builders import (
    DIRECTOR,
    NOW,
    NURSE,
    PRESCRIBER,
    days,
    minutes,
    responder,
    rota,
)

TOLD = (days(3), days(1))


def shift(starts_at: datetime, ends_at: datetime, on_call: StaffId = NURSE, backup: StaffId | None = None) -> Shift:
    return Shift(starts_at=starts_at, ends_at=ends_at, on_call=on_call, backup=backup)


def test_the_chain_names_nobody_twice() -> None:
    directors_own_shift = shift(NOW, NOW + days(1), on_call=DIRECTOR, backup=PRESCRIBER)
    assert rota(directors_own_shift).chain_at(NOW) == (DIRECTOR, PRESCRIBER)


def test_a_moment_no_shift_covers_falls_to_the_medical_director() -> None:
    assert rota(shift(NOW, NOW + days(1))).chain_at(NOW + days(1)) == (DIRECTOR,)


def test_the_next_shift_takes_over_at_the_minute() -> None:
    both = rota(shift(NOW, NOW + days(1)), shift(NOW + days(1), NOW + days(2), on_call=PRESCRIBER))
    assert both.chain_at(NOW + days(1) - minutes(1))[0] == NURSE
    assert both.chain_at(NOW + days(1))[0] == PRESCRIBER


@pytest.mark.parametrize(
    ("shifts", "gap"),
    [
        ((shift(NOW - days(1), NOW + days(9)),), NOW + days(9)),
        ((shift(NOW, NOW + days(2)), shift(NOW + days(2), NOW + days(4))), NOW + days(4)),
        ((shift(NOW, NOW + days(1)), shift(NOW + days(2), NOW + days(9))), NOW + days(1)),
        ((shift(NOW - days(9), NOW - days(1)),), NOW),
        ((shift(NOW + minutes(5), NOW + days(9)),), NOW),
        ((), NOW),
    ],
    ids=["after the last shift", "after two that touch", "hole in the middle", "all over", "not yet begun", "empty"],
)
def test_staff_hear_of_the_first_gap_three_days_before_it(shifts: tuple[Shift, ...], gap: datetime) -> None:
    drawn = rota(*shifts, empty=not shifts)
    assert drawn.gap_due_at(TOLD) == gap - days(3)


def test_staff_hear_of_each_gap_twice() -> None:
    """A task that was ticked off puts nobody on call; and behind one gap there is another."""
    drawn = rota(shift(NOW, NOW + days(10)), shift(NOW + days(20), NOW + days(30)))
    heard: list[tuple[datetime, Gap | None]] = []
    while due_at := drawn.gap_due_at(TOLD):
        drawn, gap = drawn.telling_of_gaps(TOLD, now=due_at)
        heard.append((due_at, gap))
    first, last = Gap(starts_at=NOW + days(10), ends_at=NOW + days(20)), Gap(starts_at=NOW + days(30), ends_at=None)
    assert heard == [
        (NOW + days(7), first),
        (NOW + days(9), first),
        (NOW + days(27), last),
        (NOW + days(29), last),
    ]


def test_nobody_hears_of_a_gap_before_its_time_nor_of_one_that_is_over() -> None:
    drawn = rota(shift(NOW, NOW + days(10)), shift(NOW + days(11), NOW + days(99)))
    assert drawn.telling_of_gaps(TOLD, now=NOW + days(7) - minutes(1)) == (drawn, None)
    late, gap = drawn.telling_of_gaps(TOLD, now=NOW + days(12))
    assert (gap, late.gap_due_at(TOLD)) == (None, NOW + days(96))


def test_what_is_left_of_a_gap_is_listed_first() -> None:
    drawn = rota(shift(NOW + days(2), NOW + days(3)), shift(NOW + days(3), NOW + days(4)))
    assert drawn.gaps(NOW + days(1)) == (
        Gap(starts_at=NOW + days(1), ends_at=NOW + days(2)),
        Gap(starts_at=NOW + days(4), ends_at=None),
    )


def test_redrawing_keeps_the_identity_and_raises_the_version() -> None:
    first = rota()
    second = first.redrawn(rota(shift(NOW, NOW + days(1), on_call=PRESCRIBER)))
    assert (second.id, second.version) == (first.id, first.version + 1)
    assert second.chain_at(NOW)[0] == PRESCRIBER
    told, _ = first.telling_of_gaps(TOLD, now=NOW + days(99))
    assert (told.told != (), told.redrawn(second).told) == (True, ())


@pytest.mark.parametrize(
    ("shifts", "code"),
    [
        ((shift(NOW, NOW),), "shift_times_invalid"),
        ((shift(NOW, NOW + days(2)), shift(NOW + days(1), NOW + days(3))), "shifts_overlap"),
        ((shift(NOW, NOW + days(1), on_call=StaffId("stranger")),), "unknown_responder"),
        ((shift(NOW, NOW + days(1), backup=StaffId("stranger")),), "unknown_responder"),
    ],
)
def test_a_rota_that_cannot_be_followed_is_refused(shifts: tuple[Shift, ...], code: str) -> None:
    with pytest.raises(DomainError) as refused:
        rota(*shifts)
    assert refused.value.code == code


def test_email_alone_is_not_enough_to_be_on_call() -> None:
    two_mailboxes = Responder(
        id=DIRECTOR,
        channels=(
            Channel(kind=ChannelKind.EMAIL, address="one@clinic.example"),
            Channel(kind=ChannelKind.EMAIL, address="two@clinic.example"),
        ),
    )
    assert refusal(two_mailboxes) == ("too_few_channels", sorted(ChannelKind))


def test_whom_the_clinics_channels_do_not_reach_cannot_be_on_call() -> None:
    by_push_and_mail = Responder(
        id=DIRECTOR,
        channels=(
            Channel(kind=ChannelKind.PUSH, address="device"),
            Channel(kind=ChannelKind.EMAIL, address="one@clinic.example"),
            Channel(kind=ChannelKind.SMS, address="+14155550100"),
        ),
    )
    assert refusal(by_push_and_mail, ChannelKind.SMS, ChannelKind.VOICE) == ("too_few_channels", ["sms", "voice"])
    drawn = drawn_up(by_push_and_mail, ChannelKind.SMS, ChannelKind.PUSH)
    assert drawn.unreachable({ChannelKind.SMS, ChannelKind.VOICE}) == (DIRECTOR,)
    assert drawn.unreachable({ChannelKind.EMAIL, ChannelKind.PUSH}) == ()


def test_somebody_is_asked_when_nobody_else_answers() -> None:
    with pytest.raises(DomainError) as refused:
        drawn_up(responder(DIRECTOR), *ChannelKind, prescribers=())
    assert refused.value.code == "prescribers_missing"


def drawn_up(somebody: Responder, *channels: ChannelKind, prescribers: tuple[StaffId, ...] = (DIRECTOR,)) -> Rota:
    return Rota.drawn_up(
        responders=(somebody,),
        shifts=(),
        medical_director=DIRECTOR,
        prescribers=prescribers,
        reachable_by=channels,
        now=NOW,
    )


def refusal(somebody: Responder, *channels: ChannelKind) -> tuple[str, object]:
    with pytest.raises(DomainError) as refused:
        drawn_up(somebody, *(channels or tuple(ChannelKind)))
    return refused.value.code, refused.value.extra["channels"]
