"""The vital signs of a patient who had a dose and has not left: what an observation or its absence makes true.

Invariant: a breach or a missing observation is said in the same change that records it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from careflow_domain.errors import conflict, invalid
from sessions.domain.policy import SessionsPolicy
from sessions.domain.sessions import Session, SessionFact
from sessions.domain.vitals import Severity, VitalSigns


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
