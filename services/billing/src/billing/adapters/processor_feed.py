"""How far the card processor was heard, in MongoDB, one document. Open: ids of the processor's and times are in it."""

from typing import Final

from billing.domain.processor_feed import ProcessorFeed
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored

FEEDS: Final = "processor_feed"


class MongoProcessorFeed(Stored[ProcessorFeed]):
    """See `billing.application.ports.ProcessorFeeds`."""

    def __init__(self, database: Database) -> None:
        super().__init__(Documents(database, FEEDS, ProcessorFeed), lambda: not_found("processor_feed"))
