"""Packages in MongoDB, encrypted with the patient's key. Open: when bought, and whether something is to be done; blind:
whose.
"""

from collections.abc import Mapping
from typing import Final

from pymongo import IndexModel

from billing.domain.ids import PatientId
from billing.domain.packages import Package
from billing.domain.tasks import TaskKind, tasks_of
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

PACKAGES: Final = "packages"

_BY_DATE: Final = (("bought_on", 1),)

INDEXES: Final = (
    (PACKAGES, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),
    (PACKAGES, IndexModel([("tasks", 1), ("bought_on", 1), ("_id", 1)], name="with_task")),
)


def _open_fields(package: Package) -> Mapping[str, object]:
    return {
        "patient_id": package.patient_id,
        "tasks": [each.kind.value for each in tasks_of(package)],
        "bought_on": package.bought_on.isoformat(),
    }


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

    async def with_task(self, kind: TaskKind, limit: int, after: str | None) -> Listed[Package]:
        return await self._documents.page({"tasks": kind.value}, sort=_BY_DATE, limit=limit, after=after)
