"""How keys are rotated and retired: by one operator at a time, in steps, told how far it has come, stopped between two.

Invariant: at every moment, also after a kill, everything can be read; what was cut short goes on with the next run,
because what is left to do is seen in the data and remembered nowhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from careflow_events.lease import HeldLease
from careflow_service.identity import Actor
from careflow_service.mongo.audit import AuditTrail
from careflow_service.mongo.fence import FenceWatch
from careflow_service.mongo.key_watch import Holder, KeyWatch
from careflow_service.one_shot import NotNow, Stopped

KEYS_LEASE: Final = "keys"
AT_ONCE: Final = 200
"""How many data keys or documents are dealt with between two looks whether to go on."""
PASSES: Final = 3
"""How often documents are gone through. What is still left then belongs to somebody who is being erased."""
LOOK_AGAIN_SECONDS: Final = 0.5
BY: Final = Actor.system("keys")


@dataclass(frozen=True, slots=True)
class Step:
    """How far it has come: `wrapped`, `hashed` or `encrypted` of `of` data keys or documents, or the processes it waits
    for.
    """

    wrapped: int = 0
    hashed: int = 0
    encrypted: int = 0
    of: int = 0
    waiting_for: int = 0


@dataclass(frozen=True, slots=True)
class Rotation:
    """A rotation, planned or done: the key before, the one that takes over (None: it has taken over already, and what
    was left is done), how many data keys are wrapped, documents hashed or encrypted anew.
    """

    kind: str
    before: str
    to: str | None
    to_wrap: int = 0
    to_hash: int = 0
    to_encrypt: int = 0


class Turning:
    """One operator's hold on the keys of a service."""

    def __init__(
        self,
        *,
        watch: KeyWatch,
        audit: AuditTrail,
        fence: FenceWatch,
        lease: HeldLease,
        stopping: Callable[[], bool],
        say: Callable[[Step], None],
    ) -> None:
        """`lease` is this process's hold on `KEYS_LEASE`; `say` is told how far it has come."""
        self.watch = watch
        self.say = say
        self._audit = audit
        self._fence = fence
        self._lease = lease
        self._stopping = stopping

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """One at a time, however many operators there are. Raises NotNow."""
        if await self._lease.hold() is None:
            raise NotNow(
                "keys are being rotated or retired by somebody else; what was cut short can be gone on with 6 s later"
            )
        try:
            yield
        finally:
            await self._lease.release()

    async def look(self) -> None:
        """What holds of the keys now. Raises NotNow."""
        await self._fence.look()
        if self._fence.closed:
            raise NotNow("this service is being restored: finish that first")
        await self.watch.look()

    async def noted(self, act: str, kind: str) -> None:
        """Into the audit trail, before it is done."""
        await self._audit.acted(BY, f"{act}_{kind}_key")

    async def until_all_follow(self, kind: str, current: str) -> None:
        """Waits until each process that is alive writes with that key. Raises Stopped or NotNow."""
        while others := [each for each in await self.watch.holders() if each.writes_with.get(kind) != current]:
            self.say(Step(waiting_for=len(others)))
            await self.go_on()
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def refuse_writers(self, kind: str, key: str) -> None:
        """Raises NotNow while a process that is alive writes with that key."""
        if users := [each for each in await self.watch.holders() if each.writes_with.get(kind) == key]:
            raise NotNow(f"these processes still write with {key}: {names(users)}")

    def stopped(self) -> None:
        """Raises Stopped when it is told to."""
        if self._stopping():
            raise Stopped

    async def go_on(self) -> None:
        """Between two steps. Raises Stopped or NotNow."""
        self.stopped()
        if await self._lease.hold() is None:
            raise NotNow("somebody else goes on with it, because this process stood still for too long")


def names(holders: Sequence[Holder]) -> str:
    """Of processes, for people."""
    return ", ".join(each.name for each in holders)
