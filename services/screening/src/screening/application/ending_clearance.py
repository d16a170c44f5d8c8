"""With its case, a clearance ends."""

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.domain.case import Case
from screening.domain.clearance import ClearanceState
from screening.domain.ids import StaffId


async def end_clearance_of(case: Case, by: StaffId, why: str, tx: Transaction, ports: Ports) -> None:
    """Revoke the clearance the case has, if it is still granted."""
    if case.clearance_id is None:
        return
    clearance = await ports.clearances.get(case.clearance_id)
    if clearance.state is ClearanceState.GRANTED:
        revoked = clearance.revoked(by, why, now=tx.now)
        await ports.clearances.save(revoked, expecting=clearance.version, tx=tx)
