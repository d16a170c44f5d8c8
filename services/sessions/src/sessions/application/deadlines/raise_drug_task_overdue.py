"""A discrepancy was not judged, or the DEA not told of it, in time: say so, once."""

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.ids import CaseId


async def raise_drug_task_overdue(case_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when it was done meanwhile."""
    case = await ports.drug_cases.get(CaseId(case_id))
    await upsert(ports.drug_cases, case, case.overdue(now=tx.now), tx)
