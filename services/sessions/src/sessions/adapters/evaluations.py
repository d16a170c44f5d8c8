"""Evaluations in MongoDB: encrypted with the patient's key. Open fields: when a patient comes; blind: whose."""

from datetime import datetime
from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from sessions.domain.evaluations import Evaluation

EVALUATIONS: Final = "evaluations"

INDEXES: Final = ((EVALUATIONS, IndexModel([("awaited_at", 1), ("_id", 1)], name="awaited")),)


class MongoEvaluations(Stored[Evaluation]):
    """See `sessions.application.ports.Evaluations`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            EVALUATIONS,
            Evaluation,
            fields=lambda each: {"patient_id": each.patient_id, "awaited_at": each.awaited_at},
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("evaluation"))

    async def between(self, start: datetime, end: datetime, /) -> list[Evaluation]:
        evaluations = self._documents.looked  # allow looked: shown to a human, decides nothing
        query = {"awaited_at": {"$gte": start, "$lt": end}}
        return await evaluations.all(query, sort=(("awaited_at", 1), ("_id", 1)))
