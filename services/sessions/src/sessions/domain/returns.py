"""Who left after a dose without being discharged, and comes back the same day, is a patient of the session again:
observed, alarmed for and discharged.

Invariant: what was said of their leaving stays on record; the calls of the next day are made all the same.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from careflow_domain.errors import conflict
from sessions.domain.away import Away
from sessions.domain.clinic_day import clinic_day
from sessions.domain.ids import StaffId
from sessions.domain.policy import SessionsPolicy
from sessions.domain.sessions import Session, SessionFact
from sessions.domain.states import Outcome
from sessions.domain.what_happened import happened_then


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientReturned(SessionFact):
    """Who had left after a dose without being discharged is there again."""


def has_left_early(session: Session) -> bool:
    """Whether the patient had a dose, left without being discharged, and is away."""
    return session.outcome is Outcome.LEFT_EARLY and session.monitoring is not None and session.discharge is None


def returned(
    session: Session, by: StaffId, policy: SessionsPolicy, *, now: datetime, said: datetime | None = None
) -> Session:
    """The patient is there again, and an observation is due at once: since `said`, where that is written down
    afterwards. Refused: `patient_not_away`, `returned_on_another_day`, and what `happened_then` refuses
    (`happened_later` before they left).
    """
    left_at, monitoring = session.left_at, session.monitoring
    if left_at is None or monitoring is None or not has_left_early(session):
        raise conflict("patient_not_away", "Nobody who had a dose has left this session without being discharged.")
    back_at = now if said is None else happened_then(said, left_at, policy, now=now)
    if clinic_day(left_at, policy.timezone) != clinic_day(back_at, policy.timezone):
        raise conflict("returned_on_another_day", "They left on another day; a new visit sees them.")
    away = Away(
        left_at=left_at,
        reason=session.end_reason or "",
        back_at=back_at,
        noted_by=by,
        noted_at=None if said is None else now,
    )
    back = replace(
        session.recording(),
        outcome=Outcome.STOPPED,
        left_early_at=None,
        away=(*session.away, away),
        monitoring=monitoring.resumed(policy.vitals_times, now=back_at),
    )
    return back.saying(PatientReturned(session=back, at=back_at))
