"""Practitioners in MongoDB."""

from collections.abc import Mapping
from typing import Final

from pymongo import IndexModel

from booking.domain.practitioners import Practitioner
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored

PRACTITIONERS: Final = "practitioners"

INDEXES: Final = (
    (PRACTITIONERS, IndexModel([("active", 1), ("_id", 1)], name="active")),
    (
        PRACTITIONERS,
        IndexModel("name_key", name="one_name_each", unique=True, partialFilterExpression={"named_apart": True}),
    ),
)


def _open_fields(practitioner: Practitioner) -> Mapping[str, object]:
    return {"active": practitioner.active, "name_key": practitioner.name_key, "named_apart": practitioner.named_apart}


class MongoPractitioners(Stored[Practitioner]):
    """See `booking.application.ports.Practitioners`."""

    def __init__(self, database: Database) -> None:
        documents = Documents(database, PRACTITIONERS, Practitioner, fields=_open_fields)
        super().__init__(documents, lambda: not_found("practitioner"))

    async def active(self) -> tuple[Practitioner, ...]:
        people = self._documents.looked  # allow looked: every booking asks; whoever leaves keeps their visits
        return tuple(await people.all({"active": True}))

    async def page(self, limit: int, after: str | None) -> Listed[Practitioner]:
        return await self._documents.page({}, limit=limit, after=after)
