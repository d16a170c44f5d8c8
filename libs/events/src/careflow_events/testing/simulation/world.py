"""One world: its services, and its course from the first step of a plan until operators have settled it."""

import asyncio
from collections.abc import Coroutine, Sequence
from random import Random
from typing import Any, Final

from careflow_events.parked import ParkedRecord
from careflow_events.testing.builders import an_id
from careflow_events.testing.simulation import invariants
from careflow_events.testing.simulation.cluster import Cluster
from careflow_events.testing.simulation.happenings import HAPPENINGS
from careflow_events.testing.simulation.operators import operate
from careflow_events.testing.simulation.plan import SECONDS, Step
from careflow_events.testing.simulation.process import Process
from careflow_events.testing.simulation.service import SETTINGS, Service
from careflow_events.testing.simulation.virtual import elapsed

LOOK_EVERY: Final = 2.0
RESTART_SECONDS: Final = 1.0
SETTLED_WITHIN: Final = 240.0
"""Virtual seconds in which everything has arrived once all faults have ended."""
QUIET_SECONDS: Final = 6.0


class World:
    """See the module. `impostors` are ids that nobody of ours has given, `restored` the services that were put back."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311 - to be repeated, not to be secret
        self.ids = 0
        self.cluster = Cluster(self.chance)
        self.services = {name: Service(name, self.cluster, self.chance, self.new_id) for name in SETTINGS}
        self.copies: dict[str, Any] = {}
        self.said: dict[str, str] = {}
        self.discarded: set[tuple[str, str, int]] = set()
        self.impostors: set[str] = set()
        self.rivals: list[tuple[str, str]] = []
        self.restored: set[str] = set()
        self.trimmed = False
        self.strangers = False
        self.refed = False
        self.given_up: set[str] = set()
        self.commands: list[Process] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def new_id(self) -> str:
        """The next id."""
        self.ids += 1
        return an_id(self.ids)

    async def live(self, plan: Sequence[Step]) -> None:
        """Runs the plan and what follows from it. Raises Broken when something does not hold."""
        try:
            await self._live(plan)
        finally:
            for service in self.services.values():
                for process in service.alive():
                    process.kill()

    async def _live(self, plan: Sequence[Step]) -> None:
        for service in self.services.values():
            service.begin()
        keeper = asyncio.create_task(self._keep_running())
        for step in plan:
            while elapsed() + LOOK_EVERY < step.at:
                await asyncio.sleep(LOOK_EVERY)
                invariants.hold(self)
            await asyncio.sleep(max(0.0, step.at - elapsed()))
            await self._happens(step)
            invariants.hold(self)
        await asyncio.sleep(max(0.0, SECONDS - elapsed()))
        self._end_of_faults()
        await self._settle()
        keeper.cancel()
        invariants.hold_in_the_end(self)

    async def _happens(self, step: Step) -> None:
        chance = Random(step.seed)  # noqa: S311 - see above
        service = self.services[chance.choice(sorted(self.services))]
        await HAPPENINGS[step.kind](self, service, chance)

    async def _keep_running(self) -> None:
        """Restarts what died, as an orchestrator does."""
        while True:
            await asyncio.sleep(RESTART_SECONDS)
            for service in self.services.values():
                if not service.alive() and service.name not in self.given_up:
                    service.begin(skew=0.0)

    def soon(self, act: Coroutine[Any, Any, None]) -> None:
        """Does it beside everything else."""
        task = asyncio.create_task(act)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def say(self, contract: Any, patients: list[str], seconds: float) -> None:
        """One command of screening, in a process of its own, whose client does not ask again."""
        screening = self.services["screening"]

        async def command() -> None:
            try:
                ids = await screening.say(contract, patients, seconds)
            except ConnectionError:
                return
            self.said.update(dict.fromkeys(ids, "screening"))

        process = Process("api", self.chance, self.chance.uniform(-1, 1))
        self.commands.append(process)
        process.start(command)

    def _end_of_faults(self) -> None:
        cluster = self.cluster
        for trouble in cluster.trouble.values():
            trouble.away = trouble.answers_lost = 0
            trouble.refuses, trouble.silent = (b"", 0.0), (0, 0.0)
        cluster.held_until.clear()
        for service in self.services.values():
            service.store_fails, service.breaks_until = 0, 0
            for process in service.alive():
                process.dies_in = process.sleeps_in = None

    async def _settle(self) -> None:
        """Operators do what the runbook says until nothing is left to do for a while."""
        ends, quiet_since = elapsed() + SETTLED_WITHIN, elapsed()
        while elapsed() - quiet_since < QUIET_SECONDS:
            await asyncio.sleep(1)
            if [await operate(self, service) for service in self.services.values()] != [False] * len(self.services):
                quiet_since = elapsed()
            invariants.hold(self)
            if elapsed() > ends:
                raise invariants.Broken(f"not settled: {self._unsettled()}")

    def _unsettled(self) -> list[str]:
        return [
            f"{name}: {len(service.outbox.unpublished())} unpublished,"
            f" {[(each.id, each.cause, each.state) for each in _open(service)]}, fence"
            f" {service.store.committed['fence']}, stopped {service.store.committed['stopped']}"
            for name, service in self.services.items()
        ]


def _open(service: Service) -> list[ParkedRecord]:
    return [each for each in service.store.committed["parked"].values() if each.settled_at is None]
