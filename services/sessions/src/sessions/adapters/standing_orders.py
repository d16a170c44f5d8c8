"""Standing orders in MongoDB: encrypted with their location's key, as nobody knows what is typed into them. Open
fields: where, until when, and whether they were revoked.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from sessions.domain.ids import LocationId
from sessions.domain.standing_orders import StandingOrder

STANDING_ORDERS: Final = "standing_orders"

INDEXES: Final = (
    (STANDING_ORDERS, IndexModel([("location_id", 1), ("_id", -1)], name="of_location")),
    (
        STANDING_ORDERS,
        IndexModel([("location_id", 1), ("revoked", 1), ("valid_until", 1), ("_id", 1)], name="counting_at"),
    ),
)


def _open_fields(order: StandingOrder) -> Mapping[str, object]:
    return {
        "location_id": order.location_id,
        "valid_until": order.valid_until.isoformat(),
        "revoked": order.revocation is not None,
    }


class MongoStandingOrders(Stored[StandingOrder]):
    """See `sessions.application.ports.StandingOrders`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            STANDING_ORDERS,
            StandingOrder,
            fields=_open_fields,
            owner=lambda each: each.location_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("medicine_order"))

    async def of_location(self, location_id: LocationId, /, *, limit: int, after: str | None) -> Listed[StandingOrder]:
        here = {"location_id": location_id}
        return await self._documents.page(here, sort=(("_id", -1),), limit=limit, after=after)

    async def counting_at(self, location_id: LocationId, day: date, /) -> list[StandingOrder]:
        orders = self._documents.looked  # allow looked: for readers, who decide nothing on it
        query = {"location_id": location_id, "revoked": False, "valid_until": {"$gte": day.isoformat()}}
        found = await orders.all(query, sort=(("valid_until", 1), ("_id", 1)))
        return [each for each in found if each.valid_from <= day]
