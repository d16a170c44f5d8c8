"""A session's life: which step follows which, and what booking's word changes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import (
    ANA,
    APPOINTMENT,
    MILL_VALLEY,
    NOW,
    NURSE,
    POLICY,
    SESSION,
    appointment,
    arrived,
    checked,
    checks,
    hours,
    order,
)
from services.sessions.tests.course_builders import question
from sessions.domain.appointments import AppointmentStatus
from sessions.domain.booked_sessions import appointment_became, scheduled
from sessions.domain.checks import Checks
from sessions.domain.distance import is_at_a_distance
from sessions.domain.dosing import dose_ended, must_allow_draw
from sessions.domain.endings import SessionCompleted, aborted, completed
from sessions.domain.gate import Gate
from sessions.domain.gate_items import examine
from sessions.domain.ids import PatientId
from sessions.domain.infusion import Step, StepKind
from sessions.domain.service_lines import BillableServices
from sessions.domain.sessions import Session, SessionCheckedIn, SessionStarted
from sessions.domain.states import Outcome, SessionState
from sessions.domain.units import NOTHING, Millilitres, milligrams
from sessions.domain.words import Modality, VisitKind

END = Step(kind=StepKind.ENDED, infused=Millilitres.none(), by=NURSE, at=NOW)
NOTHING_BILLED = BillableServices(revision=1, lines=(), by=NURSE, at=NOW)


def open_gate() -> Gate:
    return examine(question())


def started() -> Session:
    return checked().cleared(open_gate(), ()).started(open_gate(), now=NOW)


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (lambda: arrived().arrived(now=NOW), "wrong_state"),
        (lambda: arrived().cleared(open_gate(), ()), "wrong_state"),
        (lambda: arrived().started(open_gate(), now=NOW), "wrong_state"),
        (lambda: checked().started(open_gate(), now=NOW), "wrong_state"),
        (lambda: checked().cleared(open_gate(), ()).started(None, now=NOW), "dose_gate_closed"),
        (lambda: completed(started(), NOTHING_BILLED, now=NOW), "wrong_state"),
        (lambda: dose_ended(started(), None, END, POLICY.infusion.tolerance), "no_dose_running"),
        (lambda: aborted(started(), Outcome.STOPPED, " ", NOTHING_BILLED, now=NOW), "reason_missing"),
        (lambda: arrived(VisitKind.PREPARATION).checked(checks(), now=NOW), "not_a_dosing_session"),
        (lambda: arrived(VisitKind.INTEGRATION).ordered(order()), "not_a_dosing_session"),
        (lambda: arrived().checked(Checks(), now=NOW), "checks_empty"),
        (lambda: arrived().converted(VisitKind.INTEGRATION, patient_agreed=True), "wrong_state"),
    ],
)
def test_a_step_out_of_turn_is_refused(step: Callable[[], Session], code: str) -> None:
    with pytest.raises(DomainError, match=code):
        step()


def test_a_check_after_clearing_asks_for_clearing_again() -> None:
    again = checked().cleared(open_gate(), ()).checked(checks(), now=NOW)

    assert (again.state, again.gate) == (SessionState.CHECKED, None)


def test_a_therapy_hour_needs_no_gate() -> None:
    begun = arrived(VisitKind.PREPARATION).started(None, now=NOW)
    hour = completed(begun, NOTHING_BILLED, now=NOW + hours(1))

    assert (hour.state, hour.outcome) == (SessionState.COMPLETED, Outcome.COMPLETED)
    assert [type(fact) for fact in hour.facts] == [
        SessionCheckedIn,
        SessionStarted,
        SessionCompleted,
    ]


def test_an_older_word_of_booking_changes_nothing() -> None:
    session = scheduled(SESSION, appointment(version=3))

    assert appointment_became(session, appointment(version=2, starts_at=NOW + hours(5))) is session


def test_an_arrival_recorded_here_and_heard_back_is_no_new_version() -> None:
    session = arrived()
    assert appointment_became(session, appointment(status=AppointmentStatus.ARRIVED, version=2)) is session


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (AppointmentStatus.BOOKED, SessionState.SCHEDULED),
        (AppointmentStatus.ARRIVED, SessionState.ARRIVED),
        (AppointmentStatus.CANCELLED, SessionState.CANCELLED),
        (AppointmentStatus.MISSED, SessionState.MISSED),
    ],
)
def test_the_first_word_heard_of_an_appointment_makes_its_session(
    status: AppointmentStatus, state: SessionState
) -> None:
    session = scheduled(SESSION, appointment(status=status, version=4))

    assert (session.state, session.version) == (state, 1)


def test_a_visit_that_was_marked_missed_may_be_corrected() -> None:
    missed = scheduled(SESSION, appointment(status=AppointmentStatus.MISSED))

    assert appointment_became(missed, appointment(version=2)).state is SessionState.SCHEDULED


def test_who_was_marked_missed_and_came_is_checked_in() -> None:
    missed = scheduled(SESSION, appointment(status=AppointmentStatus.MISSED, version=2))
    corrected = appointment_became(missed, appointment(status=AppointmentStatus.ARRIVED, version=3))

    assert corrected.state is SessionState.ARRIVED
    assert isinstance(corrected.facts[-1], SessionCheckedIn)


def test_once_it_has_begun_booking_does_not_cancel_it() -> None:
    cancelled = appointment_became(started(), appointment(status=AppointmentStatus.CANCELLED, version=9))

    assert cancelled.state is SessionState.IN_PROGRESS


def test_a_session_opened_early_is_filled_in_when_booking_is_heard() -> None:
    opened = Session.opened(SESSION, APPOINTMENT, ANA, VisitKind.DOSING, MILL_VALLEY).arrived(now=NOW)
    filled = appointment_became(opened, appointment())

    assert (filled.id, filled.state, filled.starts_at) == (SESSION, SessionState.ARRIVED, NOW)
    assert filled.providers


@pytest.mark.parametrize("mistake", [{"patient_id": PatientId("somebody-else")}, {"kind": VisitKind.PREPARATION}])
def test_a_session_opened_for_somebody_or_something_else_than_booked_begins_anew(mistake: dict[str, Any]) -> None:
    by_hand: dict[str, Any] = {"patient_id": ANA, "kind": VisitKind.DOSING, **mistake}
    opened = Session.opened(SESSION, APPOINTMENT, by_hand["patient_id"], by_hand["kind"], MILL_VALLEY)
    corrected = appointment_became(opened.arrived(now=NOW), appointment())

    assert (corrected.patient_id, corrected.kind, corrected.booked_kind) == (ANA, VisitKind.DOSING, VisitKind.DOSING)
    assert (corrected.state, corrected.version, corrected.facts) == (SessionState.SCHEDULED, 3, ())


def test_a_session_under_way_keeps_the_patient_it_was_opened_for() -> None:
    somebody = PatientId("somebody-else")
    here = Modality.IN_PERSON
    opened = Session.opened(SESSION, APPOINTMENT, somebody, VisitKind.INTEGRATION, MILL_VALLEY, here)
    begun = opened.arrived(now=NOW).started(None, now=NOW)

    assert appointment_became(begun, appointment()).patient_id == "somebody-else"


def opened_here(modality: Modality | None, kind: VisitKind = VisitKind.INTEGRATION) -> Session:
    return Session.opened(SESSION, APPOINTMENT, ANA, kind, MILL_VALLEY, modality).arrived(now=NOW)


def test_an_hour_of_which_nobody_said_how_it_is_held_counts_as_one_at_a_distance() -> None:
    unsaid = opened_here(None)
    assert is_at_a_distance(unsaid)
    with pytest.raises(DomainError, match="telehealth_not_ready"):
        unsaid.started(None, now=NOW)

    heard = appointment_became(unsaid, appointment(kind=VisitKind.INTEGRATION))
    assert not is_at_a_distance(heard)
    assert heard.started(None, now=NOW).state is SessionState.IN_PROGRESS


@pytest.mark.parametrize("modality", [Modality.VIDEO, Modality.PHONE])
def test_no_dose_is_opened_at_a_distance_and_one_of_which_nothing_is_said_is_in_the_room(modality: Modality) -> None:
    with pytest.raises(DomainError, match="dosing_at_a_distance"):
        opened_here(modality, VisitKind.DOSING)

    assert opened_here(None, VisitKind.DOSING).held is Modality.IN_PERSON


def test_booking_says_how_an_hour_is_held_until_it_has_begun_as_somebody_said() -> None:
    by_video = replace(appointment(kind=VisitKind.INTEGRATION), modality=Modality.VIDEO)
    here = opened_here(Modality.IN_PERSON)

    assert appointment_became(here, by_video).modality is Modality.VIDEO
    assert appointment_became(here.started(None, now=NOW), by_video).modality is Modality.IN_PERSON


def test_a_word_for_how_it_is_held_that_is_not_known_here_is_no_room() -> None:
    newer = replace(appointment(kind=VisitKind.INTEGRATION), modality=None)

    assert is_at_a_distance(scheduled(SESSION, newer))
    assert scheduled(SESSION, replace(appointment(), modality=None)).held is Modality.IN_PERSON


@pytest.mark.parametrize(
    ("session", "code"),
    [
        (arrived(VisitKind.PREPARATION), "not_a_dosing_session"),
        (appointment_became(arrived(), appointment(status=AppointmentStatus.CANCELLED, version=2)), "wrong_state"),
    ],
)
def test_nothing_is_drawn_up_for_a_session_without_a_dose(session: Session, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        must_allow_draw(session, milligrams(1), NOTHING)
