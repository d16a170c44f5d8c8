"""Takes off the waitlist whoever wished for a time that has passed: a deadline, fired by `timers`."""

from datetime import datetime

from booking.application.ports import Ports
from booking.domain.ids import WaitlistEntryId
from careflow_service.work import Transaction


async def next_end_of_waiting(ports: Ports) -> tuple[datetime, str] | None:
    """When the next of those who wait have waited in vain."""
    return await ports.waitlist.next_end()


async def end_waiting(entry_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing for who was offered something, or has left, meanwhile."""
    entry = await ports.waitlist.get(WaitlistEntryId(entry_id))
    if entry.ends_at is None or entry.ends_at > tx.now:
        return
    await ports.waitlist.save(entry.over(), expecting=entry.version, tx=tx)
