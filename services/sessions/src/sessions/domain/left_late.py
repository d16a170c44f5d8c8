"""That a patient left, written down afterwards: from paper, when the power or the network is there again.

Invariants: a patient left when they did, not when somebody came to write it down: whatever is judged of their leaving
is judged at that moment. Nobody leaves before they were last seen. An alarm about somebody who had left stays said, and
it is told that there was nobody to observe.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from careflow_domain.errors import conflict, invalid
from sessions.domain.policy import SessionsPolicy
from sessions.domain.sessions import Session
from sessions.domain.vitals import Severity
from sessions.domain.what_happened import must_be_in_time


def left_then(
    session: Session, at: datetime, given: Iterable[datetime], policy: SessionsPolicy, *, now: datetime
) -> datetime:
    """When the patient left who was said to have left then. `given` are the times of the medicines of the visit; a
    minute counts to its end, for on paper there are no seconds. Refused: `left_in_future`, `recorded_too_late`,
    `seen_later`.
    """
    if at > now:
        raise invalid("left_in_future", "Nobody left at a time that has not come.")
    must_be_in_time(at, policy, now=now)
    seen = max((*_seen(session), *given), default=at)
    if seen.replace(second=0, microsecond=0) > at:
        raise conflict("seen_later", "Something was observed, given or said of the patient after that time.")
    return max(at, seen)


def overdue_after(session: Session, left: datetime, policy: SessionsPolicy) -> Severity | None:
    """How late an observation was said to be of a patient who had left; None where nothing was said after that."""
    return session.monitoring.said_after(left, policy.vitals_times) if session.monitoring else None


def _seen(session: Session) -> Iterator[datetime]:
    """Every moment at which the patient was there by the record of the session."""
    if session.started_at is not None:
        yield session.started_at
    for each in session.away:
        yield each.back_at
    for dose in session.doses:
        yield dose.started_at
        if dose.ended_at is not None:
            yield dose.ended_at
        if dose.infusion is not None:
            yield dose.infusion.last.at
    if session.monitoring is not None and session.monitoring.last is not None:
        yield session.monitoring.last.observed_at
