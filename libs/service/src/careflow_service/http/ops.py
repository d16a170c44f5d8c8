"""What operators ask and do: where things stand, and what is to become of parked events.

The same routes in every service, under its own access rows. Invariant: nothing here changes state unless asked not to
be a dry run.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel
from pymongo.asynchronous.database import AsyncDatabase

from careflow_service.deadlines import Deadline, Effect
from careflow_service.http.rendering import represent
from careflow_service.service import Resources, Service
from careflow_service.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)
P = TypeVar("P")
App = TypeVar("App")


class Drain(BaseModel):
    """What this service still has to do. All zero and no due deadline means it is at rest."""

    outbox_unpublished: int
    parked: int
    next_deadline: datetime | None
    effects_pending: int
    domain_time: datetime


def ops_router(service: Service[S, P, App], ports: P, resources: Resources[S]) -> APIRouter:
    """The `/ops` routes of `service`."""
    router = APIRouter(prefix="/ops", tags=["ops"])

    @router.get("/drain", response_model=Drain)
    async def read_drain() -> Response:
        """How far this service is from being at rest."""
        return represent(
            Drain(
                outbox_unpublished=await _count(resources.database, "_outbox", {"published_at": None}),
                parked=await _count(resources.database, "_parked", {"state": "parked"}),
                next_deadline=await _earliest(service.deadlines, ports),
                effects_pending=await _pending(service.effects, ports),
                domain_time=resources.clock(),
            )
        )

    return router


async def _count(database: AsyncDatabase[dict[str, Any]], collection: str, query: dict[str, Any]) -> int:
    return await database[collection].count_documents(query)


async def _earliest(deadlines: Iterable[Deadline[P]], ports: P) -> datetime | None:
    due = [found[0] for deadline in deadlines if (found := await deadline.next(ports)) is not None]
    return min(due, default=None)


async def _pending(effects: Iterable[Effect[P]], ports: P) -> int:
    """How many kinds of effect have an intent that may be attempted now."""
    return sum([await effect.next(ports) is not None for effect in effects])
