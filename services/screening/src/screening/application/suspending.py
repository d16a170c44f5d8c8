"""What was learnt suspends the clearance a case has, if it still has one."""

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.domain.case import Case
from screening.domain.clearance import ClearanceState
from screening.domain.facts import SuspensionReason


async def suspend(case: Case, ref: str, why: str, tx: Transaction, ports: Ports) -> None:
    """Dosing waits for this pair until a prescriber reinstates."""
    if case.clearance_id is None:
        return
    before = await ports.clearances.get(case.clearance_id)
    if before.state is not ClearanceState.GRANTED:
        return
    after = before.suspended(SuspensionReason.CLINICAL, ref, why, now=tx.now)
    if after is not before:
        await ports.clearances.save(after, expecting=before.version, tx=tx)
