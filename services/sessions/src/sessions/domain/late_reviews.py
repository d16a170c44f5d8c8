"""Everything of a session whose review is late: its doses outside the gate, and its therapy that was held otherwise."""

from dataclasses import replace
from datetime import datetime

from sessions.domain.given_outside import review_overdue_at, reviews_overdue
from sessions.domain.sessions import Session
from sessions.domain.therapy_otherwise import therapy_overdue, therapy_overdue_at


def review_late_at(session: Session) -> datetime | None:
    """When it must be said next that a review is late."""
    times = (review_overdue_at(session), therapy_overdue_at(session))
    return min((each for each in times if each is not None), default=None)


def said_late(session: Session, *, now: datetime) -> Session:
    """Say of each whose review is late that it is, once and in one change; else nothing changes."""
    after = therapy_overdue(reviews_overdue(session, now=now), now=now)
    return after if after is session else replace(after, version=session.version + 1)
