"""How far a service is from being at rest."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel

from careflow_events.mongo import MongoUnpublished, mongo_stores
from careflow_service.deadlines import Deadline, Effect
from careflow_service.http.dependencies import represent
from careflow_service.service import Resources, Service
from careflow_service.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)
P = TypeVar("P")
App = TypeVar("App")


class Drain(BaseModel):
    """What this service still has to do. All zero and no due deadline means it is at rest."""

    outbox_unpublished: int
    parked: int
    next_deadline: AwareDatetime | None
    effects_pending: int
    domain_time: AwareDatetime


def routes(service: Service[S, P, App], ports: P, resources: Resources[S]) -> APIRouter:
    """`/ops/drain`."""
    router = APIRouter(prefix="/ops", tags=["ops"])
    stores = mongo_stores(resources.database, service.name)
    unpublished = MongoUnpublished(resources.database)

    @router.get("/drain", response_model=Drain)
    async def read_drain() -> Response:
        """How far this service is from being at rest."""
        return represent(
            Drain(
                outbox_unpublished=(await unpublished.backlog()).rows,
                parked=await stores.parked.open_count(),
                next_deadline=await _earliest(service.deadlines, ports),
                effects_pending=await _pending(service.effects, ports),
                domain_time=resources.clock(),
            )
        )

    return router


async def _earliest(deadlines: Iterable[Deadline[P]], ports: P) -> datetime | None:
    due = [found[0] for deadline in deadlines if (found := await deadline.next(ports)) is not None]
    return min(due, default=None)


async def _pending(effects: Iterable[Effect[P]], ports: P) -> int:
    """How many kinds of effect have an intent that may be attempted now."""
    return sum([await effect.next(ports) is not None for effect in effects])
