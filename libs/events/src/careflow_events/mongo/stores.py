"""Where a consumer keeps what it knows."""

from pymongo.asynchronous.database import AsyncDatabase

from careflow_events.handling import Stores
from careflow_events.mongo.closings import MongoClosings
from careflow_events.mongo.collections import Document
from careflow_events.mongo.consumers import MongoConsumers
from careflow_events.mongo.parked import MongoParked
from careflow_events.mongo.positions import MongoPositions


def mongo_stores(database: AsyncDatabase[Document], consumer: str) -> Stores:
    """The stores of one consumer, in its service's database."""
    return Stores(
        positions=MongoPositions(database, consumer),
        parked=MongoParked(database, consumer),
        consumers=MongoConsumers(database, consumer),
        closings=MongoClosings(),
    )
