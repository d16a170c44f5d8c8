"""Fee cases in MongoDB, under the appointment's id, encrypted with the patient's key. Open field: when to be
settled; blind: whose.
"""

from collections.abc import Mapping
from typing import Final

from pymongo import IndexModel

from billing.application.ports import Due
from billing.domain.fee_cases import FeeCase
from billing.domain.ids import PatientId
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

FEES: Final = "fee_cases"

INDEXES: Final = (
    (FEES, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),
    (FEES, IndexModel("post_at", name="due")),
)


def _open_fields(fee: FeeCase) -> Mapping[str, object]:
    return {"patient_id": fee.patient_id, "post_at": fee.post_at}


class MongoFeeCases(Stored[FeeCase]):
    """See `billing.application.ports.FeeCases`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            FEES,
            FeeCase,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda fee: fee.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("fee"))

    async def all_of(self, patient_id: PatientId, /) -> list[FeeCase]:
        return await self._documents.all({"patient_id": patient_id}, of=patient_id)

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("post_at")
