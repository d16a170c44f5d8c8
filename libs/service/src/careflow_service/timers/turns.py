"""One turn of one kind: ask the store what is next, do it, or say how long to wait.

Invariant: a turn never raises for what a deadline, an effect or the store did. It counts and logs the failure and sets
the id aside, so that the others of its kind have their turn. What was done but comes up again unchanged is set aside
too: it would otherwise be done without end.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from careflow_service.deadlines import Backoff, setting_aside
from careflow_service.telemetry.logs import log
from careflow_service.timers.kinds import Kind, Upcoming

AT_ONCE: Final = 0.0
LATER: Final = float("inf")


class StillDue(Exception):
    """It was done, and is due again exactly as before: what did it did not change the document."""


class Turn:
    """The turns of one kind in this process."""

    def __init__(
        self, kind: Kind, *, backoff: Backoff | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._kind = kind
        self._backoff = backoff or Backoff()
        self._monotonic = monotonic
        self._done: Upcoming | None = None

    async def __call__(self) -> float:
        """Seconds after which to ask again at the latest: 0 when there may be more to do right now."""
        try:
            upcoming = await self._upcoming()
            wait = LATER if upcoming is None else self._kind.wait(upcoming)
        except Exception as error:
            self._failed(None, error)
            return LATER
        if upcoming is None or wait > 0:
            self._done = None  # it moved: an effect that is tried again later comes up the same
            return wait
        await self._do(upcoming)
        return AT_ONCE

    async def _upcoming(self) -> Upcoming | None:
        aside = self._backoff.waiting(self._monotonic())
        with setting_aside(aside):
            upcoming = await self._kind.next()
        return None if upcoming is None or upcoming.id in aside else upcoming

    async def _do(self, upcoming: Upcoming) -> None:
        before, self._done = self._done, None
        if upcoming == before:
            self._failed(upcoming.id, StillDue())
            return
        try:
            await self._kind.do(upcoming)
        except Exception as error:
            self._failed(upcoming.id, error)
            return
        self._done = upcoming
        self._backoff.succeeded(upcoming.id)

    def _failed(self, id_: str | None, error: Exception) -> None:
        if id_ is not None:
            self._backoff.failed(id_, self._monotonic())
        self._kind.failed()
        log.error("timer_failed", task=self._kind.name, document_id=id_, exc_info=error)
