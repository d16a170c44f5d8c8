"""What services need: the broker, stores, clocks; away, killed, wrong."""

import time
from typing import Final

from tests.chaos.failpoints.failing import CLOCK_VARIABLE
from tests.chaos.injuries.injury import ALL, Injury, Scene

AWAY_SECONDS: Final = 8.0
CLOCKS_AHEAD: Final = {"booking": 1.5, "screening": -1.5, "sessions": 0.0, "billing": 1.0}
"""Seconds: what machines that keep their time over the network are apart at worst."""
SKEWED_SECONDS: Final = 10.0


def kafka_stopped(scene: Scene) -> None:
    """The broker is told to stop, is away, and comes back."""
    scene.note(None, "kafka", "stopped")
    scene.running.stack.stop("kafka")
    time.sleep(AWAY_SECONDS)
    scene.running.stack.start("kafka")


def kafka_killed(scene: Scene) -> None:
    """The broker is killed twice, the second time while it is still being found again."""
    for pause in (AWAY_SECONDS / 2, 0.0):
        scene.note(None, "kafka", "killed")
        scene.running.stack.kill("kafka")
        time.sleep(pause)
        scene.running.stack.start("kafka")
        time.sleep(scene.chance.uniform(0.5, 2.0))


def kafka_frozen(scene: Scene) -> None:
    """The broker hangs with all its connections open, as a machine that swaps."""
    scene.note(None, "kafka", "frozen")
    scene.running.stack.pause("kafka")
    time.sleep(AWAY_SECONDS)
    scene.running.stack.resume("kafka")


def store_killed(service: str) -> Injury:
    """kill -9 of one service's store, twice."""

    def injure(scene: Scene) -> None:
        for pause in (0.0, 3.0):
            scene.note(service, f"{service}-store", "killed")
            scene.running.stack.kill(f"{service}-store")
            time.sleep(pause)
            scene.running.stack.start(f"{service}-store")
            time.sleep(scene.chance.uniform(0.5, 3.0))

    return injure


def stores_killed(scene: Scene) -> None:
    """kill -9 of all stores in the same moment."""
    for service in ALL:
        scene.note(service, f"{service}-store", "killed")
        scene.running.stack.kill(f"{service}-store")
    for service in ALL:
        scene.running.stack.start(f"{service}-store")


def clocks_apart(scene: Scene) -> None:
    """Each service's clock is some other time's."""
    try:
        for service in ALL:
            scene.running.environment[service][CLOCK_VARIABLE] = str(CLOCKS_AHEAD[service])
            scene.note(service, f"{service}-*", f"clock {CLOCKS_AHEAD[service]:+} s")
            scene.running.restart(service)
        time.sleep(SKEWED_SECONDS)
    finally:
        for service in ALL:  # whatever became of this round, the next begins with true clocks
            scene.running.environment[service].pop(CLOCK_VARIABLE, None)
        for service in ALL:
            scene.running.restart(service)
