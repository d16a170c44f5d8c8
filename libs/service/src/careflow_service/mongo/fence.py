"""Whether this service stands still because its store was put back from a copy (`careflow_events.fencing`).

Invariant: while it is fenced nothing is changed, by nobody: commands are refused, reactions and timers wait. Reading
goes on. The worker finds out, an operator ends it; every process knows within a second: it looks so often, or is told.
"""

import asyncio
from contextlib import suppress
from typing import Final

from pymongo.errors import PyMongoError

from careflow_events import metrics
from careflow_events.fencing import Fences
from careflow_events.mongo import CommitWatch

FENCE: Final = "_fence"
LOOK_EVERY_SECONDS: Final = 1.0
TOLD_SECONDS: Final = 5.0
"""The same where the store tells of what is written."""


class FenceWatch:
    """What one process knows of the fence."""

    def __init__(self, fences: Fences, commits: CommitWatch) -> None:
        """`commits` tells of what is written, in a process in which it runs."""
        self._fences = fences
        self._hint = commits.hint(FENCE)
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
            await self._hint.wait(0, while_told=TOLD_SECONDS - LOOK_EVERY_SECONDS)
