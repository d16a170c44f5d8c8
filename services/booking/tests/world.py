"""Booking in the test's own process."""

from dataclasses import dataclass
from functools import partial

from booking.application.ports import Ports
from booking.application.use_cases import Booking
from booking.bootstrap import SERVICE
from careflow_service.identity import Role
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


running = partial(world.running, World, SERVICE, now=NOW)
"""Opens it on a database of one's own."""
