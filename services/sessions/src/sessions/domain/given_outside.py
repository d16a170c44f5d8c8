"""A dose that was given but could not be recorded, because the gate was closed by the time somebody came to it, is
written down as what it is.

Invariants: nothing is opened by it; it counts wherever a dose counts, from when it was given; what cannot have been is
refused, and so is what the ordinary way takes.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from careflow_domain.errors import conflict, invalid
from sessions.domain.adverse_events import Review
from sessions.domain.doses import Dose
from sessions.domain.dosing import DoseAdministered
from sessions.domain.endings import PatientLeftEarly
from sessions.domain.gate import Gate
from sessions.domain.ids import OutsideDoseId, PatientId
from sessions.domain.monitoring import Monitoring
from sessions.domain.outside_gate import OutsideGate
from sessions.domain.policy import SessionsPolicy
from sessions.domain.sessions import Session, SessionFact, SessionStarted
from sessions.domain.states import UNDER_WAY, Outcome, SessionState
from sessions.domain.what_happened import NOT_BEGUN, OVER, must_have_been_given, must_have_been_there
from sessions.domain.words import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseReviewFact(SessionFact):
    """`review_by` is when a prescriber is to have reviewed the dose."""

    patient_id: PatientId
    dose_id: OutsideDoseId
    review_by: datetime


T = TypeVar("T", bound=DoseReviewFact)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseReviewDue(DoseReviewFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseReviewCompleted(DoseReviewFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseReviewOverdue(DoseReviewFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The gate by what had been written down when the dose was given, and as it is now; each with the session it was
    asked of.
    """

    then: Gate
    session_then: Session
    now: Gate


def given_outside(
    session: Session, dose: Dose, looked: Looked, monitoring: Monitoring, policy: SessionsPolicy, *, now: datetime
) -> Session:
    """A dose with its mark is written down late. Refused: `not_a_dosing_session`, `wrong_state`, `dose_running`,
    `dose_recorded_already`, `serial_used`, `gate_was_open`, `reason_missing`, and what `_must_have_been` refuses.

    `monitoring` begins with it where no dose was recorded before.
    """
    assert dose.outside is not None
    session.must_be_dosing()
    must_have_been_there(session)
    if any(each.ended_at is None for each in session.doses):
        raise conflict("dose_running", "The dose before has not ended.")
    if not dose.outside.reason.strip():
        raise invalid("reason_missing", "Of a dose outside the gate it is written down why.")
    _must_have_been(session, dose, policy, now)
    _must_be_new(session, dose)
    marked = _marked(session, dose.outside, dose, looked, policy)
    if session.state in UNDER_WAY and not (marked.closed or marked.closed_later or marked.off_order):
        raise conflict("gate_was_open", "Everything was in order and is: the dose is recorded the ordinary way.")
    first = session.monitoring is None
    after = replace(
        session.recording(),
        doses=(*session.doses, replace(dose, outside=marked)),
        monitoring=session.monitoring or monitoring,
    )
    if session.state in NOT_BEGUN:
        after = replace(after, started_at=dose.started_at)
        after = after.became(SessionState.IN_PROGRESS, SessionStarted, dose.started_at)
    after = after.became(_state(session, dose), DoseAdministered, dose.started_at)
    if first and session.outcome is Outcome.LEFT_EARLY:
        after = after.saying(PatientLeftEarly(session=after, at=now))
    return after.saying(_review(DoseReviewDue, after, marked, now))


def outside_reviewed(session: Session, dose_id: OutsideDoseId, review: Review) -> Session:
    """A prescriber who had no hand in it reviewed a dose outside the gate. Refused: `dose_not_found`, and what
    `OutsideGate.reviewed` refuses.
    """
    dose = session.outside_dose(dose_id)
    assert dose.outside is not None
    mark = dose.outside.reviewed(review, given_by=dose.given_by)
    doses = tuple(replace(each, outside=mark) if each is dose else each for each in session.doses)
    after = replace(session.recording(), doses=doses)
    return after if mark.awaits_review else after.saying(_review(DoseReviewCompleted, after, mark, review.at))


def review_overdue_at(session: Session) -> datetime | None:
    """When it must be said next that the review of one of its doses is late."""
    marks = [each.outside for each in session.doses if each.outside is not None]
    return min((each.overdue_at for each in marks if each.overdue_at is not None), default=None)


def reviews_overdue(session: Session, *, now: datetime) -> Session:
    """Say of each dose whose review is late that it is, once; before that, or once it is decided, nothing changes."""
    said: list[DoseReviewOverdue] = []
    doses: list[Dose] = []
    for dose in session.doses:
        mark = dose.outside
        if mark is not None and mark.overdue_at is not None and mark.overdue_at <= now:
            said.append(_review(DoseReviewOverdue, session, mark, mark.overdue_at))
            mark = replace(mark, said_overdue=True)
        doses.append(replace(dose, outside=mark))
    return replace(session.recording(), doses=tuple(doses)).saying(*said) if said else session


def _review(fact: type[T], session: Session, mark: OutsideGate, at: datetime) -> T:
    return fact(session=session, patient_id=session.patient_id, dose_id=mark.id, review_by=mark.review_by, at=at)


def _state(session: Session, dose: Dose) -> SessionState:
    if session.state in OVER:
        return session.state
    return SessionState.IN_PROGRESS if dose.ended_at is None else SessionState.MONITORING


def _must_have_been(session: Session, dose: Dose, policy: SessionsPolicy, now: datetime) -> None:
    """Refused: `times_invalid`, `end_missing`, `before_start_unexplained`, and what `must_have_been_given` refuses."""
    assert dose.outside is not None
    started, ended = dose.started_at, dose.ended_at
    must_have_been_given(session, started, policy, now=now)
    if ended is not None and not started <= ended <= now:
        raise invalid("times_invalid", "A dose begins before it ends, and both are past.")
    if ended is None and session.state in OVER:
        raise invalid("end_missing", "The session is over: an infusion in it has an end.")
    early = session.started_at is None or started < session.started_at
    if early and not (dose.outside.before_start or "").strip():
        raise invalid("before_start_unexplained", "Of a dose before the session began it is written down why.")


def _must_be_new(session: Session, dose: Dose) -> None:
    """Nobody is given as much of the same twice at one time: that is one dose, written down twice. Refused:
    `dose_recorded_already`, `serial_used`.
    """
    minute = timedelta(minutes=1)
    for each in session.doses:
        same = (each.drug, each.stated.mass) == (dose.drug, dose.stated.mass)
        if same and abs(each.started_at - dose.started_at) < minute:
            raise conflict("dose_recorded_already", "This dose is on record: so much, at this time.")
        if dose.serial is not None and each.serial == dose.serial:
            raise conflict("serial_used", "This device has been given.")


def _marked(session: Session, mark: OutsideGate, dose: Dose, looked: Looked, policy: SessionsPolicy) -> OutsideGate:
    """What was closed then and later; before a session began every dose is outside its gate."""
    then = looked.then.standing_in_the_way(looked.session_then.overrides)
    later = looked.now.standing_in_the_way(session.overrides)
    return replace(
        mark,
        closed=tuple(each.item for each in then),
        closed_later=tuple(each.item for each in later),
        off_order=not _as_ordered(session, mark.route, dose, policy),
    )


def _as_ordered(session: Session, route: Route, dose: Dose, policy: SessionsPolicy) -> bool:
    order = session.order
    if order is None or order.route is not route or not policy.routes[route].gives(dose.drug or ""):
        return False
    return order.allows(dose.stated.mass, given=session.given_at_most)
