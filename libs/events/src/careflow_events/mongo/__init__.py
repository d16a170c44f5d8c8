"""MongoDB adapters of the ports in this package. They own `_outbox _streams _positions _parked _consumers _leases` in
each service's database.

Invariant: they work on the session that the caller's task has bound (`session.bind()`), so inside a unit of work they
are part of its transaction and outside one they are single operations.
"""

from careflow_events.mongo.indexes import INDEXES
from careflow_events.mongo.outbox import MongoOutbox

__all__ = ["INDEXES", "MongoOutbox"]
