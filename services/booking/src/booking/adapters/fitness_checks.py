"""In MongoDB, of which practitioner or room what is booked is still to be looked through. Of nobody: all of it is
open.
"""

from datetime import datetime
from typing import Final

from pymongo import IndexModel

from booking.domain.fitness_checks import FitnessCheck
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored

FITNESS_CHECKS: Final = "fitness_checks"

INDEXES: Final = ((FITNESS_CHECKS, IndexModel([("due_at", 1)], name="due_at")),)


class MongoFitnessChecks(Stored[FitnessCheck]):
    """See `booking.application.ports.FitnessChecks`."""

    def __init__(self, database: Database) -> None:
        documents = Documents(database, FITNESS_CHECKS, FitnessCheck, fields=lambda check: {"due_at": check.due_at})
        super().__init__(documents, lambda: not_found("fitness_check"))

    async def next_due(self) -> tuple[datetime, str] | None:
        return await self._documents.earliest("due_at")
