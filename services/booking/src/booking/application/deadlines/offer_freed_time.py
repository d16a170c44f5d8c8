"""Offers a time that was given up to those who wait for one, one after the other: a deadline, fired by `timers`."""

from datetime import datetime

from booking.application.offering import Offering
from booking.application.ports import Ports
from booking.domain.ids import FreedTimeId
from careflow_service.work import Transaction


async def next_freed_time(ports: Ports) -> tuple[datetime, str] | None:
    """When the next freed time is to be offered."""
    return await ports.freed_times.next_due()


async def offer_freed_time(freed_id: str, tx: Transaction, ports: Ports) -> None:
    """Asks one, or passes one over. Does nothing while somebody is thinking about it."""
    freed = await ports.freed_times.get(FreedTimeId(freed_id))
    if freed.due_at is None or freed.due_at > tx.now:
        return
    after = await Offering(ports).offer_next(freed, tx)
    await ports.freed_times.save(after, expecting=freed.version, tx=tx)
