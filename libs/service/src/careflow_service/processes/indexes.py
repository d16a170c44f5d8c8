"""`indexes`: makes the indexes and seeds of a service, once, before the others start. Running it again changes
nothing.
"""

from typing import TypeVar

from careflow_events.mongo import INDEXES as EVENTS_INDEXES
from careflow_service.mongo.indexes import INDEXES as SERVICE_INDEXES
from careflow_service.mongo.indexes import ensure_indexes
from careflow_service.processes.opening import Opened
from careflow_service.settings import ServiceSettings
from careflow_service.telemetry.logs import log

S = TypeVar("S", bound=ServiceSettings)
P = TypeVar("P")
App = TypeVar("App")


async def make_indexes(process: Opened[S, P, App]) -> None:
    """Make every index of the libraries and the service, then run its seeds."""
    service = process.service
    indexes = (*EVENTS_INDEXES, *SERVICE_INDEXES, *service.indexes)
    await ensure_indexes(process.resources.database, indexes)
    if service.seeds is not None:
        await service.seeds(process.app)
    log.info("indexes_made", count=len(indexes))
