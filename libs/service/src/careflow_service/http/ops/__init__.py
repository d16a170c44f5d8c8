"""What operators ask and do: where things stand and an event is, what becomes of parked ones, what is fed again, how a
restore ends, and what auditors ask.

The same routes in every service, under its own access rows. Invariant: nothing here changes state unless asked not to
be a dry run; events are shown by their names and codes, never by their content.
"""

from typing import TypeVar

from fastapi import APIRouter

from careflow_service.http.ops import audit, consumer, drain, outbox, parked, restore, trace
from careflow_service.service import Resources, Service
from careflow_service.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)
P = TypeVar("P")
App = TypeVar("App")


def ops_routers(service: Service[S, P, App], ports: P, resources: Resources[S]) -> tuple[APIRouter, ...]:
    """The `/ops` routes of `service`."""
    return (
        drain.routes(service, ports, resources),
        parked.routes(service.name, resources),
        consumer.routes(service, resources),
        outbox.routes(service.name, resources),
        restore.routes(resources),
        trace.routes(service, resources),
        audit.routes(resources),
    )
