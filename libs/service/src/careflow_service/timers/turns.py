"""One turn of one kind: ask the store what is next, do it, or say how long to wait. What is slow for reasons outside
of the store is done side by side, so that one gateway that hangs delays nobody else.

Invariant: a turn never raises for what a deadline, an effect or the store did. It counts and logs the failure and sets
the id aside, so that the others of its kind have their turn. What was done but comes up again unchanged is set aside
too: it would otherwise be done without end.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

from careflow_service.deadlines import Backoff, setting_aside
from careflow_service.telemetry.logs import log
from careflow_service.timers.kinds import Kind, Upcoming

AT_ONCE: Final = 0.0
LATER: Final = float("inf")
UNMOVED_SECONDS: Final = 1.0
"""What comes up again, unchanged, so soon after it was done was not changed by what did it."""


class StillDue(Exception):
    """It was done, and is due again exactly as before: what did it did not change the document."""


class Turn:
    """The turns of one kind in this process. Of what is `at_once` more than one are done side by side."""

    def __init__(
        self,
        kind: Kind,
        *,
        at_once: int = 1,
        backoff: Backoff | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kind = kind
        self._at_once = at_once
        self._backoff = backoff or Backoff()
        self._monotonic = monotonic
        self._done: dict[Upcoming, float] = {}
        self._in_flight: dict[str, asyncio.Task[None]] = {}
        self._aside: frozenset[str] = frozenset()
        self.at_rest = False
        """Whether the last turn found nothing to do, nothing in flight and nothing that failed."""

    async def __call__(self) -> float:
        """Seconds after which to ask again at the latest: 0 when there may be more to do right now."""
        self.at_rest = False
        try:
            upcoming = await self._upcoming()
            wait = LATER if upcoming is None else self._kind.wait(upcoming)
        except Exception as error:
            self._failed(None, error)
            return LATER
        if upcoming is None or wait > 0:
            self._done.clear()  # it moved: an effect that is tried again later comes up the same
            self.at_rest = not self._aside
            return wait
        await self._begin(upcoming)
        if self._at_once == 1:
            await self.finish()
        return AT_ONCE

    async def finish(self) -> None:
        """Waits for what is in flight."""
        await asyncio.gather(*self._in_flight.values())

    async def _begin(self, upcoming: Upcoming) -> None:
        """Does it beside what is in flight, once there is room."""
        if len(self._in_flight) >= self._at_once:
            await asyncio.wait(self._in_flight.values(), return_when=asyncio.FIRST_COMPLETED)
        task = asyncio.create_task(self._do(upcoming))
        self._in_flight[upcoming.id] = task
        task.add_done_callback(lambda _: self._in_flight.pop(upcoming.id))

    async def _upcoming(self) -> Upcoming | None:
        self._aside = aside = self._backoff.waiting(self._monotonic()) | self._in_flight.keys()
        with setting_aside(aside):
            upcoming = await self._kind.next()
        return None if upcoming is None or upcoming.id in aside else upcoming

    async def _do(self, upcoming: Upcoming) -> None:
        done_at = self._done.pop(upcoming, None)
        if done_at is not None and self._monotonic() - done_at < UNMOVED_SECONDS:
            self._failed(upcoming.id, StillDue())
            return
        try:
            await self._kind.do(upcoming)
        except Exception as error:
            self._failed(upcoming.id, error)
            return
        now = self._monotonic()
        self._done = {each: at for each, at in self._done.items() if now - at < UNMOVED_SECONDS} | {upcoming: now}
        self._backoff.succeeded(upcoming.id)

    def _failed(self, id_: str | None, error: Exception) -> None:
        if id_ is not None:
            self._backoff.failed(id_, self._monotonic())
        self._kind.failed()
        log.error("timer_failed", task=self._kind.name, document_id=id_, exc_info=error)
