"""Takes turns for all that a service does by itself, each kind in a task of its own: deadlines, effects, webhooks, and
the sealing of its audit trail.

Invariants: only the holder of the one lease works: of all processes of a service one fires deadlines and performs
effects. What is due is asked of the store anew for every turn, so neither a restart, a second process nor a jump of the
domain clock loses or doubles anything; a jump wakes every kind at once. Kafka is not needed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final, Generic, TypeVar

from careflow_events.lease import HeldLease
from careflow_events.mongo import CommitWatch
from careflow_service.clock import Clock, ClockFileBroken
from careflow_service.deadlines import Deadline, Effect
from careflow_service.mongo.audit import AUDIT
from careflow_service.telemetry.logs import log
from careflow_service.timers.kinds import DeadlineKind, EffectKind
from careflow_service.timers.leases import give_back
from careflow_service.timers.sealing import Sealing
from careflow_service.timers.turns import Turn
from careflow_service.work import Work

P = TypeVar("P")

TIMERS_LEASE: Final = "timers"
DEADLINES: Final = "deadlines"
EFFECTS: Final = "effects"
WEBHOOKS: Final = "webhooks"

POLL_SECONDS: Final = {DEADLINES: 1.0, EFFECTS: 0.25, WEBHOOKS: 0.25}
"""The longest sleep of a kind with nothing due, because something may become due meanwhile that it does not know of.
An effect is due at once, and a page must go out within a second; a deadline is rarely set for the next moment.
"""
TOLD_SECONDS: Final = {DEADLINES: 10.0, EFFECTS: 2.0, WEBHOOKS: 2.0}
"""The same where the store tells of what is written. When the next deadline is due is known, and it is not slept
through. Not everything else that is due becomes so by being written: an attempt that is to be made again does by the
time.
"""
_WRITTEN: Final = {DEADLINES: (AUDIT,), EFFECTS: (AUDIT,), WEBHOOKS: (AUDIT, "_leases")}
"""What is written to give a kind work: every unit of work leaves an audit entry, and the relay's lease says how far is
published.
"""
EFFECTS_AT_ONCE: Final = 16
"""How many effects of one kind are performed side by side: each waits for somebody outside, who may hang."""
LOOK_SECONDS: Final = 0.25
"""How often the domain clock is watched for a jump, which asks the store nothing."""
KEEP_SECONDS: Final = 0.25
"""How soon the lease is asked for again when the store gave no answer; otherwise it knows when it is due."""
JUMP_SECONDS: Final = 0.05
"""What the domain clock may gain on this machine's steady one between two looks without having jumped."""


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
        lease: HeldLease,
        webhooks: Turn | None = None,
        sealing: Sealing | None = None,
        poll_seconds: Mapping[str, float] = POLL_SECONDS,
        commits: CommitWatch | None = None,
    ) -> None:
        """`lease` is this process's hold on `TIMERS_LEASE`; `clock` is the domain clock; `poll_seconds` by kind;
        `webhooks` where the service says anything; `commits` tells of what is written, where it runs.
        """
        self._turns = {
            DEADLINES: [Turn(DeadlineKind(each, ports=ports, work=work, clock=clock)) for each in deadlines],
            EFFECTS: [Turn(EffectKind(each, ports=ports, work=work), at_once=EFFECTS_AT_ONCE) for each in effects],
            WEBHOOKS: [] if webhooks is None else [webhooks],
        }
        self._clock = clock
        self._lease = lease
        self._led = asyncio.Event()
        self._sealing = sealing
        self._poll_seconds = poll_seconds
        self._woken = asyncio.Event()
        self._hints = {
            turn: commits.hint(*_WRITTEN[name]) for name, turns in self._turns.items() for turn in turns if commits
        }

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set, then finishes what is in flight and gives the lease back."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep(stop))
                group.create_task(self._watch_clock(stop))
                for name, turns in self._turns.items():
                    for turn in turns:
                        group.create_task(self._take(turn, name, stop))
                if self._sealing is not None:
                    group.create_task(self._sealing.run(self._lease, stop))
        finally:
            await give_back(self._lease, TIMERS_LEASE)

    async def _keep(self, stop: asyncio.Event) -> None:
        """Takes the lease and renews it beside the work, which may last."""
        while not stop.is_set():
            try:
                await self._lease.hold()
            except Exception as error:
                log.warning("lease_not_kept", lease=TIMERS_LEASE, exc_info=error)
            if self._lease.held:
                self._led.set()
            await _sleep(max(self._lease.due_in, KEEP_SECONDS), stop)
        self._led.set()

    async def _take(self, turn: Turn, name: str, stop: asyncio.Event) -> None:
        poll_seconds, told_seconds = self._poll_seconds[name], TOLD_SECONDS[name]
        while not stop.is_set():
            if not self._lease.held:
                self._led.clear()
                await self._led.wait()
                continue
            woken = self._woken  # taken before the turn: what happens during it is not slept through
            wait = await turn()
            await _sleep(min(wait, poll_seconds), woken)
            hint = self._hints.get(turn)
            if hint is not None and wait > poll_seconds and turn.at_rest and not woken.is_set():
                await hint.wait(0, while_told=min(wait, told_seconds) - poll_seconds)
        await turn.finish()

    async def _watch_clock(self, stop: asyncio.Event) -> None:
        """Wakes every kind when the domain clock jumps, and when it is time to stop."""
        ahead = self._ahead()
        while not stop.is_set():
            await _sleep(LOOK_SECONDS, stop)
            before, ahead = ahead, self._ahead()
            if stop.is_set() or _jumped(before, ahead):
                woken, self._woken = self._woken, asyncio.Event()
                woken.set()
                for hint in self._hints.values():
                    hint.tell()

    def _ahead(self) -> float | None:
        """How far the domain clock is ahead of the steady one; None while it cannot be read, which each turn tells."""
        try:
            return self._clock().timestamp() - time.monotonic()
        except ClockFileBroken:
            return None


def _jumped(before: float | None, ahead: float | None) -> bool:
    if before is None or ahead is None:
        return before != ahead
    return abs(ahead - before) > JUMP_SECONDS


async def _sleep(seconds: float, woken: asyncio.Event) -> None:
    if seconds <= 0:
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await woken.wait()
