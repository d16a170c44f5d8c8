"""Practitioners in MongoDB."""

from collections.abc import Mapping
from typing import Final

from pymongo import IndexModel

from booking.domain.practitioners import Practitioner
from careflow_domain.errors import not_found
from careflow_service.deadlines import set_aside
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored

PRACTITIONERS: Final = "practitioners"

INDEXES: Final = (
    (PRACTITIONERS, IndexModel([("active", 1), ("_id", 1)], name="active")),
    (PRACTITIONERS, IndexModel([("to_be_told", 1), ("_id", 1)], name="to_be_told")),
    (
        PRACTITIONERS,
        IndexModel("name_key", name="one_name_each", unique=True, partialFilterExpression={"named_apart": True}),
    ),
)


def _open_fields(practitioner: Practitioner) -> Mapping[str, object]:
    return {
        "active": practitioner.active,
        "name_key": practitioner.name_key,
        "named_apart": practitioner.named_apart,
        "to_be_told": practitioner.to_be_told,
    }


class MongoPractitioners(Stored[Practitioner]):
    """See `booking.application.ports.Practitioners`."""

    def __init__(self, database: Database) -> None:
        documents = Documents(database, PRACTITIONERS, Practitioner, fields=_open_fields)
        super().__init__(documents, lambda: not_found("practitioner"))

    async def active(self) -> tuple[Practitioner, ...]:
        people = self._documents.looked  # allow looked: every booking asks; whoever leaves keeps their visits
        return tuple(await people.all({"active": True}))

    async def next_to_tell(self) -> str | None:
        aside = set_aside()
        people = self._documents.looked  # allow looked: who tells of one reads them again
        # Who was entered before names were told has no word there.
        ids = await people.ids({"to_be_told": {"$in": [None, True]}}, limit=len(aside) + 1)
        return next((each for each in ids if each not in aside), None)

    async def page(self, limit: int, after: str | None) -> Listed[Practitioner]:
        return await self._documents.page({}, limit=limit, after=after)
