"""The vital signs of a patient who had a dose and has not left: what an observation or its absence makes true.

Invariant: a breach or a missing observation is said in the same change that records it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from careflow_domain.errors import conflict, invalid
from sessions.domain.discharge import LastGiven
from sessions.domain.policy import SessionsPolicy
from sessions.domain.sessions import Session, SessionFact
from sessions.domain.vitals import Severity, VitalSigns


def last_given(session: Session) -> LastGiven | None:
    """What the time to be watched counts from, by the latest that was ever said; None while a dose runs and before the
    first one. Given in more ways than one, it counts from the end of all.
    """
    ends = [each.latest_end for each in session.doses if each.latest_end is not None]
    if session.last_dose is None or len(ends) < len(session.doses):
        return None
    started_at = max(ends) if len(session.routes) > 1 else session.last_dose.latest_start
    return LastGiven(started_at=started_at, ended_at=max(ends))


def watched_until(session: Session, policy: SessionsPolicy, *, now: datetime) -> datetime | None:
    """From when on a patient who is watched was watched long enough, as their discharge has it; None while that cannot
    be said, because a dose runs, or there is nobody to watch.
    """
    given = last_given(session)
    if given is None or not session.patient_watched:
        return None
    return given.watched_until(policy.strictest(session.routes), session.away, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalsFact(SessionFact):
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalsBreached(VitalsFact):
    """A sign was out of its limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalsOverdue(VitalsFact):
    """A planned observation was missing."""


def observed(session: Session, observation: VitalSigns, policy: SessionsPolicy) -> Session:
    """Signs were observed after the first dose; what is out of limits is said. What was observed before the patient
    left may be written down afterwards, too; while they were away nothing was. Refused: `nothing_to_monitor`,
    `recorded_too_late`, `observed_before_dose`.
    """
    gone = session.left_at
    if session.monitoring is None or session.gone_at(observation.observed_at):
        raise conflict("nothing_to_monitor", "Signs are observed here from the first dose until the patient has left.")
    if gone is not None and observation.recorded_at - gone > timedelta(days=policy.outside_gate.record_days.value):
        raise conflict("recorded_too_late", "The time to write this down has passed; a note is added instead.")
    if observation.observed_at < session.monitoring.started_at:
        raise invalid("observed_before_dose", "What was observed before the dose is no observation of its effect.")
    monitoring, out = session.monitoring.observed(observation, policy.vitals_limits, policy.vitals_times)
    after = replace(session.recording(), monitoring=monitoring)
    if out is None:
        return after
    breached = VitalsBreached(session=after, at=out.signs.observed_at, severity=out.severity)
    return after.saying(breached)


def alarmed(session: Session, policy: SessionsPolicy, *, now: datetime) -> Session:
    """A planned observation is missing; before its time, or once all was said, nothing changes."""
    if session.monitoring is None or not session.patient_watched:
        return session
    monitoring, severity = session.monitoring.missed(policy.vitals_times, now=now)
    if severity is None:
        return session
    after = replace(session.recording(), monitoring=monitoring)
    overdue = VitalsOverdue(session=after, at=now, severity=severity)
    return after.saying(overdue)
