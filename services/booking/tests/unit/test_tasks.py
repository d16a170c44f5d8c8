"""What somebody has to see to about a visit, and from when on."""

from dataclasses import replace
from datetime import timedelta

from booking.domain.cancellations import CancelReason
from booking.domain.states import BookedBy
from booking.domain.tasks import TaskKind, VisitTask, task_of
from booking.domain.visits import Ground, HoldCause, HoldReason
from services.booking.tests.builders import NOW, POLICY, a_booked_visit, local

VISIT = replace(a_booked_visit(starts_at=local(24, 10)), facts=())
ALERT = Ground(HoldCause.SAFETY_ALERT, HoldReason.CLINICAL, "a1")


def test_who_is_a_quarter_of_an_hour_late_is_called() -> None:
    assert task_of(VISIT, POLICY) == VisitTask(TaskKind.CALL_PATIENT, local(24, 10, 15))


def test_what_nobody_marked_is_marked_afterwards() -> None:
    assert task_of(VISIT.left_unmarked(), POLICY) == VisitTask(TaskKind.MARK_VISIT, local(25, 0))


def test_a_hold_is_settled_by_a_person_once_it_is_too_near_to_be_called_off_by_itself() -> None:
    early = VISIT.waiting_for((ALERT,), POLICY, now=NOW)
    assert task_of(early, POLICY) is None
    near = local(24, 9)
    late = VISIT.waiting_for((ALERT,), POLICY, now=near)
    assert task_of(late, POLICY) == VisitTask(TaskKind.SETTLE_HOLD, near)


def test_what_is_over_or_under_way_needs_nobody() -> None:
    start = VISIT.starts_at
    for over in (
        VISIT.arrive(POLICY, now=start),
        VISIT.miss(now=start + timedelta(minutes=20)),
        VISIT.cancel(CancelReason.OTHER, asked_by=BookedBy.STAFF, now=NOW),
    ):
        assert task_of(over, POLICY) is None
