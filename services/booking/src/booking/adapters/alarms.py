"""Alarms of urgent inquiries in MongoDB, encrypted with a key of the person who asks. Open fields: when one is
attempted next, since when it fails, or waits for an address to be named, and of which channel; blind: of which inquiry
it is, and whose.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from pymongo import IndexModel

from booking.domain.alarms import Alarm
from booking.domain.channels import Channel
from booking.domain.ids import InquiryId
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

ALARMS: Final = "alarms"

INDEXES: Final = (
    (ALARMS, IndexModel([("attempt_at", 1)], name="attempt_at")),
    (ALARMS, IndexModel([("failing_since", 1)], name="failing_since")),
    (ALARMS, IndexModel([("channel", 1), ("waits_since", 1)], name="waits_since")),
    (ALARMS, IndexModel([("inquiry_id", 1), ("_id", 1)], name="of_inquiry")),
    (ALARMS, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),
)


class MongoAlarms(Stored[Alarm]):
    """See `booking.application.ports.Alarms`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            ALARMS,
            Alarm,
            fields=_open_fields,
            blind=("patient_id", "inquiry_id"),
            owner=lambda alarm: alarm.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("alarm"))

    async def of_inquiries(self, inquiry_ids: Sequence[InquiryId]) -> Sequence[Alarm]:
        if not inquiry_ids:
            return ()
        alarms = self._documents.looked  # allow looked: shown to a human, decides nothing
        return await alarms.all({"inquiry_id": {"$in": list(inquiry_ids)}})

    async def next_due(self) -> tuple[datetime, str] | None:
        return await self._documents.earliest("attempt_at")

    async def next_waiting(self, channel: Channel) -> tuple[datetime, str] | None:
        return await self._documents.earliest("waits_since", {"channel": channel.value})

    async def first_failing(self) -> tuple[datetime, str] | None:
        return await self._documents.earliest("failing_since")


def _open_fields(alarm: Alarm) -> Mapping[str, object]:
    return {
        "patient_id": alarm.patient_id,
        "inquiry_id": alarm.inquiry_id,
        "attempt_at": alarm.attempt_at,
        "failing_since": alarm.fails_since,
        "waits_since": alarm.waits_since,
        "channel": alarm.channel.value,
    }
