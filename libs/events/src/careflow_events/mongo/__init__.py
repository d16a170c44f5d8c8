"""MongoDB adapters of the ports in this package. They own `_outbox _streams _positions _parked _consumers _leases` in
each service's database.

Invariant: they work on the session that the caller's task has bound (`session.bind()`), so inside a unit of work they
are part of its transaction and outside one they are single operations.
"""

from careflow_events.mongo.consumers import MongoConsumers
from careflow_events.mongo.faults import store_is_away
from careflow_events.mongo.indexes import INDEXES
from careflow_events.mongo.lease import MongoLeases
from careflow_events.mongo.outbox import MongoOutbox
from careflow_events.mongo.parked import MongoParked
from careflow_events.mongo.positions import MongoPositions
from careflow_events.mongo.stores import mongo_stores
from careflow_events.mongo.unpublished import MongoUnpublished
from careflow_events.mongo.watch import OutboxWatch

__all__ = [
    "INDEXES",
    "MongoConsumers",
    "MongoLeases",
    "MongoOutbox",
    "MongoParked",
    "MongoPositions",
    "MongoUnpublished",
    "OutboxWatch",
    "mongo_stores",
    "store_is_away",
]
