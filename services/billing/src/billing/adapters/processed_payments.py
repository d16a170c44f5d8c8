"""What the card processor told of its payments, in MongoDB. Whose a payment is stands sealed in the payment alone."""

from typing import Final

from billing.domain.processed_payments import ProcessedPayment
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored

PROCESSED: Final = "processed_payments"


class MongoProcessedPayments(Stored[ProcessedPayment]):
    """See `billing.application.ports.ProcessedPayments`."""

    def __init__(self, database: Database) -> None:
        super().__init__(Documents(database, PROCESSED, ProcessedPayment), lambda: not_found("processed_payment"))
