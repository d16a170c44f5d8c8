"""A clearance comes near its end: say so at each threshold, and that it has ended, once."""

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.domain.ids import ClearanceId


async def end_clearance_in_time(clearance_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when the deadline has moved."""
    before = await ports.clearances.get(ClearanceId(clearance_id))
    clearance = before.passed_deadline(now=tx.now)
    if clearance is not before:
        await ports.clearances.save(clearance, expecting=before.version, tx=tx)
