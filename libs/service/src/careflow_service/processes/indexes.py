"""`indexes`: makes the indexes and seeds of a service, once, before the others start. Running it again changes
nothing.
"""

from typing import TypeVar

from pymongo import IndexModel

from careflow_events.mongo import INDEXES as EVENTS_INDEXES
from careflow_service.mongo.indexes import INDEXES as SERVICE_INDEXES
from careflow_service.mongo.indexes import drop_indexes, ensure_indexes
from careflow_service.processes.opening import Opened
from careflow_service.service import Service
from careflow_service.settings import ServiceSettings
from careflow_service.telemetry.logs import log

S = TypeVar("S", bound=ServiceSettings)
P = TypeVar("P")
App = TypeVar("App")


def indexes_of(service: Service[S, P, App]) -> tuple[tuple[str, IndexModel], ...]:
    """Every index of the libraries and the service."""
    return (*EVENTS_INDEXES, *SERVICE_INDEXES, *service.indexes)


async def make_indexes(process: Opened[S, P, App]) -> None:
    """Make every index, then run the service's seeds."""
    service = process.service
    indexes = indexes_of(service)
    await drop_indexes(process.resources.database, service.former_indexes)
    await ensure_indexes(process.resources.database, indexes)
    if service.seeds is not None:
        await service.seeds(process.app)
    log.info("indexes_made", count=len(indexes))
