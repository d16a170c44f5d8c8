"""Packages in MongoDB, encrypted with the patient's key. Blind: whose."""

from collections.abc import Mapping
from typing import Final

from pymongo import IndexModel

from billing.domain.ids import PatientId
from billing.domain.packages import Package
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

PACKAGES: Final = "packages"

INDEXES: Final = ((PACKAGES, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),)


def _open_fields(package: Package) -> Mapping[str, object]:
    return {"patient_id": package.patient_id}


class MongoPackages(Stored[Package]):
    """See `billing.application.ports.Packages`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            PACKAGES,
            Package,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("package"))

    async def all_of(self, patient_id: PatientId, /) -> list[Package]:
        found = await self._documents.all({"patient_id": patient_id}, of=patient_id)
        return sorted(found, key=lambda package: (package.bought_on, package.id))
