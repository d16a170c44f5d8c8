"""How far a service is from being at rest."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel

from careflow_events.mongo import MongoErasure
from careflow_events.topics import topics_of
from careflow_service.deadlines import Deadline, Effect
from careflow_service.http.console import AtConsole, Console
from careflow_service.http.dependencies import represent

router = APIRouter(prefix="/ops", tags=["ops"])


class Drain(BaseModel):
    """What this service still has to do. All zero and no due deadline means it is at rest."""

    outbox_unpublished: int
    parked: int
    next_deadline: AwareDatetime | None
    effects_pending: int
    domain_time: AwareDatetime


@router.get("/drain", response_model=Drain)
async def read_drain(console: AtConsole) -> Response:
    """How far this service is from being at rest."""
    return represent(await drained(console))


async def drained(console: Console) -> Drain:
    """See `read_drain`."""
    return Drain(
        outbox_unpublished=(await console.unpublished.backlog()).rows,
        parked=await console.stores.parked.open_count(),
        next_deadline=await _earliest(console.service.deadlines, console.ports),
        effects_pending=await _pending(console.service.effects, console.ports) + await _destroying(console),
        domain_time=console.resources.clock(),
    )


async def _earliest(deadlines: Iterable[Deadline[Any]], ports: Any) -> datetime | None:
    due = [found[0] for deadline in deadlines if (found := await deadline.next(ports)) is not None]
    return min(due, default=None)


async def _destroying(console: AtConsole) -> int:
    """1 while something of an erased patient is still to be destroyed."""
    erasure = MongoErasure(console.resources.database, topics_of(console.service.name))
    return int(await erasure.next(()) is not None)


async def _pending(effects: Iterable[Effect[Any]], ports: Any) -> int:
    """How many kinds of effect have an intent that may be attempted now."""
    return sum([await effect.next(ports) is not None for effect in effects])
