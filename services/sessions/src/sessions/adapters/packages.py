"""Packages that were dispensed for one patient, in MongoDB: encrypted with the patient's key; the container, which is
the place's, names only the package. Blind: whose.
"""

from collections.abc import Sequence
from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from sessions.domain.ids import PackageId, PatientId
from sessions.domain.packages import Package

PACKAGES: Final = "packages"

INDEXES: Final = ((PACKAGES, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),)


class MongoPackages(Stored[Package]):
    """See `sessions.application.ports.Packages`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            PACKAGES,
            Package,
            fields=lambda each: {"patient_id": each.patient_id},
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("package"))

    async def of_patient(self, patient_id: PatientId, /) -> list[Package]:
        return await self._documents.all({"patient_id": patient_id}, of=patient_id)

    async def several(self, package_ids: Sequence[PackageId], /) -> list[Package]:
        packages = self._documents.looked  # allow looked: shown to a human, decides nothing
        return await packages.all({"_id": {"$in": list(package_ids)}})
