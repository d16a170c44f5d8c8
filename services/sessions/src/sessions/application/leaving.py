"""When a patient left of whom that is written down afterwards, and what their leaving is judged by, by all that is
known of the visit.
"""

from datetime import datetime

from careflow_domain.errors import conflict
from sessions.application.ports import Ports
from sessions.domain.discharge import DischargeScore, Leaving
from sessions.domain.left_late import left_then, overdue_after
from sessions.domain.policy import SessionsPolicy
from sessions.domain.presence import who_was_there
from sessions.domain.sessions import Session
from sessions.domain.vitals import Severity
from sessions.domain.watch import last_given
from sessions.domain.words import ProviderRole


async def who_left(
    session: Session, said: datetime | None, ports: Ports, *, now: datetime
) -> tuple[datetime | None, Severity | None]:
    """When they left, and how late an observation was said to be after that; None of both where it is written down as
    they leave. Refused: what `left_late.left_then` refuses.
    """
    if said is None:
        return None, None
    left = left_then(session, said, await given_beside(session, ports), ports.policy, now=now)
    return left, overdue_after(session, left, ports.policy)


async def given_beside(session: Session, ports: Ports) -> list[datetime]:
    """When the medicines of the visit were given."""
    medication = await ports.medication.find(session.id, of=session.patient_id)
    return [each.given_at for each in medication.given if each.amount] if medication else []


def leaving_of(
    session: Session,
    score: DischargeScore,
    policy: SessionsPolicy,
    *,
    risk_stands: bool,
    left: datetime | None,
    now: datetime,
) -> Leaving:
    """What a patient's leaving is judged by, at `left`, or now where that is None. Refused: `nothing_to_monitor`,
    `dose_running`.
    """
    if session.monitoring is None or session.last_dose is None:
        raise conflict("nothing_to_monitor", "Only after a dose is anybody discharged.")
    given = last_given(session)
    if given is None:
        raise conflict("dose_running", "The dose has not ended.")
    return Leaving(
        score=score,
        risk_stands=risk_stands,
        prescriber_there=session.present(ProviderRole.PRESCRIBER)
        if left is None
        else who_was_there(session.team, ProviderRole.PRESCRIBER, left) is not None,
        monitoring=session.monitoring,
        last_dose_started_at=given.started_at,
        last_dose_ended_at=given.ended_at,
        away=session.away,
        route=policy.strictest(session.routes),
        policy=policy,
        now=left or now,
        written_at=now if left else None,
    )
