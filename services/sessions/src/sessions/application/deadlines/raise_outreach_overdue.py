"""A step to reach a patient who did not come was not taken in time: say so, once."""

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.ids import OutreachId


async def raise_outreach_overdue(outreach_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when it was taken meanwhile."""
    outreach = await ports.outreaches.get(OutreachId(outreach_id))
    await upsert(ports.outreaches, outreach, outreach.overdue(now=tx.now), tx)
