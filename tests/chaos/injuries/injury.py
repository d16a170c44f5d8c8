"""What is broken in a round, and what is known of each break: who, where, when, and when whoever it was works again."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from careflow_cli.errors import CareflowError
from tests.chaos.failpoints.orders import Act, Order, Taken
from tests.chaos.failpoints.points import Process
from tests.chaos.world.running import NAMES, Running

AWAIT: Final = 20.0
"""Seconds a process has to come to the point it is to fail at; some services never do, which is not a fault."""
LOOK_EVERY: Final = 0.05  # seconds

Broken = Callable[["Break"], None]
"""Told of each break at once: the recovery from it is measured from now on."""


@dataclass(frozen=True, slots=True)
class Break:
    """`service` is whose process or store it was, None for the broker's; `place` the point or what was done to it;
    `at` by the wall clock, in seconds.
    """

    service: str | None
    process: str
    place: str
    at: float

    def __str__(self) -> str:
        return f"{self.process} {self.place}"


@dataclass(frozen=True, slots=True)
class Scene:
    """What an injury works with. `broken` is told of each break; `over` ends what would go on."""

    running: Running
    chance: Random
    broken: Broken
    breaks: list[Break] = field(default_factory=list)

    def note(self, service: str | None, process: str, place: str, at: float | None = None) -> None:
        """Notes a break."""
        found = Break(service, process, place, time.time() if at is None else at)
        self.breaks.append(found)
        self.broken(found)

    def kill(self, process: str) -> None:
        """As kill -9; the supervisor starts it again."""
        at = time.time()
        try:
            self.running.stack.kill(process)
        except CareflowError:  # it is just being started again
            return
        self.note(process.partition("-")[0], process, "killed", at)

    def obeyed(self, services: Sequence[str], command: Process, order: Order) -> dict[str, Taken]:
        """Has each of these services fail at a point, and waits until they did or AWAIT is over."""
        orders, stack = self.running.orders, self.running.stack
        before = {name: orders.taken(name, command) for name in services}
        for name in services:
            orders.give(name, command, order)
        if order.point.endswith("_claimed"):  # who has the lease claims it no more: another has to
            for name in services:
                for part in ("worker", "worker-2"):
                    if stack.table.find(f"{name}-{part}"):
                        self.kill(f"{name}-{part}")
        until = time.monotonic() + AWAIT
        found: dict[str, Taken] = {}
        while len(found) < len(services) and time.monotonic() < until:
            time.sleep(LOOK_EVERY)
            for name in services:
                taken = orders.taken(name, command)
                if name not in found and taken is not None and taken != before[name]:
                    found[name] = taken
                    place = order.point if order.act is Act.KILL else f"{order.point} ({order.act})"
                    self.note(name, self.running.name_of(taken.pid), place, taken.at)
        for name in services:
            orders.withdraw(name, command)
        return found


Injury = Callable[[Scene], None]
"""Breaks something and ends when all it broke can work again, not when it does."""

ALL: Final = NAMES
