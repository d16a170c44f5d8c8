"""Booking in the test's own process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from booking.application.ports import Ports
from booking.application.use_cases import Booking
from booking.bootstrap import SERVICE
from careflow_service.identity import Role
from careflow_service.mongo.store import Keys
from careflow_service.testing import world
from careflow_service.testing.calling import Caller
from services.booking.tests.builders import NOW


@dataclass(slots=True, kw_only=True, repr=False)
class World(world.ServiceWorld[Ports, Booking]):
    """One clinic's booking."""

    @property
    def coordinator(self) -> Caller:
        return self.calling(Role.COORDINATOR)

    @property
    def public(self) -> Caller:
        return Caller(self.client)


PASSED_OVER: Final = {"task_until"}
"""Who has a task for themselves, and not for too long: few of what is to be done."""

running = partial(world.running, World, SERVICE, now=NOW, passed_over=PASSED_OVER)
"""Opens it on a database of one's own."""


@asynccontextmanager
async def another_process(world: World) -> AsyncIterator[World]:
    """Of the same booking, at the same time: nothing is shared but the store."""
    settings = world.settings
    keys = Keys(
        master=settings.master_key.get_secret_value(),
        blind_index=settings.blind_index_key.get_secret_value(),
        audit=settings.audit_key.get_secret_value(),
    )
    async with running(settings.mongo_url.get_secret_value(), world.store.database.name, keys=keys) as other:
        other.clock.now = world.clock()
        yield other
