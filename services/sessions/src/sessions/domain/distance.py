"""A therapy hour whose patient is somewhere else: they are located before it begins and whenever they move, and where
it may not be held it is a coordination call instead. What it asks for is in `telehealth`.
"""

from dataclasses import replace

from careflow_domain.errors import conflict
from sessions.domain.checks import Recorded
from sessions.domain.gate import Gate, Refusal
from sessions.domain.ids import StaffId
from sessions.domain.sessions import Session, SessionRefused
from sessions.domain.states import SessionState
from sessions.domain.telehealth import CoordinationCall, Verification, must_be_verified
from sessions.domain.words import Modality, VisitKind


def is_at_a_distance(session: Session) -> bool:
    return session.kind is not VisitKind.DOSING and session.held is not Modality.IN_PERSON


def verified(session: Session, verification: Recorded[Verification]) -> Session:
    """Who and where the patient is now, beside everything recorded of it before. Refused: `not_at_a_distance`,
    `wrong_state`.
    """
    _must_be_at_a_distance(session)
    session.must_be(SessionState.ARRIVED, SessionState.IN_PROGRESS)
    return replace(session.recording(), verified=(*session.verified, verification))


def coordinated(session: Session, call: CoordinationCall, gate: Gate | None, by: StaffId) -> Session:
    """The hour may not be held: it was a coordination call. It is over, without a service and without a fee, and what
    the hour was for is still to be done. Refused: `not_at_a_distance`, `wrong_state`, `telehealth_not_verified`,
    `nothing_failed`.
    """
    _must_be_at_a_distance(session)
    session.must_be(SessionState.ARRIVED)
    refusal = Refusal.of(must_be_verified(gate), by, overrides=())
    over = replace(session.recording(), refusal=refusal, coordination=call, ended_at=refusal.at)
    return over.became(SessionState.REFUSED, SessionRefused, refusal.at)


def _must_be_at_a_distance(session: Session) -> None:
    if not is_at_a_distance(session):
        raise conflict("not_at_a_distance", "This is not a therapy hour by video or telephone.")
