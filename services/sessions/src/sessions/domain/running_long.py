"""A dosing session that goes on beyond its booked end: the next patient, the room and the escort depend on it.

Invariant: it is said once for an expected end; a later end is a new one. Nobody has to take it back: it is over when
the patient may go, or the session has ended.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sessions.domain.sessions import Session, SessionFact


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRunningLong(SessionFact):
    expected_end: datetime


def said_to_run_long(session: Session, *, now: datetime) -> Session:
    """Its expected end has passed; before that, once it was said or is over, nothing changes."""
    expected = session.overruns_at
    if expected is None or now < expected:
        return session
    after = replace(session.recording(), overran=expected)
    return after.saying(SessionRunningLong(session=after, expected_end=expected, at=now))
