"""Medicare private contracts in MongoDB, encrypted with the patient's key. Open fields: when each ends, and whether it
is the one that is listed; blind: whose.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from pymongo import IndexModel

from billing.domain.ids import PatientId
from billing.domain.private_contracts import RecordedContract
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

CONTRACTS: Final = "private_contracts"

INDEXES: Final = (
    (CONTRACTS, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),
    (CONTRACTS, IndexModel([("current", 1), ("ends_on", 1), ("_id", 1)], name="by_end")),
)


def _open_fields(recorded: RecordedContract) -> Mapping[str, object]:
    return {
        "patient_id": recorded.patient_id,
        "current": recorded.current,
        "ends_on": recorded.contract.ends_on.isoformat(),
    }


class MongoPrivateContracts(Stored[RecordedContract]):
    """See `billing.application.ports.PrivateContracts`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            CONTRACTS,
            RecordedContract,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("private_contract"))

    async def all_of(self, patient_id: PatientId, /) -> list[RecordedContract]:
        return await self._documents.all({"patient_id": patient_id}, of=patient_id)

    async def by_end(self, today: date, limit: int, after: str | None, *, ended: bool) -> Listed[RecordedContract]:
        when = {"$lt": today.isoformat()} if ended else {"$gte": today.isoformat()}
        order = (("ends_on", -1), ("_id", -1)) if ended else (("ends_on", 1),)
        return await self._documents.page({"current": True, "ends_on": when}, sort=order, limit=limit, after=after)
