"""A runner that lets something else commit between a decision and its commit.

What a decision rests on is guarded when the runner then decides anew, and comes to what having come second means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import TypeVar

from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work

R = TypeVar("R")
Meanwhile = Callable[[], Awaitable[object]]


class Overtaking:
    """Runs units of work by `work`; `tries` counts how often the one that was overtaken decided."""

    def __init__(self, work: Work) -> None:
        self._run = work.run
        self._meanwhile: Meanwhile | None = None
        self.tries = 0

    def by(self, meanwhile: Meanwhile) -> None:
        """The next unit of work is overtaken by this, once: it happens to its end after the first decision."""
        self._meanwhile = meanwhile

    async def run(
        self,
        fn: Callable[[Transaction], Awaitable[R]],
        *,
        by: Actor,
        action: str,
        returns: type[R],
        request: RequestKey | None = None,
    ) -> Committed[R]:
        """See `careflow_service.work.Work.run`."""
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is None:
            return await self._run(fn, by=by, action=action, returns=returns, request=request)

        async def overtaken(tx: Transaction) -> R:
            self.tries += 1
            decided = await fn(tx)
            if self.tries == 1:
                await asyncio.create_task(_wholly(meanwhile), context=Context())  # belongs to no unit of work
            return decided

        return await self._run(overtaken, by=by, action=action, returns=returns, request=request)


async def _wholly(meanwhile: Meanwhile) -> None:
    await meanwhile()
