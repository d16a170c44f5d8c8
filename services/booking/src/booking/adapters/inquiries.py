"""Inquiries in MongoDB, encrypted with a key of the person who asks. Open fields: since when one waits, when it was
closed; blind: whose, whether it is urgent, and how it ended.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pymongo import IndexModel

from booking.domain.inquiries import Inquiry, InquiryOutcome
from booking.domain.intervals import Interval
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

INQUIRIES: Final = "inquiries"
_OLDEST_FIRST: Final = (("received_at", 1),)
_NEWEST_FIRST: Final = (("closed_at", -1),)
_ANY: Final = datetime(1, 1, 1, tzinfo=UTC)

INDEXES: Final = (
    (INQUIRIES, IndexModel([("open", 1), ("urgency", 1), ("received_at", 1), ("_id", 1)], name="open")),
    (INQUIRIES, IndexModel([("closed_at", -1), ("_id", 1)], name="closed")),
    (INQUIRIES, IndexModel([("outcome", 1), ("closed_at", -1), ("_id", 1)], name="closed_so")),
    (INQUIRIES, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),
)


class MongoInquiries(Stored[Inquiry]):
    """See `booking.application.ports.Inquiries`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            INQUIRIES,
            Inquiry,
            fields=_open_fields,
            blind=("patient_id", "urgency", "outcome"),
            owner=lambda inquiry: inquiry.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("inquiry"))

    async def listed(self, limit: int, after: str | None, *, urgent: bool) -> Listed[Inquiry]:
        query = {"open": True, "urgency": _urgency(urgent=urgent)}
        return await self._documents.page(query, sort=_OLDEST_FIRST, limit=limit, after=after)

    async def closed(
        self, limit: int, after: str | None, *, on: Interval | None, outcome: InquiryOutcome | None
    ) -> Listed[Inquiry]:
        query: dict[str, Any] = {"closed_at": {"$gte": on.start, "$lt": on.end} if on else {"$gt": _ANY}}
        if outcome is not None:
            query["outcome"] = outcome.value
        return await self._documents.page(query, sort=_NEWEST_FIRST, limit=limit, after=after)


def _open_fields(inquiry: Inquiry) -> Mapping[str, object]:
    return {
        "patient_id": inquiry.patient_id,
        "open": inquiry.is_open,
        "urgency": _urgency(urgent=inquiry.urgent),
        "received_at": inquiry.received_at,
        "closed_at": inquiry.closing.at if inquiry.closing else None,
        "outcome": inquiry.outcome.value if inquiry.outcome else None,
    }


def _urgency(*, urgent: bool) -> str:
    return "urgent" if urgent else "ordinary"
