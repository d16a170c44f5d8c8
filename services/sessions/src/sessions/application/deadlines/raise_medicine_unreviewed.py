"""A medicine outside its order has not been reviewed in time: say so, once; the gate refuses doses by itself."""

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.ids import SessionId


async def raise_medicine_unreviewed(session_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when its review was decided meanwhile."""
    record = await ports.medication.get(SessionId(session_id))
    await upsert(ports.medication, record, record.reviews_overdue(now=tx.now), tx)
