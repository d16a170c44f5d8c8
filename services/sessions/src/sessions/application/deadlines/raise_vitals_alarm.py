"""A planned observation is missing: say so, in two steps."""

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.ids import SessionId
from sessions.domain.watch import alarmed


async def raise_vitals_alarm(session_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when signs were observed meanwhile."""
    session = await ports.sessions.get(SessionId(session_id))
    await upsert(ports.sessions, session, alarmed(session, ports.policy, now=tx.now), tx)
