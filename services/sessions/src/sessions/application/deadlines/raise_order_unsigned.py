"""An order that was taken by word has not been signed in time: say so, once."""

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.ids import SessionId


async def raise_order_unsigned(session_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when it was signed or refused meanwhile."""
    record = await ports.medication.get(SessionId(session_id))
    await upsert(ports.medication, record, record.overdue(now=tx.now), tx)
