"""Evidence a clearance rests on will soon stop counting: say so while it can still be renewed."""

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.domain.ids import CaseId


async def warn_of_evidence(case_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when it has been renewed or the case is closed."""
    before = await ports.cases.get(CaseId(case_id))
    case = before.evidence_expiring(ports.policy.evidence_warns_before.length, now=tx.now)
    if case is not before:
        await ports.cases.save(case, expecting=before.version, tx=tx)
