"""Takes turns for all deadlines and effects of a service, each kind in a task of its own.

Invariants: only the holder of the lease works: of all processes of a service one fires deadlines and one performs
effects. What is due is asked of the store anew for every turn, so neither a restart, a second process nor a jump of the
domain clock loses or doubles anything. Kafka is not needed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final, Generic, TypeVar

from careflow_events.lease import HeldLease
from careflow_service.clock import Clock
from careflow_service.deadlines import Deadline, Effect
from careflow_service.telemetry.logs import log
from careflow_service.timers.kinds import DeadlineKind, EffectKind
from careflow_service.timers.turns import Turn
from careflow_service.work import Work

P = TypeVar("P")

POLL_SECONDS: Final = 0.25
"""The longest sleep of a kind with nothing due, because a deadline may be set or the domain clock jump meanwhile."""

DEADLINES_LEASE: Final = "deadlines"
EFFECTS_LEASE: Final = "effects"


class Timers(Generic[P]):
    """The timers of one service in one process."""

    def __init__(
        self,
        *,
        ports: P,
        deadlines: Iterable[Deadline[P]],
        effects: Iterable[Effect[P]],
        work: Work,
        clock: Clock,
        lease: Callable[[str], HeldLease],
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        """`lease` makes this process's hold on the lease of that name; `clock` is the domain clock."""
        self._turns = {
            DEADLINES_LEASE: [Turn(DeadlineKind(each, ports=ports, work=work, clock=clock)) for each in deadlines],
            EFFECTS_LEASE: [Turn(EffectKind(each, ports=ports, work=work)) for each in effects],
        }
        self._lease = lease
        self._poll_seconds = poll_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set, then finishes what is in flight and gives the leases back."""
        async with asyncio.TaskGroup() as group:
            for name, turns in self._turns.items():
                if turns:
                    group.create_task(self._work_under(name, turns, stop))

    async def _work_under(self, name: str, turns: Iterable[Turn], stop: asyncio.Event) -> None:
        lease = self._lease(name)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep(lease, name, stop))
                for turn in turns:
                    group.create_task(self._take(turn, lease, stop))
        finally:
            await _release(lease, name)

    async def _keep(self, lease: HeldLease, name: str, stop: asyncio.Event) -> None:
        """Takes the lease and renews it beside the work, which may last."""
        while not stop.is_set():
            try:
                await lease.hold()
            except Exception as error:
                log.warning("lease_not_kept", lease=name, exc_info=error)
            await self._sleep(self._poll_seconds, stop)

    async def _take(self, turn: Turn, lease: HeldLease, stop: asyncio.Event) -> None:
        while not stop.is_set():
            wait = await turn() if lease.held else self._poll_seconds
            await self._sleep(min(wait, self._poll_seconds), stop)

    @staticmethod
    async def _sleep(seconds: float, stop: asyncio.Event) -> None:
        if seconds <= 0:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await stop.wait()


async def _release(lease: HeldLease, name: str) -> None:
    try:
        await lease.release()
    except Exception as error:
        log.warning("lease_not_released", lease=name, exc_info=error)
