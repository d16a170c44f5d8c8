"""Links to what a patient's plan asks of them in MongoDB: encrypted with the patient's key. Open field: the id; blind:
whose. What makes a link hard to guess is not stored.
"""

from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from sessions.domain.ids import PatientId
from sessions.domain.plan_links import PlanLink

PLAN_LINKS: Final = "plan_links"

INDEXES: Final = ((PLAN_LINKS, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),)


class MongoPlanLinks(Stored[PlanLink]):
    """See `sessions.application.ports.PlanLinks`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            PLAN_LINKS,
            PlanLink,
            fields=lambda link: {"patient_id": link.patient_id},
            blind=("patient_id",),
            owner=lambda link: link.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("plan_link"))

    async def of_patient(self, patient_id: PatientId, /) -> list[PlanLink]:
        return await self._documents.all({"patient_id": patient_id}, of=patient_id)
