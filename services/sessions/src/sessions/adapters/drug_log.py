"""The drug log in MongoDB, encrypted with its location's key: it names sessions, never patients, but nobody knows what
is typed into a note. Open fields: where, whether anything is left or open.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from sessions.domain.drug_days import DrugDay
from sessions.domain.drug_log import Container
from sessions.domain.ids import LocationId

CONTAINERS: Final = "drug_containers"
DAYS: Final = "drug_days"
_BEFORE_EVERYTHING: Final = datetime(1, 1, 1, tzinfo=UTC)

INDEXES: Final = (
    (CONTAINERS, IndexModel([("location_id", 1), ("in_use", 1), ("_id", 1)], name="in_use_at")),
    (CONTAINERS, IndexModel([("location_id", 1), ("unsettled_since", 1), ("_id", 1)], name="unsettled_at")),
    (CONTAINERS, IndexModel([("location_id", 1), ("touched_at", -1), ("_id", 1)], name="touched_at")),
    (CONTAINERS, IndexModel([("location_id", 1), ("in_use", 1), ("touched_at", -1), ("_id", 1)], name="emptied_at")),
    (DAYS, IndexModel([("location_id", 1), ("_id", -1)], name="of_location")),
    (DAYS, IndexModel([("location_id", 1), ("waits", 1), ("_id", 1)], name="waiting_at")),
)


def _open_fields(container: Container) -> Mapping[str, object]:
    since = container.unsettled_since
    return {
        "location_id": container.location_id,
        "in_use": bool(container.on_hand) or since is not None,
        "unsettled_since": since,
        "touched_at": container.touched_at,
    }


class MongoDrugLog(Stored[Container]):
    """See `sessions.application.ports.DrugLog`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database, CONTAINERS, Container, fields=_open_fields, owner=lambda each: each.location_id, vault=vault
        )
        super().__init__(documents, lambda: not_found("container"))

    async def page_at(
        self, location_id: LocationId, /, *, emptied: bool, limit: int, after: str | None
    ) -> Listed[Container]:
        here = {"location_id": location_id, "in_use": not emptied}
        order = (("touched_at", -1),) if emptied else (("_id", 1),)
        return await self._documents.page(here, sort=order, limit=limit, after=after)

    async def at(self, location_id: LocationId, /) -> list[Container]:
        in_use = {"location_id": location_id, "in_use": True}
        return await self._documents.all(in_use, of=location_id)

    async def touched_since(self, location_id: LocationId, moment: datetime, /) -> list[Container]:
        touched = {"location_id": location_id, "touched_at": {"$gte": moment}}
        return await self._documents.all(touched, of=location_id, sort=(("touched_at", -1),))

    async def unsettled_before(self, location_id: LocationId, moment: datetime, /) -> bool:
        query = {"location_id": location_id, "unsettled_since": {"$gt": _BEFORE_EVERYTHING, "$lt": moment}}
        return bool(await self._documents.many(query, of=location_id, sort=(("unsettled_since", 1),), limit=1))


class MongoDrugDays(Stored[DrugDay]):
    """See `sessions.application.ports.DrugDays`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            DAYS,
            DrugDay,
            fields=lambda day: {"location_id": day.location_id, "waits": day.waits},
            owner=lambda day: day.location_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("drug_day"))

    async def of_location(self, location_id: LocationId, /, *, limit: int, after: str | None) -> Listed[DrugDay]:
        here = {"location_id": location_id}
        return await self._documents.page(here, sort=(("_id", -1),), limit=limit, after=after)

    async def any_waits(self, location_id: LocationId, /) -> bool:
        waiting = {"location_id": location_id, "waits": True}
        return bool(await self._documents.many(waiting, of=location_id, limit=1))
