"""A location keeps controlled drugs and its first inventory was not taken in time: say so, once."""

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.ids import LocationId


async def raise_first_inventory_overdue(location_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when it was taken meanwhile."""
    first = await ports.first_inventories.get(LocationId(location_id))
    await upsert(ports.first_inventories, first, first.overdue(now=tx.now), tx)
