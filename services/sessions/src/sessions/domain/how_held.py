"""How a therapy hour takes place, as somebody there says: in the room, by video or by telephone.

Invariants: what was known before stays beside it, with who said otherwise, when and why; what was said by somebody
there is not changed by what is booked.
"""

from dataclasses import replace

from careflow_domain.errors import invalid
from sessions.domain.corrections import Corrector
from sessions.domain.policy import SessionsPolicy
from sessions.domain.sessions import HeldSaid, Session
from sessions.domain.states import SessionState
from sessions.domain.words import Modality, VisitKind

TELLABLE = frozenset({SessionState.ARRIVED, SessionState.IN_PROGRESS, SessionState.COMPLETED, SessionState.ABORTED})


def held_said(session: Session, modality: Modality, corrector: Corrector, policy: SessionsPolicy) -> Session:
    """Somebody says how it takes place; where that was known otherwise, it is put right. Refused:
    `dosing_at_a_distance` (of a dosing session nobody says so), `wrong_state`, `nothing_corrected`; where something was
    known, what `Corrector.must_be_allowed` refuses of who said so last, or was there.
    """
    if session.kind is VisitKind.DOSING:
        raise invalid("dosing_at_a_distance", "A dose is given at the clinic, and nowhere else.")
    session.must_be(*TELLABLE)
    if modality is session.modality:
        raise invalid("nothing_corrected", "A correction says something else than what was recorded.")
    if session.modality is not None:
        said = session.said_held[-1].by if session.said_held else corrector.by
        corrector.must_be_allowed({said}, session.ended_at or corrector.now, policy)
    said_now = HeldSaid(
        modality=modality, before=session.modality, by=corrector.by, at=corrector.now, reason=corrector.reason
    )
    return replace(session.recording(), modality=modality, said_held=(*session.said_held, said_now))
