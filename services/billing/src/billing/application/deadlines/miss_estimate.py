"""The time for an estimate is over: say so, once; it stays due."""

from billing.application.ports import Ports
from billing.domain.ids import EstimateId
from careflow_service.work import Transaction


async def miss_estimate(estimate_id: str, tx: Transaction, ports: Ports) -> None:
    estimate = await ports.estimates.get(EstimateId(estimate_id))
    if estimate.due_by is None or estimate.overdue_at is not None or estimate.due_by > tx.now:
        return
    await ports.estimates.save(estimate.miss(now=tx.now), expecting=estimate.version, tx=tx)
