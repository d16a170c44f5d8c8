"""A dosing session goes on beyond its booked end: say so, once."""

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.ids import SessionId
from sessions.domain.running_long import said_to_run_long


async def raise_running_long(session_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when it has ended meanwhile, or its end was moved."""
    session = await ports.sessions.get(SessionId(session_id))
    await upsert(ports.sessions, session, said_to_run_long(session, now=tx.now), tx)
