"""Discrepancies of the drug log in MongoDB, encrypted with their location's key, as the log is. Open fields: where, of
which container, whether it waits for a judgement or for anything, and when something of it becomes late.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from sessions.application.ports import Due
from sessions.domain.discrepancy_cases import DiscrepancyCase
from sessions.domain.ids import ContainerId, LocationId

CASES: Final = "discrepancy_cases"

INDEXES: Final = (
    (CASES, IndexModel([("location_id", 1), ("waits", 1), ("discovered_at", -1), ("_id", 1)], name="of_location")),
    (CASES, IndexModel([("location_id", 1), ("container_id", 1), ("discovered_at", 1)], name="of_container")),
    (CASES, IndexModel([("location_id", 1), ("undecided", 1), ("_id", 1)], name="undecided_at")),
    (CASES, IndexModel("overdue_at", name="due")),
)


def _open_fields(case: DiscrepancyCase) -> Mapping[str, object]:
    return {
        "location_id": case.location_id,
        "container_id": case.container_id,
        "discovered_at": case.discovered_at,
        "undecided": case.judgement is None,
        "waits": bool(case.pending),
        "overdue_at": case.overdue_at,
    }


class MongoDiscrepancyCases(Stored[DiscrepancyCase]):
    """See `sessions.application.ports.DiscrepancyCases`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database, CASES, DiscrepancyCase, fields=_open_fields, owner=lambda each: each.location_id, vault=vault
        )
        super().__init__(documents, lambda: not_found("discrepancy_case"))

    async def of_containers(
        self, location_id: LocationId, containers: Iterable[ContainerId], /
    ) -> list[DiscrepancyCase]:
        about = {"location_id": location_id, "container_id": {"$in": sorted(set(containers))}}
        return await self._documents.all(about, of=location_id, sort=(("discovered_at", 1),))

    async def of_location(
        self, location_id: LocationId, /, *, waiting: bool, limit: int, after: str | None
    ) -> Listed[DiscrepancyCase]:
        here = {"location_id": location_id, "waits": waiting}
        order = (("discovered_at", 1), ("_id", -1)) if waiting else (("discovered_at", -1),)
        return await self._documents.page(here, sort=order, limit=limit, after=after)

    async def any_undecided(self, location_id: LocationId, /) -> bool:
        undecided = {"location_id": location_id, "undecided": True}
        return bool(await self._documents.many(undecided, of=location_id, limit=1))

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("overdue_at")
