"""Payouts of the card processor in MongoDB. Open: ids of the processor's, amounts and times are in them, and nobody's
name.
"""

from collections.abc import Mapping
from typing import Final

from pymongo import IndexModel

from billing.application.ports import Due
from billing.domain.payouts import Payout
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored

PAYOUTS: Final = "payouts"
_NEWEST_FIRST: Final = (("told_at", -1), ("_id", -1))

INDEXES: Final = (
    (PAYOUTS, IndexModel("ask_at", name="due")),
    (PAYOUTS, IndexModel([("told_at", 1), ("_id", 1)], name="by_time")),
)


def _open_fields(payout: Payout) -> Mapping[str, object]:
    return {"ask_at": payout.ask_at, "told_at": payout.told_at}


class MongoPayouts(Stored[Payout]):
    """See `billing.application.ports.Payouts`."""

    def __init__(self, database: Database) -> None:
        documents = Documents(database, PAYOUTS, Payout, fields=_open_fields)
        super().__init__(documents, lambda: not_found("payout"))

    async def newest(self, limit: int, after: str | None) -> Listed[Payout]:
        return await self._documents.page({}, sort=_NEWEST_FIRST, limit=limit, after=after)

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("ask_at")
