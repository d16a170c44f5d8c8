"""Processes of the services that end, hang or are slow."""

import time
from typing import Final

from tests.chaos.failpoints.failing import POLL_VARIABLE
from tests.chaos.failpoints.orders import Act, Order
from tests.chaos.failpoints.points import Process, point_named
from tests.chaos.injuries.injury import ALL, Injury, Scene
from tests.chaos.world.running import PROCESSES

KILLS: Final = 8
FROZEN_SECONDS: Final = 20.0
"""Longer than any lease lives (6 s), and than a consumer may be silent."""
POLL_SECONDS: Final = 6.0
SLOW_SECONDS: Final = 15.0
"""A handler that takes so long has lost its partitions to another in between."""
REBALANCES: Final = 3


def killed_at(point: str) -> Injury:
    """kill -9 at a named point, in every service that comes there."""

    def injure(scene: Scene) -> None:
        passes = scene.chance.randrange(3)
        scene.obeyed(ALL, point_named(point).process, Order(point, after=passes))

    return injure


def killed_at_random(scene: Scene) -> None:
    """kill -9 of any process at any moment."""
    for _ in range(KILLS):
        time.sleep(scene.chance.uniform(0.3, 2.0))
        running = [name for name in PROCESSES if scene.running.stack.table.find(name)]
        scene.kill(scene.chance.choice(running))


def all_at_once(scene: Scene) -> None:
    """kill -9 of every process of every service in the same moment."""
    for name in PROCESSES:
        if scene.running.stack.table.find(name):
            scene.kill(name)


def frozen_before_its_mark(scene: Scene) -> None:
    """A relay's leader hangs between the broker's answer and its mark for longer than its lease; another leads, then
    the first goes on as if nothing had happened.
    """
    service = scene.chance.choice(ALL)
    _frozen(scene, service, "relay_acknowledged")


def frozen_in_a_reaction(scene: Scene) -> None:
    """A consumer hangs with its reaction written and not committed, until its group has given its partitions away."""
    _frozen(scene, scene.chance.choice(("booking", "sessions", "billing")), "reaction_written")


def _frozen(scene: Scene, service: str, point: str) -> None:
    taken = scene.obeyed([service], Process.WORKER, Order(point, Act.FREEZE))
    if taken:
        time.sleep(FROZEN_SECONDS)
        name = scene.running.name_of(taken[service].pid)
        if scene.running.stack.table.find(name):
            scene.running.stack.resume(name)


def slow_handler(scene: Scene) -> None:
    """A handler takes longer than its consumer may go without polling: its partitions are another's when it ends."""
    service = scene.chance.choice(("booking", "sessions", "billing"))
    environment = scene.running.environment[service]
    environment[POLL_VARIABLE] = str(POLL_SECONDS)
    scene.running.restart(service)
    try:
        scene.obeyed([service], Process.WORKER, Order("records_received", Act.WAIT, seconds=SLOW_SECONDS))
        time.sleep(SLOW_SECONDS)
    finally:
        del environment[POLL_VARIABLE]
        scene.running.restart(service)


def rebalanced(scene: Scene) -> None:
    """Second workers come and go, told to stop politely, so that partitions change hands again and again."""
    stack = scene.running.stack
    seconds = [f"{service}-worker-2" for service in ALL]
    for _ in range(REBALANCES):
        with scene.running.supervisor.off_duty(*seconds):
            for name in seconds:
                if stack.table.find(name):
                    scene.note(name.partition("-")[0], name, "stopped")
                    stack.stop(name)
            time.sleep(scene.chance.uniform(0.5, 3.0))
        time.sleep(scene.chance.uniform(3.0, 6.0))
