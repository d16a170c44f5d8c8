"""What was learnt suspends the clearance a case has, if it still has one; what settles it ends that suspension."""

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.domain.case import Case
from screening.domain.clearance import Clearance, ClearanceState, Suspension, SuspensionReason


async def suspend(case: Case, ref: str, why: str, tx: Transaction, ports: Ports) -> None:
    """Dosing waits for this pair until a prescriber reinstates."""
    before = await _granted(case, ports)
    if before is None:
        return
    suspension = Suspension(reason=SuspensionReason.CLINICAL, ref=ref, since=tx.now, fine_reason=why)
    after = before.suspended(suspension)
    if after is not before:
        await ports.clearances.save(after, expecting=before.version, tx=tx)


async def settle_suspension(case: Case, ref: str, why: str, tx: Transaction, ports: Ports) -> None:
    """A prescriber has signed, elsewhere, that dosing need not wait for this any longer. Other suspensions stay."""
    before = await _granted(case, ports)
    pair = (SuspensionReason.CLINICAL, ref)
    if before is None or pair not in [each.pair for each in before.suspensions]:
        return
    await ports.clearances.save(before.reinstated(*pair, why, now=tx.now), expecting=before.version, tx=tx)


async def _granted(case: Case, ports: Ports) -> Clearance | None:
    if case.clearance_id is None:
        return None
    clearance = await ports.clearances.get(case.clearance_id)
    return clearance if clearance.state is ClearanceState.GRANTED else None
