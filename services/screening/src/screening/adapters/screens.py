"""Screens before dosing visits in MongoDB, under the visit's id: encrypted with the patient's key. Open field: when to
ask; blind: whose, requests.
"""

from collections.abc import Mapping
from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from screening.application.ports import Due
from screening.domain.ids import PatientId, RequestId
from screening.domain.pre_session import PreSessionScreen

SCREENS: Final = "pre_session_screens"

INDEXES: Final = (
    (SCREENS, IndexModel("due_at", name="due")),
    (SCREENS, IndexModel("patient_id", name="of_patient")),
    (SCREENS, IndexModel("requests", name="of_request")),
)


def _open_fields(screen: PreSessionScreen) -> Mapping[str, object]:
    return {"patient_id": screen.patient_id, "due_at": screen.due_at, "requests": list(screen.requests)}


class MongoScreens(Stored[PreSessionScreen]):
    """See `screening.application.ports.Screens`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            SCREENS,
            PreSessionScreen,
            fields=_open_fields,
            blind=("patient_id", "requests"),
            owner=lambda screen: screen.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("screen"))

    async def of_request(self, request_id: RequestId, /, *, of: PatientId) -> PreSessionScreen | None:
        return await self._documents.one(of=of, requests=request_id)

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("due_at")
