"""The numbers of papers given in each year, in MongoDB."""

from typing import Final

from billing.domain.numbers import NumberSeries
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored

NUMBERS: Final = "paper_numbers"


class MongoNumberSeries(Stored[NumberSeries]):
    """See `billing.application.ports.NumberSeriesOfYears`."""

    def __init__(self, database: Database) -> None:
        super().__init__(Documents(database, NUMBERS, NumberSeries), lambda: not_found("number_series"))
