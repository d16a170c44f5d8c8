"""A session as it had been written down at an earlier moment: what anybody could have known of it then.

Invariant: nothing that was recorded later is in it, whenever it says that it was. What was replaced by something newer
and not kept, an order, an attestation, is not known of that moment: it counts as missing.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sessions.domain.checks import Checks
from sessions.domain.monitoring import Monitoring
from sessions.domain.sessions import Session


def as_of(session: Session, moment: datetime) -> Session:
    """The session by what had been recorded up to this moment; its state, and what booking says of it, as they are."""
    recorded = tuple(each for each in session.recorded if _written_at(each) <= moment)
    return replace(
        session,
        team=tuple(
            replace(each, left_at=None) if each.left_at is not None and each.left_at > moment else each
            for each in session.team
            if each.joined_at <= moment
        ),
        recorded=recorded,
        checks=_together(recorded),
        verified=tuple(each for each in session.verified if each.at <= moment),
        order=session.order if session.order and session.order.signed_at <= moment else None,
        attestation=session.attestation if session.attestation and session.attestation.at <= moment else None,
        overrides=tuple(each for each in session.overrides if each.at <= moment),
        doses=tuple(each for each in session.doses if each.started_at < moment),
        monitoring=_monitoring(session.monitoring, moment),
    )


def _written_at(part: Checks) -> datetime:
    """What is written down together has one time."""
    given = (each.at for each in part.given.values())
    return max((*given, *(each.recorded_at for each in part.baseline)))


def _together(recorded: Iterable[Checks]) -> Checks:
    checks = Checks()
    for each in recorded:
        checks = checks.with_newer(each)
    return checks


def _monitoring(monitoring: Monitoring | None, moment: datetime) -> Monitoring | None:
    if monitoring is None or monitoring.started_at >= moment:
        return None
    observed = tuple(each for each in monitoring.observations if each.recorded_at <= moment)
    baselines = (*(each.baseline for each in monitoring.believed), monitoring.baseline)
    last = max((at for at, each in enumerate(baselines) if each is None or each.recorded_at <= moment), default=0)
    return replace(monitoring, observations=observed, baseline=baselines[last], believed=monitoring.believed[:last])
