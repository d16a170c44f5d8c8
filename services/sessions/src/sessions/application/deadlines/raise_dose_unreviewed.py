"""A dose outside the gate, or therapy that was held otherwise, has not been reviewed in time: say so, once; what waits
for its review opens nothing by itself.
"""

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.ids import SessionId
from sessions.domain.late_reviews import said_late


async def raise_dose_unreviewed(session_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when its review was decided meanwhile."""
    session = await ports.sessions.get(SessionId(session_id))
    await upsert(ports.sessions, session, said_late(session, now=tx.now), tx)
