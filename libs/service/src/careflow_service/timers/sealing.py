"""Seals the audit trail every few seconds, under the lease of all that a service does by itself.

Invariant: sealing never stands in the way of what it seals, and what keeps it from sealing shows: the age of the oldest
entry without a seal goes on growing while the store is away or an entry cannot be sealed.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final

from careflow_service.mongo.audit import AUDIT
from careflow_service.telemetry import metrics
from careflow_service.telemetry.logs import log

if TYPE_CHECKING:
    from careflow_events.lease import HeldLease
    from careflow_events.mongo import CommitWatch
    from careflow_service.clock import Clock
    from careflow_service.mongo.audit_seals import AuditSeals

EVERY_SECONDS: Final = 2.0
TOLD_SECONDS: Final = 10.0
"""How often it is looked for entries without a seal, and how often at rest where the store tells of what is written:
who is told has sealed within EVERY_SECONDS.
"""
AT_ONCE: Final = 0.0


class Sealing:
    """The sealing of one service's audit trail in one process."""

    def __init__(
        self,
        seals: AuditSeals,
        *,
        wall_clock: Clock,
        every_seconds: float = EVERY_SECONDS,
        commits: CommitWatch | None = None,
    ) -> None:
        """`commits` tells of what is written, where it runs."""
        self._seals = seals
        self._wall_clock = wall_clock
        self._hint = None if commits is None else commits.hint(AUDIT)
        self._every_seconds = every_seconds
        self._waiting_since: datetime | None = None

    async def run(self, lease: HeldLease, stop: asyncio.Event) -> None:
        """Works until `stop` is set, whenever `lease` is held, which somebody else keeps."""
        while not stop.is_set():
            wait = await self._turn(lease)
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await stop.wait()
            at_rest = lease.held and wait != AT_ONCE and self._waiting_since is None
            if self._hint is not None and at_rest and not stop.is_set():
                await self._hint.wait(0, while_told=TOLD_SECONDS - EVERY_SECONDS)

    async def _turn(self, lease: HeldLease) -> float:
        """Seconds until the next one. It never raises for what the store does."""
        began = self._wall_clock()
        try:
            if not lease.held:
                self._show(None)
                return self._every_seconds
            done = await self._seals.seal()
        except Exception as error:
            metrics.AUDIT_SEAL_FAILURES.inc()
            log.warning("audit_not_sealed", exc_info=error)
            self._show(self._waiting_since or began)
            return self._every_seconds
        metrics.AUDIT_SEALED.inc(done.count)
        self._show(done.oldest_unsealed)
        return AT_ONCE if done.more else self._every_seconds

    def _show(self, waiting_since: datetime | None) -> None:
        self._waiting_since = waiting_since
        age = 0.0 if waiting_since is None else (self._wall_clock() - waiting_since).total_seconds()
        metrics.AUDIT_UNSEALED_SECONDS.set(max(0.0, age))
