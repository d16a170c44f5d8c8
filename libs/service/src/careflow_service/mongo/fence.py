"""Whether this service stands still because its store was put back from a copy (`careflow_events.fencing`).

Invariant: while it is fenced nothing is changed, by nobody: commands are refused, reactions and timers wait. Reading
goes on. The worker finds out, an operator ends it; every process looks for it once a second.
"""

import asyncio
from contextlib import suppress
from typing import Final

from pymongo.errors import PyMongoError

from careflow_events import metrics
from careflow_events.fencing import Fences

LOOK_EVERY_SECONDS: Final = 1.0


class FenceWatch:
    """What one process knows of the fence."""

    def __init__(self, fences: Fences) -> None:
        self._fences = fences
        self.closed = False

    async def look(self) -> None:
        """Reads it. Raises what the driver raises while the store is away."""
        self.closed = await self._fences.fence() is not None
        metrics.FENCED.set(self.closed)

    async def run(self) -> None:
        """Looks until cancelled; while the store is away nothing is changed anyway."""
        while True:
            with suppress(PyMongoError):
                await self.look()
            await asyncio.sleep(LOOK_EVERY_SECONDS)
