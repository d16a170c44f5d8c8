"""How a session ends: the patient is discharged, it is completed or stopped, and what it is billed by is corrected.

Invariants: a dosing session is completed after discharge; only what was rendered is billed; who left after a dose
without being discharged is looked for.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from careflow_domain.errors import conflict, forbidden, invalid
from sessions.domain.checks import Recorded, RiskLevel
from sessions.domain.discharge import Discharge
from sessions.domain.ids import StaffId
from sessions.domain.service_lines import BillableServices, ServiceLine, must_have_been_rendered
from sessions.domain.sessions import Session, SessionFact
from sessions.domain.states import UNDER_WAY, Outcome, SessionState
from sessions.domain.vitals import Severity
from sessions.domain.words import VisitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDischarged(SessionFact):
    """`left_at` is when the patient left, where that was written down afterwards, and `overdue` how late an observation
    was said to be meanwhile.
    """

    left_at: datetime | None = None
    overdue: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCompleted(SessionFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAborted(SessionFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientLeftEarly(SessionFact):
    """After a dose, and without being discharged. `overdue` is how late an observation was said to be after that."""

    overdue: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionServicesCorrected(SessionFact):
    pass


def discharged(session: Session, discharge: Discharge, risk: Recorded[RiskLevel]) -> Session:
    """The patient may go home, `risk` asked just before. Refused: `dose_running`, `wrong_state`."""
    if any(each.ended_at is None for each in session.doses):
        raise conflict("dose_running", "The dose has not ended.")
    leaving = replace(session.assessed(risk), discharge=discharge)
    state = session.state if session.state is SessionState.ABORTED else SessionState.DISCHARGED
    after, late = replace(leaving, state=state), discharge.late
    left_at, overdue = (late.left_at, late.overdue) if late else (None, None)
    return after.saying(SessionDischarged(session=after, at=discharge.at, left_at=left_at, overdue=overdue))


def completed(session: Session, services: BillableServices, *, now: datetime) -> Session:
    """It took place. Refused: `wrong_state`."""
    session.must_be(SessionState.DISCHARGED if session.kind is VisitKind.DOSING else SessionState.IN_PROGRESS)
    return took_place(session.recording(), services, ended_at=now, now=now)


def took_place(session: Session, services: BillableServices, *, ended_at: datetime, now: datetime) -> Session:
    """It is over, with these services. Part of another change: not a version of its own."""
    outcome = Outcome.COMPLETED if session.kind is session.booked_kind else Outcome.CONVERTED
    done = replace(session, services=services, ended_at=ended_at, outcome=outcome)
    return done.became(SessionState.COMPLETED, SessionCompleted, now)


def aborted(
    session: Session,
    outcome: Outcome,
    reason: str,
    services: BillableServices,
    *,
    now: datetime,
    left_at: datetime | None = None,
    overdue: Severity | None = None,
) -> Session:
    """It was stopped, or the patient left: at `left_at` where that is written down afterwards, with what was said to be
    `overdue` meanwhile. Of one that was stopped it may be said later that the patient left. Refused: `reason_missing`,
    `wrong_state`.
    """
    gone = left_at or now
    if not reason.strip():
        raise invalid("reason_missing", "Stopping a session needs a reason.")
    if session.state is SessionState.ABORTED and session.patient_watched and outcome is Outcome.LEFT_EARLY:
        after = replace(session.recording(), outcome=outcome, left_early_at=gone, end_reason=reason)
        return _left_early(after, gone, overdue)
    session.must_be(*UNDER_WAY)
    ended = tuple(dose if dose.ended_at else replace(dose, ended_at=gone) for dose in session.doses)
    stopped = replace(
        session.recording(),
        doses=ended,
        services=services,
        ended_at=gone,
        outcome=outcome,
        left_early_at=gone if outcome is Outcome.LEFT_EARLY else None,
        end_reason=reason,
    ).became(SessionState.ABORTED, SessionAborted, now)
    return _left_early(stopped, gone, overdue) if outcome is Outcome.LEFT_EARLY else stopped


def services_corrected(session: Session, lines: tuple[ServiceLine, ...], by: StaffId, *, now: datetime) -> Session:
    """A clinician replaces the lines of what they rendered; those of others stay. Refused: `wrong_state`,
    `not_rendering_provider`, and what `must_have_been_rendered` refuses.
    """
    session.must_be(SessionState.COMPLETED, SessionState.ABORTED)
    if any(line.rendering_provider != by for line in lines):
        raise forbidden("not_rendering_provider", "The clinician who rendered a service corrects its line.")
    must_have_been_rendered(lines, now=now)
    assert session.services is not None
    others = tuple(line for line in session.services.lines if line.rendering_provider != by)
    return services_became(session.recording(), (*others, *lines), by, now=now)


def services_became(session: Session, lines: tuple[ServiceLine, ...], by: StaffId, *, now: datetime) -> Session:
    """It is billed by these lines now. Part of another change: not a version of its own."""
    assert session.services is not None
    revision = session.services.revision + 1
    after = replace(session, services=BillableServices(revision=revision, lines=lines, by=by, at=now))
    return after.saying(SessionServicesCorrected(session=after, at=now))


def _left_early(session: Session, gone: datetime, overdue: Severity | None) -> Session:
    """After a dose somebody must look for the patient; before one nothing was done to them."""
    if session.monitoring is None:
        return session
    return session.saying(PatientLeftEarly(session=session, at=gone, overdue=overdue))
