"""The doses of one session: drawn up by its order, given one after the other, each through an open gate.

Invariants: no dose while another runs; one dose is no more than ordered, all together no more than the order's most.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from careflow_domain.errors import conflict, invalid
from sessions.domain.doses import Devices, Dose
from sessions.domain.gate import Gate
from sessions.domain.ids import StaffId
from sessions.domain.infusion import Infusion, Step, StepKind, Tolerance
from sessions.domain.monitoring import Monitoring
from sessions.domain.policy import SessionsPolicy
from sessions.domain.sessions import Session, SessionFact
from sessions.domain.states import UNDER_WAY, SessionState
from sessions.domain.units import Milligrams, Millilitres
from sessions.domain.what_happened import happened_then


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseAdministered(SessionFact):
    pass


def must_allow_draw(session: Session, mass: Milligrams, drawn_up: Milligrams) -> None:
    """Drug is drawn up for a patient who is there, by the order: with what was given and is drawn up already, no more
    than the most of it. Refused: `not_a_dosing_session`, `wrong_state`, `order_missing`, `draw_above_order`.
    """
    session.must_be_dosing()
    session.must_be(SessionState.ARRIVED, SessionState.CHECKED, SessionState.CLEARED, *UNDER_WAY)
    if session.given_at_most + drawn_up + mass > session.must_have_order().most:
        raise conflict("draw_above_order", "With this more would be drawn up than was ordered at most.")


def dosed(session: Session, dose: Dose, gate: Gate, monitoring: Monitoring, devices: Devices | None) -> Session:
    """A dose was given. Refused: `dose_gate_closed`, `dose_above_order`, `dose_running`, `wrong_state`, and what
    `Devices.must_be_next` refuses.

    `monitoring` begins with the first dose and goes on through the others.
    """
    session.must_be_dosing()
    session.must_be(*UNDER_WAY)
    if any(each.ended_at is None for each in session.doses):
        raise conflict("dose_running", "The dose before has not ended.")
    if devices is not None:
        devices.must_be_next(dose, session.doses)
    session.must_pass(gate)
    if not session.must_have_order().allows(dose.stated.mass, given=session.given_at_most):
        raise invalid("dose_above_order", "This dose, or all doses together, would be more than was ordered.")
    given = replace(
        session.recording(), gate=gate, doses=(*session.doses, dose), monitoring=session.monitoring or monitoring
    )
    state = SessionState.IN_PROGRESS if dose.ended_at is None else SessionState.MONITORING
    return given.became(state, DoseAdministered, dose.started_at)


def done_then(
    session: Session, step: Step, said: datetime | None, policy: SessionsPolicy, *, by: StaffId | None = None
) -> Step:
    """What was done to the running dose, at the time it was done where that is written down afterwards, and judged by
    that; `by` is who did it where that was somebody else than who writes it down. Refused: `done_by_now`,
    `no_dose_running`, `wrong_state`, and what `happened_then` refuses (`happened_later` before the dose began, or its
    pump was set last).
    """
    if said is None:
        if by is not None:
            raise invalid("done_by_now", "Who does it now is whoever says so.")
        return step
    at = happened_then(said, _running(session).last_step_at, policy, now=step.at)
    return replace(step, at=at, by=by or step.by, recorded_at=step.at, recorded_by=step.by)


def pump_set(session: Session, step: Step, made_up_to: Millilitres | None, tolerance: Tolerance) -> Session:
    """The pump of the dose that runs was set for the first time, set anew, paused or let go on; `made_up_to` is asked
    the first time, without it the drug is undiluted. Refused: `no_dose_running`, `volume_missing`, `wrong_state`,
    `infusion_began`, `infusion_not_begun`, and what `Infusion.begun` and `Infusion.went_on` refuse.
    """
    dose = _running(session)
    if dose.infusion is not None:
        if made_up_to is not None:
            raise conflict("infusion_began", "What the dose was made up to was said when the pump was set first.")
        return _with_last(session, replace(dose, infusion=dose.infusion.went_on(step, tolerance)))
    if dose.stated.volume is None:
        raise invalid("volume_missing", "Of a dose without a volume nobody can say how much ran in.")
    if step.kind is not StepKind.RATE_CHANGED:
        raise conflict("infusion_not_begun", "The rate of the pump is said first.")
    first = replace(step, kind=StepKind.STARTED)
    begun = Infusion.begun(made_up_to or dose.stated.volume, dose.stated.volume, first)
    return _with_last(session, replace(dose, infusion=begun))


def dose_ended(session: Session, infused: Millilitres | None, step: Step, tolerance: Tolerance) -> Session:
    """The infusion has run in, or was stopped with so much of it run in. Refused: `no_dose_running`, `wrong_state`, and
    what `Dose.ended` refuses.
    """
    ended = _running(session).ended(infused, step, tolerance)
    return replace(_with_last(session, ended), state=SessionState.MONITORING)


def _running(session: Session) -> Dose:
    session.must_be(*UNDER_WAY)
    if not session.doses or session.doses[-1].ended_at is not None:
        raise conflict("no_dose_running", "No dose is running.")
    return session.doses[-1]


def _with_last(session: Session, dose: Dose) -> Session:
    return replace(session.recording(), doses=(*session.doses[:-1], dose))
