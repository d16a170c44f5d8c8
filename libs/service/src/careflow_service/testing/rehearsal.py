"""A runner that lets every unit of work run twice: the first try is thrown away as after a conflict.

A use case that keeps something of a try, or acts outside the store, shows under it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from typing import TypeVar

from careflow_events.envelope import Envelope
from careflow_events.handling import Reacting
from careflow_events.mongo.unit import Overtaken
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work

R = TypeVar("R")


class Rehearsing:
    """Wraps the service's runner; `tries` counts how often units of work were begun."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.tries = 0

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
        rehearsed = False

        async def twice(tx: Transaction) -> R:
            nonlocal rehearsed
            self.tries += 1
            result = await fn(tx)
            if not rehearsed:
                rehearsed = True
                raise conflict()
            return result

        return await self._work.run(twice, by=by, action=action, returns=returns, request=request)

    async def run_together(
        self,
        reactions: Sequence[Reacting[R]],
        *,
        by: Actor,
        causes: Callable[[Envelope | None], AbstractContextManager[None]],
    ) -> list[R]:
        """See `careflow_service.work.Work.run_together`."""
        return await self._work.run_together(reactions, by=by, causes=causes)


def conflict() -> Overtaken:
    """What ends a try when another commit was faster."""
    return Overtaken("rehearsal/1")
