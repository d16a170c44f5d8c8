"""When a patient left of whom that is written down afterwards, by all that is known of the visit."""

from datetime import datetime

from sessions.application.ports import Ports
from sessions.domain.left_late import left_then, overdue_after
from sessions.domain.sessions import Session
from sessions.domain.vitals import Severity


async def who_left(
    session: Session, said: datetime | None, ports: Ports, *, now: datetime
) -> tuple[datetime | None, Severity | None]:
    """When they left, and how late an observation was said to be after that; None of both where it is written down as
    they leave. Refused: what `left_late.left_then` refuses.
    """
    if said is None:
        return None, None
    medication = await ports.medication.find(session.id, of=session.patient_id)
    given = [each.given_at for each in medication.given if each.amount] if medication else []
    left = left_then(session, said, given, ports.policy, now=now)
    return left, overdue_after(session, left, ports.policy)
