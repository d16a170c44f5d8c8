"""An appointment's life, in the clinic's words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from booking.domain.appointments import Appointment, AppointmentBooked, AppointmentCancelled, AppointmentRescheduled
from booking.domain.attendance import AppointmentArrived, AppointmentCompleted, AppointmentCorrected, AppointmentMissed
from booking.domain.cancellations import CancelledBy, CancelReason
from booking.domain.states import BookedBy, Status
from booking.domain.visits import Disposition, VisitKind
from careflow_domain.errors import DomainError, ErrorKind
from services.booking.tests.builders import NOW, POLICY, a_booked_visit, a_slot, a_visit

IN_TWO_HOURS = NOW + timedelta(hours=2)
IN_FIVE_DAYS = NOW + timedelta(days=5)
PATIENT, STAFF = BookedBy.PATIENT, BookedBy.STAFF


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as error:
        act()
    return error.value.code


def an_arrived_visit(kind: VisitKind = VisitKind.INFO_CALL) -> Appointment:
    return a_booked_visit(kind).arrive(POLICY, now=IN_TWO_HOURS)


def test_a_hold_is_kept_for_ten_minutes_and_says_nothing() -> None:
    hold = Appointment.held(a_visit(), POLICY, now=NOW)
    assert (hold.status, hold.held_until, hold.version, hold.facts) == (
        Status.HELD,
        NOW + timedelta(minutes=10),
        1,
        (),
    )


def test_a_hold_becomes_the_appointment_it_was_held_for() -> None:
    hold = Appointment.held(a_visit(), POLICY, now=NOW)
    booked = hold.book(by=PATIENT, now=NOW + timedelta(minutes=9))
    assert (booked.id, booked.status, booked.version, booked.held_until) == (hold.id, Status.BOOKED, 2, None)
    (fact,) = booked.facts
    assert isinstance(fact, AppointmentBooked)
    assert (fact.appointment, fact.by) == (booked, PATIENT)


def test_a_hold_that_ran_out_is_gone() -> None:
    hold = Appointment.held(a_visit(), POLICY, now=NOW)
    with pytest.raises(DomainError) as error:
        hold.book(by=PATIENT, now=NOW + timedelta(minutes=10))
    assert (error.value.kind, error.value.code) == (ErrorKind.GONE, "hold_expired")
    assert hold.lapse().status is Status.LAPSED
    assert hold.lapse().facts == ()


def test_a_move_keeps_the_identity_and_raises_the_version() -> None:
    before = a_booked_visit(starts_at=IN_FIVE_DAYS)
    slot = a_slot(IN_FIVE_DAYS + timedelta(hours=1))
    after = before.reschedule(slot, by=PATIENT, policy=POLICY, now=NOW)
    assert (after.id, after.version, after.status, after.slot) == (before.id, 2, Status.BOOKED, slot)
    fact = after.facts[-1]
    assert isinstance(fact, AppointmentRescheduled)
    assert (fact.previous_starts_at, fact.notice_minutes, fact.by) == (IN_FIVE_DAYS, 5 * 24 * 60, PATIENT)
    assert (after.first_notice_minutes, after.late_moves) == (None, ())


def test_moving_late_and_then_cancelling_early_counts_the_first_notice() -> None:
    moved = a_booked_visit(starts_at=IN_TWO_HOURS).reschedule(
        a_slot(IN_FIVE_DAYS), by=PATIENT, policy=POLICY, now=NOW + timedelta(hours=1)
    )
    assert (moved.first_notice_minutes, len(moved.late_moves)) == (60, 1)
    cancelled = moved.cancel(CancelReason.PATIENT_REQUEST, asked_by=PATIENT, now=NOW + timedelta(hours=2))
    fact = cancelled.facts[-1]
    assert isinstance(fact, AppointmentCancelled)
    assert (fact.by, fact.reason, fact.notice_minutes) == (CancelledBy.PATIENT, CancelReason.PATIENT_REQUEST, 60)


def test_a_second_late_move_within_ninety_days_is_the_coordinators() -> None:
    moved = a_booked_visit().reschedule(a_slot(NOW + timedelta(hours=30)), by=PATIENT, policy=POLICY, now=NOW)
    again = a_slot(IN_FIVE_DAYS)
    late = NOW + timedelta(hours=1)
    assert (
        refused(lambda: moved.reschedule(again, by=PATIENT, policy=POLICY, now=late)) == "late_move_needs_coordinator"
    )
    assert moved.reschedule(again, by=STAFF, policy=POLICY, now=late).late_moves == moved.late_moves
    long_ago = replace(moved, late_moves=(NOW - timedelta(days=91),))
    assert len(long_ago.reschedule(again, by=PATIENT, policy=POLICY, now=late).late_moves) == 2


def test_what_nobody_could_give_the_patient_neither_loses_nor_misses() -> None:
    """The therapist is away, or the room is closed: it is the clinic that could not keep it, whoever calls it off."""
    visit = a_booked_visit().found_fit(False, now=NOW)
    for asked_by in (PATIENT, STAFF):
        off = visit.cancel(CancelReason.PATIENT_REQUEST, asked_by=asked_by, now=NOW)
        assert off.cancellation is not None
        assert off.cancellation.by is CancelledBy.CLINIC
    moved = visit.reschedule(a_slot(IN_FIVE_DAYS), by=PATIENT, policy=POLICY, now=NOW)
    assert (moved.late_moves, moved.first_notice_minutes) == ((), None)
    assert refused(lambda: visit.miss(now=IN_TWO_HOURS)) == "cannot_be_given"
    given_again = visit.found_fit(True, now=NOW)
    assert given_again.cancel(CancelReason.PATIENT_REQUEST, asked_by=PATIENT, now=NOW).cancellation != off.cancellation
    assert given_again.miss(now=IN_TWO_HOURS).status is Status.MISSED


def test_moving_it_to_where_it_is_is_refused() -> None:
    booked = a_booked_visit()
    assert refused(lambda: booked.reschedule(booked.slot, by=STAFF, policy=POLICY, now=NOW)) == "same_slot"


@pytest.mark.parametrize(
    "act",
    [
        lambda visit: visit.reschedule(a_slot(IN_FIVE_DAYS), by=STAFF, policy=POLICY, now=IN_TWO_HOURS),
        lambda visit: visit.cancel(CancelReason.PATIENT_REQUEST, asked_by=PATIENT, now=IN_TWO_HOURS),
    ],
    ids=["move", "cancel"],
)
def test_once_its_time_has_come_it_is_too_late(act: Callable[[Appointment], object]) -> None:
    assert refused(lambda: act(a_booked_visit())) == "visit_started"


def test_the_clinic_can_cancel_at_any_time_and_the_notice_is_never_negative() -> None:
    cancelled = a_booked_visit().cancel(
        CancelReason.PROVIDER_UNAVAILABLE, asked_by=STAFF, now=IN_TWO_HOURS + timedelta(hours=1)
    )
    assert cancelled.cancellation is not None
    assert cancelled.cancellation.notice_minutes == 0


@pytest.mark.parametrize(
    ("reason", "asked_by", "whose"),
    [
        (CancelReason.PATIENT_REQUEST, PATIENT, CancelledBy.PATIENT),
        (CancelReason.CLINIC_CLOSED, PATIENT, CancelledBy.PATIENT),
        (CancelReason.PATIENT_REQUEST, STAFF, CancelledBy.PATIENT),
        (CancelReason.CLINIC_CLOSED, STAFF, CancelledBy.CLINIC),
        (CancelReason.HOLD_NOT_RELEASED, STAFF, CancelledBy.CLINICAL_HOLD),
    ],
)
def test_whose_cancellation_it_is(reason: CancelReason, asked_by: BookedBy, whose: CancelledBy) -> None:
    cancelled = a_booked_visit().cancel(reason, asked_by=asked_by, now=NOW)
    assert cancelled.cancellation is not None
    assert cancelled.cancellation.by is whose


def test_the_patient_can_arrive_two_hours_early_but_not_on_another_day() -> None:
    assert isinstance(an_arrived_visit().facts[-1], AppointmentArrived)
    tomorrow = a_booked_visit(starts_at=NOW + timedelta(days=1))
    assert refused(lambda: tomorrow.arrive(POLICY, now=NOW)) == "too_early_to_arrive"


@pytest.mark.parametrize(
    ("kind", "disposition", "accepted"),
    [
        (VisitKind.INFO_CALL, Disposition.PROCEED, True),
        (VisitKind.INFO_CALL, Disposition.THINK_IT_OVER, True),
        (VisitKind.INFO_CALL, Disposition.NOT_A_FIT, True),
        (VisitKind.INFO_CALL, Disposition.REFER_OUT, True),
        (VisitKind.INFO_CALL, Disposition.COMPLETED, False),
        (VisitKind.EVALUATION, Disposition.COMPLETED, True),
        (VisitKind.EVALUATION, Disposition.CONTINUE_LATER, True),
        (VisitKind.EVALUATION, Disposition.REFER_OUT, True),
        (VisitKind.EVALUATION, Disposition.PROCEED, False),
    ],
)
def test_how_each_consultation_can_end(kind: VisitKind, disposition: Disposition, accepted: bool) -> None:
    visit = an_arrived_visit(kind)
    if not accepted:
        assert refused(lambda: visit.complete(disposition, now=IN_TWO_HOURS)) == "disposition_invalid"
        return
    done = visit.complete(disposition, now=IN_TWO_HOURS)
    assert (done.status, done.disposition) == (Status.FULFILLED, disposition)
    assert isinstance(done.facts[-1], AppointmentCompleted)


def test_a_treatment_visit_is_completed_by_its_session() -> None:
    dose = an_arrived_visit(VisitKind.DOSING)
    assert refused(lambda: dose.complete(Disposition.COMPLETED, now=IN_TWO_HOURS)) == "completed_by_sessions"


def test_a_visit_that_has_not_begun_is_neither_completed_nor_missed() -> None:
    before = IN_TWO_HOURS - timedelta(minutes=1)
    here = a_booked_visit().arrive(POLICY, now=before)
    assert refused(lambda: here.complete(Disposition.PROCEED, now=before)) == "visit_not_started"
    assert refused(lambda: a_booked_visit().miss(now=before)) == "visit_not_started"
    assert isinstance(a_booked_visit().miss(now=IN_TWO_HOURS).facts[-1], AppointmentMissed)


def test_who_was_marked_missed_and_came_has_arrived() -> None:
    missed = a_booked_visit().miss(now=IN_TWO_HOURS)
    corrected = missed.correct(now=IN_TWO_HOURS)
    assert (corrected.id, corrected.version, corrected.status) == (missed.id, missed.version + 1, Status.ARRIVED)
    fact = corrected.facts[-1]
    assert isinstance(fact, AppointmentCorrected)
    assert (fact.before, fact.appointment) == (Status.MISSED, corrected)


ACTS: dict[str, Callable[[Appointment, datetime], Appointment]] = {
    "book": lambda visit, now: visit.book(by=STAFF, now=now),
    "lapse": lambda visit, _: visit.lapse(),
    "reschedule": lambda visit, now: visit.reschedule(
        a_slot(visit.starts_at + timedelta(minutes=15)), by=STAFF, policy=POLICY, now=now
    ),
    "cancel": lambda visit, now: visit.cancel(CancelReason.OTHER, asked_by=STAFF, now=now),
    "arrive": lambda visit, now: visit.arrive(POLICY, now=now),
    "complete": lambda visit, now: visit.complete(Disposition.PROCEED, now=now),
    "miss": lambda visit, now: visit.miss(now=now),
    "correct": lambda visit, now: visit.correct(now=now),
}
FROM = {
    "book": Status.HELD,
    "lapse": Status.HELD,
    "reschedule": Status.BOOKED,
    "cancel": Status.BOOKED,
    "arrive": Status.BOOKED,
    "complete": Status.ARRIVED,
    "miss": Status.BOOKED,
    "correct": Status.MISSED,
}


class LifeOfAnAppointment(RuleBasedStateMachine):
    """Whatever is tried, in any order, at any time: only the transitions of the table happen, each raises the version
    by one.
    """

    visit: Appointment

    @initialize(held=st.booleans())
    def begin(self, held: bool) -> None:
        self.now = NOW
        self.visit = (
            Appointment.held(a_visit(), POLICY, now=NOW)
            if held
            else Appointment.booked(a_visit(), POLICY, by=PATIENT, now=NOW)
        )

    @rule(minutes=st.integers(1, 180))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(act=st.sampled_from(sorted(ACTS)))
    def somebody_acts(self, act: str) -> None:
        before = self.visit
        try:
            after = ACTS[act](before, self.now)
        except DomainError:
            return
        assert before.status is FROM[act]
        assert (after.id, after.patient_id, after.version) == (before.id, before.patient_id, before.version + 1)
        assert len(after.facts) - len(before.facts) == (act != "lapse")
        self.visit = after

    @invariant()
    def what_it_says_of_itself_is_consistent(self) -> None:
        assert (self.visit.status is Status.HELD) == (self.visit.held_until is not None)
        assert (self.visit.status is Status.CANCELLED) == (self.visit.cancellation is not None)
        assert (self.visit.status is Status.FULFILLED) == (self.visit.disposition is not None)


TestLifeOfAnAppointment = LifeOfAnAppointment.TestCase
TestLifeOfAnAppointment.settings = settings(max_examples=60, stateful_step_count=20)
