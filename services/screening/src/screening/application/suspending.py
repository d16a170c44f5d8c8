"""What was learnt suspends the clearance a case has, or waits on the case for the next one, until it is settled."""

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.domain.case import Case
from screening.domain.clearance import Clearance, ClearanceState
from screening.domain.suspensions import Suspension, SuspensionReason, Suspensions, with_suspension, without_suspension


async def suspend(case: Case, ref: str, why: str, tx: Transaction, ports: Ports) -> Case:
    """Dosing waits for this pair until a prescriber ends it; answers the case, for the caller to save."""
    suspension = Suspension(reason=SuspensionReason.CLINICAL, ref=ref, since=tx.now, fine_reason=why)
    before = await granted_of(case, ports)
    if before is None:
        return case.holding(with_suspension(case.held, suspension))
    after = before.suspended(suspension)
    if after is not before:
        await ports.clearances.save(after, expecting=before.version, tx=tx)
    return case


async def settle_suspension(case: Case, ref: str, why: str, tx: Transaction, ports: Ports) -> Case:
    """A prescriber has signed, elsewhere, that dosing need not wait for this any longer. Other suspensions stay."""
    pair = (SuspensionReason.CLINICAL, ref)
    before = await granted_of(case, ports)
    if before is not None and pair in {each.pair for each in before.suspensions}:
        await ports.clearances.save(before.reinstated(*pair, why, now=tx.now), expecting=before.version, tx=tx)
    return case.holding(without_suspension(case.held, pair))


async def suspensions_of(case: Case, ports: Ports) -> Suspensions:
    """Everything that dosing waits for, on the clearance the case has or had, and held for the next one."""
    clearance = await ports.clearances.get(case.clearance_id) if case.clearance_id else None
    suspensions = clearance.suspensions if clearance else ()
    for held in case.held:
        suspensions = with_suspension(suspensions, held)
    return suspensions


async def granted_of(case: Case, ports: Ports) -> Clearance | None:
    """The clearance the case has, if it is granted."""
    if case.clearance_id is None:
        return None
    clearance = await ports.clearances.get(case.clearance_id)
    return clearance if clearance.state is ClearanceState.GRANTED else None
