"""Reaching patients who did not come in MongoDB: encrypted with the patient's key. Open fields: by when, whether it
waits and when it becomes late; blind: whose.
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
from sessions.domain.ids import PatientId
from sessions.domain.outreach import Outreach

OUTREACHES: Final = "outreaches"
_BY_DUE: Final = (("due_by", 1),)

INDEXES: Final = (
    (OUTREACHES, IndexModel([("patient_id", 1), ("due_by", 1), ("_id", 1)], name="of_patient")),
    (OUTREACHES, IndexModel([("waits", 1), ("due_by", 1), ("_id", 1)], name="waiting")),
    (OUTREACHES, IndexModel("overdue_at", name="due")),
)


def _open_fields(outreach: Outreach) -> Mapping[str, object]:
    return {
        "patient_id": outreach.patient_id,
        "due_by": outreach.due_by,
        "waits": outreach.open,
        "overdue_at": outreach.overdue_at,
    }


class MongoOutreaches(Stored[Outreach]):
    """See `sessions.application.ports.Outreaches`."""

    order = _BY_DUE

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            OUTREACHES,
            Outreach,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("outreach"))

    async def of_patient(self, patient_id: PatientId, /) -> list[Outreach]:
        """The last ones: of which one is open is always among them."""
        newest_first = (("due_by", -1),)
        found = await self._documents.all({"patient_id": patient_id}, of=patient_id, sort=newest_first)
        return sorted(found, key=lambda each: each.began_at)

    async def waiting(self, *, limit: int, after: str | None) -> Listed[Outreach]:
        return await self._documents.page({"waits": True}, sort=_BY_DUE, limit=limit, after=after)

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("overdue_at")
