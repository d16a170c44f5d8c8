"""MongoDB adapters of the ports in this package. They own `_outbox _owners _positions _parked _consumers _pauses
_leases _fence _refeeds` in each service's database.

Invariant: what they write belongs to the unit of work the caller is in, and is sent with its commit.
"""

from careflow_events.mongo.changes import OwnerChanges, Versions
from careflow_events.mongo.closings import MongoClosings
from careflow_events.mongo.commit import writing_session
from careflow_events.mongo.consumers import MongoConsumers
from careflow_events.mongo.erasure import MongoErasure
from careflow_events.mongo.faults import store_is_away
from careflow_events.mongo.feed import MongoFeed
from careflow_events.mongo.fences import MongoFences
from careflow_events.mongo.indexes import INDEXES
from careflow_events.mongo.lease import MongoLeases
from careflow_events.mongo.outbox import MongoOutbox
from careflow_events.mongo.parked import MongoParked
from careflow_events.mongo.positions import MongoPositions
from careflow_events.mongo.refeeds import MongoRefeeds
from careflow_events.mongo.stores import mongo_stores
from careflow_events.mongo.tracing import MongoTraces
from careflow_events.mongo.transactions import MongoTransactions
from careflow_events.mongo.unpublished import MongoUnpublished
from careflow_events.mongo.watch import Arrivals, CommitWatch

__all__ = [
    "INDEXES",
    "Arrivals",
    "CommitWatch",
    "MongoClosings",
    "MongoConsumers",
    "MongoErasure",
    "MongoFeed",
    "MongoFences",
    "MongoLeases",
    "MongoOutbox",
    "MongoParked",
    "MongoPositions",
    "MongoRefeeds",
    "MongoTraces",
    "MongoTransactions",
    "MongoUnpublished",
    "OwnerChanges",
    "Versions",
    "mongo_stores",
    "store_is_away",
    "writing_session",
]
