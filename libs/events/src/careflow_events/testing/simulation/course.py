"""The course of a world: from the first step of a plan until operators have settled what came of it."""

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Final

from careflow_events.parked import ParkedRecord
from careflow_events.testing.simulation import invariants
from careflow_events.testing.simulation.happenings import HAPPENINGS
from careflow_events.testing.simulation.operators import operate
from careflow_events.testing.simulation.plan import SECONDS, Step
from careflow_events.testing.simulation.service import Service
from careflow_events.testing.simulation.virtual import elapsed
from careflow_events.testing.simulation.world import World

LOOK_EVERY: Final = 2.0
RESTART_SECONDS: Final = 3.0
"""What a process takes to start: meanwhile there is more to read than one record."""
SETTLED_WITHIN: Final = 240.0
"""Virtual seconds in which everything has arrived once all faults have ended."""
QUIET_SECONDS: Final = 6.0


async def live(world: World, plan: Sequence[Step]) -> None:
    """Runs the plan and what follows from it. Raises Broken when something does not hold."""
    try:
        await _live(world, plan)
    finally:
        for service in world.services.values():
            for process in service.alive():
                process.kill()


async def _live(world: World, plan: Sequence[Step]) -> None:
    for service in world.services.values():
        service.begin()
    keeper = asyncio.create_task(_keep_running(world))
    for step in plan:
        while elapsed() + LOOK_EVERY < step.at:
            await asyncio.sleep(LOOK_EVERY)
            invariants.hold(world)
        await asyncio.sleep(max(0.0, step.at - elapsed()))
        await _happens(world, step)
        invariants.hold(world)
    await asyncio.sleep(max(0.0, SECONDS - elapsed()))
    _end_of_faults(world)
    await _settle(world)
    keeper.cancel()
    invariants.hold_in_the_end(world)


async def _happens(world: World, step: Step) -> None:
    chance = Random(step.seed)  # noqa: S311 - to be repeated, not to be secret
    service = world.services[chance.choice(sorted(world.services))]
    await HAPPENINGS[step.kind](world, service, chance)


async def _keep_running(world: World) -> None:
    """Restarts what died, as an orchestrator does."""
    while True:
        await asyncio.sleep(RESTART_SECONDS)
        for service in world.services.values():
            if not service.alive() and service.name not in world.given_up:
                service.begin(skew=0.0)


def _end_of_faults(world: World) -> None:
    cluster = world.cluster
    for trouble in cluster.trouble.values():
        trouble.away = trouble.answers_lost = 0
        trouble.refuses, trouble.silent = (b"", 0.0), (0, 0.0)
    cluster.held_until.clear()
    for service in world.services.values():
        service.store_fails, service.breaks_until = 0, 0
        for process in service.alive():
            process.dies_in = process.sleeps_in = None


async def _settle(world: World) -> None:
    """Operators do what the runbook says until nothing is left to do for a while."""
    ends, quiet_since = elapsed() + SETTLED_WITHIN, elapsed()
    while elapsed() - quiet_since < QUIET_SECONDS:
        await asyncio.sleep(1)
        if [await operate(world, service) for service in world.services.values()] != [False] * len(world.services):
            quiet_since = elapsed()
        invariants.hold(world)
        if elapsed() > ends:
            raise invariants.Broken(f"not settled: {_unsettled(world)}")


def _unsettled(world: World) -> list[str]:
    return [
        f"{name}: {len(service.outbox.unpublished())} unpublished,"
        f" {[(each.id, each.cause, each.state) for each in _open(service)]}, fence"
        f" {service.store.committed['fence']}, stopped {service.store.committed['stopped']}"
        for name, service in world.services.items()
    ]


def _open(service: Service) -> list[ParkedRecord]:
    return [each for each in service.store.committed["parked"].values() if each.settled_at is None]
