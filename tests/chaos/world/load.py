"""The clinic at work while things break: regulars who book, move, cancel, answer, sign and pay, newcomers who register,
and somebody at the bedside.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Final

from careflow_clinic.http import Refused
from careflow_clinic.walk import Walk
from tests.chaos.world.regulars import Regular, registered
from tests.chaos.world.treated import Treated

BETWEEN_SECONDS: Final = (0.2, 1.2)
"""How long somebody waits between one thing and the next."""
NEWCOMERS_EVERY: Final = 4.0  # seconds


@dataclass(slots=True)
class Load:
    """What goes on until it is told to end. What the clinic refuses is counted by its code."""

    walk: Walk
    regulars: Sequence[Regular]
    chance: Random
    first_newcomer: int
    newcomers: int = 0
    done: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def going_on(self, treated: Treated | None) -> AsyncIterator["Load"]:
        """For the length of the block, and until everybody has ended what they had begun."""
        tasks = [asyncio.create_task(self._keeps_going(each)) for each in self.regulars]
        tasks.append(asyncio.create_task(self._newcomers()))
        if treated is not None:
            tasks.append(asyncio.create_task(self._dose(treated)))
        try:
            yield self
            self._over.set()
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keeps_going(self, regular: Regular) -> None:
        while not self._over.is_set():
            await self._does(regular.does_something())
            await asyncio.sleep(regular.chance.uniform(*BETWEEN_SECONDS))

    async def _newcomers(self) -> None:
        while not self._over.is_set():
            await self._does(registered(self.walk, self.first_newcomer + self.newcomers))
            self.newcomers += 1
            await asyncio.sleep(NEWCOMERS_EVERY)

    async def _does(self, something: Awaitable[object]) -> None:
        """What the clinic refuses is its business; whatever else a client is kept from is told of the round."""
        try:
            await something
            self.done += 1
        except Refused as refused:
            self.refused[str(refused).partition(" was answered ")[2].partition(":")[0]] += 1
        except Exception as error:
            self.failures.append(f"{type(error).__name__}: {str(error)[:300]}")

    async def _dose(self, treated: Treated) -> None:
        """Whoever is refused here was kept from a dose that nothing speaks against."""
        try:
            await treated.is_dosed()
        except Exception as error:
            treated.is_given_up()
            self.failures.append(f"no dose: {type(error).__name__}: {str(error)[:300]}")
