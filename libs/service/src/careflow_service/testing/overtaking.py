"""A runner that lets something else commit between a decision and its commit.

What a decision rests on is guarded when the runner then decides anew, and comes to what having come second means.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from contextvars import Context
from typing import Any, TypeVar

from careflow_service.identity import Actor, RequestKey
from careflow_service.service import Service
from careflow_service.work import Committed, Transaction, Work

A = TypeVar("A")
R = TypeVar("R")
W = TypeVar("W")
Meanwhile = Callable[[], Awaitable[object]]
Race = Callable[[W, "Overtaking"], Awaitable[None]]
"""In this world something is overtaken, and what comes of it is what having come second means."""


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


def decided_by(service: Service[Any, Any, A], application: A, *, but: Collection[str]) -> Counter[str]:
    """The name of everything a service decides: the use cases of its application `but` those that only tell,
    its reactions, deadlines and effects. Raises `ValueError` for a name in `but` that is no use case.
    """
    use_cases = {name for name in dir(application) if not name.startswith("_")}
    if unknown := set(but) - use_cases:
        raise ValueError(f"{type(application).__name__} has no {', '.join(sorted(unknown))}")
    return Counter(
        (
            *(use_cases - set(but)),
            *(each.contract.__name__ for each in service.subscriptions),
            *(each.name for each in service.deadlines),
            *(each.name for each in service.effects),
        )
    )


async def _wholly(meanwhile: Meanwhile) -> None:
    await meanwhile()
