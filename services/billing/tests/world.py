"""Billing in the test's own process."""

from dataclasses import dataclass
from functools import partial

from billing.application.ports import Ports
from billing.application.use_cases import Billing
from billing.bootstrap import SERVICE
from careflow_service.identity import Role
from careflow_service.testing import world
from careflow_service.testing.calling import Caller
from services.billing.tests.builders import NOW
from services.billing.tests.processor_desk import Desk


@dataclass(slots=True, kw_only=True, repr=False)
class World(world.ServiceWorld[Ports, Billing]):
    """One clinic's billing."""

    @property
    def biller(self) -> Caller:
        return self.calling(Role.BILLER)


def takes_cards(world: World) -> Desk:
    """From now on the clinic has a processor; nothing goes over a wire."""
    desk = Desk(clock=world.clock)
    object.__setattr__(world.ports, "processor", desk)
    return desk


def is_found(world: World) -> None:
    """From now on patients find this service at an address."""
    object.__setattr__(world.ports.link_addresses, "public", "https://clinic.example")


running = partial(world.running, World, SERVICE, now=NOW)
"""Opens it on a database of one's own."""
