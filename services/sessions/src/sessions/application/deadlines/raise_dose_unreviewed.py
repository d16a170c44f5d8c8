"""A dose outside the gate has not been reviewed in time: say so, once; the gate refuses further doses by itself."""

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.given_outside import reviews_overdue
from sessions.domain.ids import SessionId


async def raise_dose_unreviewed(session_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when its review was decided meanwhile."""
    session = await ports.sessions.get(SessionId(session_id))
    await upsert(ports.sessions, session, reviews_overdue(session, now=tx.now), tx)
