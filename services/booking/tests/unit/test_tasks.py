"""What somebody has to see to about a visit, and from when on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from booking.domain.appointments import Appointment
from booking.domain.cancellations import CancelReason
from booking.domain.care_path import CarePath
from booking.domain.ids import PatientId
from booking.domain.states import BookedBy
from booking.domain.tasks import TaskKind, VisitTask, task_of
from booking.domain.untold import News, told_by_hand
from booking.domain.visits import Disposition, Ground, HoldCause, HoldReason, VisitKind
from careflow_domain.errors import DomainError
from services.booking.tests.builders import NOW, POLICY, a_booked_visit, local

VISIT = replace(a_booked_visit(starts_at=local(24, 10)), facts=())
ALERT = Ground(HoldCause.SAFETY_ALERT, HoldReason.CLINICAL, "a1")


def test_who_is_a_quarter_of_an_hour_late_is_called() -> None:
    assert task_of(VISIT, POLICY) == VisitTask(TaskKind.CALL_PATIENT, local(24, 10, 15))


def test_what_nobody_marked_is_marked_afterwards() -> None:
    assert task_of(VISIT.left_unmarked(), POLICY) == VisitTask(TaskKind.MARK_VISIT, local(25, 0))


def test_how_a_consultation_ended_is_said_once_its_day_is_over() -> None:
    """Of a treatment visit its session says so."""
    there = VISIT.arrive(POLICY, now=VISIT.starts_at)
    assert task_of(there, POLICY) == VisitTask(TaskKind.END_CONSULTATION, local(25, 0))
    assert task_of(there.complete(Disposition.PROCEED, now=VISIT.starts_at), POLICY) is None
    treated = replace(VISIT, kind=VisitKind.DOSING).arrive(POLICY, now=VISIT.starts_at)
    assert task_of(treated, POLICY) is None


def test_a_hold_is_settled_by_a_person_once_it_is_too_near_to_be_called_off_by_itself() -> None:
    early = VISIT.waiting_for((ALERT,), POLICY, now=NOW)
    assert task_of(early, POLICY) is None
    near = local(24, 9)
    late = VISIT.waiting_for((ALERT,), POLICY, now=near)
    assert task_of(late, POLICY) == VisitTask(TaskKind.SETTLE_HOLD, near)


def test_what_is_over_or_under_way_needs_nobody() -> None:
    start = VISIT.starts_at
    for over in (
        replace(VISIT, kind=VisitKind.INTEGRATION).arrive(POLICY, now=start),
        VISIT.miss(now=start + timedelta(minutes=20)),
        VISIT.cancel(CancelReason.OTHER, asked_by=BookedBy.STAFF, now=NOW),
    ):
        assert task_of(over, POLICY) is None


DUE = local(24, 10, 15)
"""When the patient of the visit is to be called."""
LEFT = DUE + POLICY.task_taken_for


def holder(visit: Appointment, at: object = DUE) -> str | None:
    taken = visit.seen_to(POLICY, now=at)  # type: ignore[arg-type]  # an instant
    return taken.by if taken else None


def refused(code: str, change: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError, match=code) as met:
        change()
    return met.value


def test_one_person_at_a_time_sees_to_it_and_whoever_is_second_is_told_who() -> None:
    taken = VISIT.take(POLICY, by="kim", now=DUE)
    assert (holder(VISIT), holder(taken)) == (None, "kim")
    told = refused("task_taken", lambda: taken.take(POLICY, by="lou", now=DUE))
    assert told.extra == {"taken_by": "kim", "taken_at": DUE, "taken_until": LEFT}
    refused("task_taken", lambda: taken.give_back(POLICY, by="lou", now=DUE))
    refused("task_taken", lambda: taken.hand_over(POLICY, by="lou", to="lou", now=DUE))
    assert holder(taken.give_back(POLICY, by="kim", now=DUE)) is None
    assert holder(taken.hand_over(POLICY, by="kim", to="lou", now=DUE)) == "lou"
    assert holder(VISIT.hand_over(POLICY, by="kim", to="lou", now=DUE)) == "lou"


def test_whoever_takes_it_and_leaves_it_has_it_no_more() -> None:
    taken = VISIT.take(POLICY, by="kim", now=DUE)
    assert holder(taken, LEFT - timedelta(seconds=1)) == "kim"
    assert holder(taken, LEFT) is None
    refused("task_not_taken", lambda: taken.give_back(POLICY, by="kim", now=LEFT))
    assert holder(taken.take(POLICY, by="lou", now=LEFT), LEFT) == "lou"
    again = taken.take(POLICY, by="kim", now=LEFT - timedelta(minutes=1))
    assert holder(again, LEFT) == "kim"


def test_what_is_to_be_done_later_is_another_task_and_nobodys() -> None:
    taken = VISIT.take(POLICY, by="kim", now=DUE)
    late = local(24, 23, 50)
    kept = VISIT.take(POLICY, by="kim", now=late)
    assert holder(kept, local(24, 23, 59)) == "kim"
    assert holder(kept.left_unmarked(), local(25, 0)) is None
    assert holder(taken.waiting_for((ALERT,), POLICY, now=DUE + timedelta(minutes=1)), DUE) is None


def test_where_nothing_is_to_be_done_there_is_nothing_to_take() -> None:
    refused("no_task", lambda: VISIT.take(POLICY, by="kim", now=DUE - timedelta(seconds=1)))
    refused("no_task", lambda: VISIT.give_back(POLICY, by="kim", now=NOW))
    arrived = VISIT.arrive(POLICY, now=VISIT.starts_at)
    refused("no_task", lambda: arrived.hand_over(POLICY, by="kim", to="lou", now=DUE))


PATH = CarePath(id=PatientId("ana"))
UNTOLD = PATH.account_told(DUE, now=DUE)


def caller(path: CarePath, at: datetime = DUE) -> str | None:
    taken = path.seen_to(POLICY, now=at)
    return taken.by if taken else None


def test_who_tells_a_patient_what_no_message_could_says_so_and_has_it_until_they_are_told() -> None:
    refused("no_task", lambda: PATH.take(POLICY, by="kim", now=DUE))
    taken = UNTOLD.take(POLICY, by="kim", now=DUE)
    refused("task_taken", lambda: taken.hand_over(POLICY, by="lou", to="lou", now=DUE))
    assert caller(taken.hand_over(POLICY, by="kim", to="lou", now=DUE)) == "lou"
    assert (caller(taken), caller(taken, LEFT)) == ("kim", None)
    told = told_by_hand(taken, News.ACCOUNT, now=DUE)
    assert caller(told) is None
    later = DUE + timedelta(minutes=1)
    assert caller(told.account_told(later, now=later), later) is None, "what came up later is nobody's"


def test_who_tells_a_patient_makes_nothing_stale_and_is_not_forgotten_as_they_begin_anew() -> None:
    taken = UNTOLD.take(POLICY, by="kim", now=DUE)
    taken.check_seen(UNTOLD.version)
    closed = taken.denied(now=DUE)
    refused("stale_version", lambda: closed.check_seen(UNTOLD.version))
    assert caller(closed.note_visit(VISIT, now=DUE)) == "kim"


def test_who_sees_to_it_makes_nothing_stale() -> None:
    taken = VISIT.take(POLICY, by="kim", now=DUE)
    taken.check_seen(VISIT.version)
    with pytest.raises(DomainError, match="stale_version"):
        taken.left_unmarked().check_seen(VISIT.version)
