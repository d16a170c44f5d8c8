"""Inventories of the drug log in MongoDB, encrypted with their location's key, as the log is. Open fields: where,
whether it waits for its second signature or is the last that counts, and when something is to be said of the next, or
that the first one is late.
"""

from collections.abc import Mapping
from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from sessions.application.ports import Due
from sessions.domain.drug_inventories import Inventory
from sessions.domain.first_inventory import FirstInventory
from sessions.domain.ids import LocationId

INVENTORIES: Final = "drug_inventories"
FIRST_INVENTORIES: Final = "first_inventories"
_NEWEST: Final = (("_id", -1),)

INDEXES: Final = (
    (INVENTORIES, IndexModel([("location_id", 1), ("_id", -1)], name="of_location")),
    (INVENTORIES, IndexModel([("location_id", 1), ("open", 1), ("_id", 1)], name="open_at")),
    (INVENTORIES, IndexModel("next_said_at", name="due")),
    (FIRST_INVENTORIES, IndexModel("overdue_at", name="due")),
)


def _open_fields(inventory: Inventory) -> Mapping[str, object]:
    return {
        "location_id": inventory.location_id,
        "open": inventory.waits or inventory.current,
        "next_said_at": inventory.next_said_at,
    }


class MongoInventories(Stored[Inventory]):
    """See `sessions.application.ports.Inventories`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database, INVENTORIES, Inventory, fields=_open_fields, owner=lambda each: each.location_id, vault=vault
        )
        super().__init__(documents, lambda: not_found("inventory"))

    async def open_at(self, location_id: LocationId, /) -> list[Inventory]:
        open_here = {"location_id": location_id, "open": True}
        return await self._documents.all(open_here, of=location_id)

    async def of_location(self, location_id: LocationId, /, *, limit: int, after: str | None) -> Listed[Inventory]:
        return await self._documents.page({"location_id": location_id}, sort=_NEWEST, limit=limit, after=after)

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("next_said_at")


class MongoFirstInventories(Stored[FirstInventory]):
    """See `sessions.application.ports.FirstInventories`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            FIRST_INVENTORIES,
            FirstInventory,
            fields=lambda first: {"overdue_at": first.overdue_at},
            owner=lambda first: first.id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("first_inventory"))

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("overdue_at")
