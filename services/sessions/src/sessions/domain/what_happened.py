"""What may be written down as having happened in a session, allowed or not: all but what cannot have been."""

from datetime import datetime, timedelta

from careflow_domain.errors import conflict, invalid
from sessions.domain.clinic_day import clinic_day, day_bounds
from sessions.domain.policy import SessionsPolicy
from sessions.domain.sessions import Session
from sessions.domain.states import UNDER_WAY, SessionState

NOT_BEGUN = frozenset({SessionState.ARRIVED, SessionState.CHECKED, SessionState.CLEARED, SessionState.REFUSED})
OVER = frozenset({SessionState.DISCHARGED, SessionState.COMPLETED, SessionState.ABORTED})


def must_have_been_there(session: Session) -> None:
    """Nothing happened to a patient who has not come. Refused: `wrong_state`."""
    session.must_be(*NOT_BEGUN, *UNDER_WAY, *OVER)


def must_be_in_time(at: datetime, policy: SessionsPolicy, *, now: datetime) -> None:
    """What happened then may still be written down. Refused: `recorded_too_late`."""
    if now - at > timedelta(days=policy.outside_gate.record_days.value):
        raise conflict("recorded_too_late", "The time to write this down has passed; a note is added instead.")


def happened_then(said: datetime, since: datetime, policy: SessionsPolicy, *, now: datetime) -> datetime:
    """When something happened that is written down afterwards and cannot have been before `since`. A minute counts to
    its end, for on paper there are no seconds. Refused: `happened_in_future`, `recorded_too_late`, `happened_later`.
    """
    if said > now:
        raise invalid("happened_in_future", "Nothing has happened at a time that has not come.")
    must_be_in_time(said, policy, now=now)
    if since.replace(second=0, microsecond=0) > said:
        raise conflict("happened_later", "What it followed on had not happened yet.")
    return max(said, since)


def must_have_been_given(session: Session, at: datetime, policy: SessionsPolicy, *, now: datetime) -> None:
    """Something was given in this session at that time. Refused: `given_in_future`, `recorded_too_late`,
    `given_before_arrival`, `given_after_leaving`.
    """
    if at > now:
        raise invalid("given_in_future", "Nothing was given at a time that has not come.")
    must_be_in_time(at, policy, now=now)
    began = session.started_at or session.starts_at or now
    if at < day_bounds(clinic_day(began, policy.timezone), policy.timezone)[0]:
        raise invalid("given_before_arrival", "Nothing was given in this session before its day.")
    if session.gone_at(at):
        raise invalid("given_after_leaving", "Nothing was given in this session after the patient had left.")
