"""Month's ends in MongoDB, one document each. Open: no more than ids, counts and codes is in them."""

from collections.abc import Mapping
from typing import Final

from pymongo import IndexModel

from billing.application.ports import Due
from billing.domain.statement_runs import StatementRun
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored

RUNS: Final = "statement_runs"

INDEXES: Final = ((RUNS, IndexModel("next_at", name="due")),)


def _open_fields(run: StatementRun) -> Mapping[str, object]:
    return {"next_at": run.next_at}


class MongoStatementRuns(Stored[StatementRun]):
    """See `billing.application.ports.StatementRuns`."""

    def __init__(self, database: Database) -> None:
        documents = Documents(database, RUNS, StatementRun, fields=_open_fields)
        super().__init__(documents, lambda: not_found("statement_run"))

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("next_at")
