"""Seals the audit trail every few seconds, under a lease of its own.

Invariant: sealing never stands in the way of what it seals, and what keeps it from sealing shows: the age of the oldest
entry without a seal goes on growing while the store is away or an entry cannot be sealed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final

from careflow_service.telemetry import metrics
from careflow_service.telemetry.logs import log
from careflow_service.timers.leases import give_back

if TYPE_CHECKING:
    from careflow_events.lease import HeldLease
    from careflow_service.clock import Clock
    from careflow_service.mongo.audit_seals import AuditSeals

AUDIT_LEASE: Final = "audit"
EVERY_SECONDS: Final = 2.0
"""How often it is looked for entries without a seal: they have one within five seconds."""
AT_ONCE: Final = 0.0


class Sealing:
    """The sealing of one service's audit trail in one process."""

    def __init__(
        self,
        seals: AuditSeals,
        *,
        lease: Callable[[str], HeldLease],
        wall_clock: Clock,
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        """`lease` makes this process's hold on the lease of that name."""
        self._seals = seals
        self._lease = lease
        self._wall_clock = wall_clock
        self._every_seconds = every_seconds
        self._waiting_since: datetime | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set, then gives the lease back."""
        lease = self._lease(AUDIT_LEASE)
        try:
            while not stop.is_set():
                wait = await self._turn(lease)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), wait)
        finally:
            await give_back(lease, AUDIT_LEASE)

    async def _turn(self, lease: HeldLease) -> float:
        """Seconds until the next one. It never raises for what the store does."""
        began = self._wall_clock()
        try:
            if await lease.hold() is None:
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
