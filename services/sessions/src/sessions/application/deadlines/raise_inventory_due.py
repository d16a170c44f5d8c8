"""The inventory of a location is due soon, or late: say so, once each."""

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.ids import InventoryId


async def raise_inventory_due(inventory_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when the next one was taken meanwhile."""
    inventory = await ports.inventories.get(InventoryId(inventory_id))
    await upsert(ports.inventories, inventory, inventory.time_passed(tx.now), tx)
