"""A session that crosses midnight stays one session, with its day's checks."""

from datetime import date, datetime, timedelta

from sessions.domain.clinic_day import clinic_day
from sessions.domain.policy import SessionsPolicy
from sessions.domain.sessions import Session


def session_day(session: Session, policy: SessionsPolicy, now: datetime) -> date:
    """The clinic day a session is of: the one on which it began, for as long as a session may take; before it began,
    and of one that nobody ended, today.
    """
    longest, began = timedelta(hours=policy.gate.session_hours.value), session.started_at
    return clinic_day(began if began is not None and now - began <= longest else now, policy.timezone)
