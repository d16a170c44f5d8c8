"""One world: its services, its cluster, and what has happened in it."""

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any

from careflow_events.testing.builders import an_id
from careflow_events.testing.simulation.cluster import Cluster
from careflow_events.testing.simulation.process import Process
from careflow_events.testing.simulation.service import SETTINGS, Service


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
