"""Tells that answers to a request to erase somebody are missing: a deadline, fired by `timers`."""

from datetime import datetime

from booking.application.ports import Ports
from booking.domain.ids import ErasureId
from careflow_service.telemetry.logs import log
from careflow_service.work import Transaction


async def next_late_erasure(ports: Ports) -> tuple[datetime, str] | None:
    """When the next request has waited too long."""
    return await ports.erasures.next_late()


async def tell_erasure_late(erasure_id: str, tx: Transaction, ports: Ports) -> None:
    """It goes on waiting: nobody's silence is an answer. Does nothing where it has ended meanwhile."""
    erasure = await ports.erasures.get(ErasureId(erasure_id))
    if erasure.late_at is None or erasure.late_at > tx.now:
        return
    log.warning("erasure_waits", document_id=erasure.id, reason=", ".join(erasure.waits_for))
    await ports.erasures.save(erasure.told_late(), expecting=erasure.version, tx=tx)
