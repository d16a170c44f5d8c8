"""The monitoring forms of the REMS in MongoDB: encrypted with the patient's key. Open fields: by when, whether it waits
and when it becomes late; blind: whose.
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
from sessions.domain.rems_form import RemsForm

FORMS: Final = "rems_forms"
_BY_DUE: Final = (("due_by", 1),)

INDEXES: Final = (
    (FORMS, IndexModel([("patient_id", 1), ("due_by", 1), ("_id", 1)], name="of_patient")),
    (FORMS, IndexModel([("waits", 1), ("due_by", 1), ("_id", 1)], name="waiting")),
    (FORMS, IndexModel("overdue_at", name="due")),
)


def _open_fields(form: RemsForm) -> Mapping[str, object]:
    return {
        "patient_id": form.patient_id,
        "due_by": form.due_by,
        "waits": form.waits,
        "overdue_at": form.overdue_at,
    }


class MongoRemsForms(Stored[RemsForm]):
    """See `sessions.application.ports.RemsForms`."""

    order = _BY_DUE

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            FORMS,
            RemsForm,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("rems_form"))

    async def of_patient(self, patient_id: PatientId, /) -> list[RemsForm]:
        return await self._documents.all({"patient_id": patient_id}, of=patient_id, sort=_BY_DUE)

    async def waiting(self, *, limit: int, after: str | None) -> Listed[RemsForm]:
        return await self._documents.page({"waits": True}, sort=_BY_DUE, limit=limit, after=after)

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("overdue_at")
