"""Deadlines and effects seen alike: both know what is next and how it is done."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from types import NoneType
from typing import Any, Final, Generic, Protocol, TypeVar

from careflow_service.clock import Clock
from careflow_service.deadlines import Deadline, Effect
from careflow_service.identity import Actor
from careflow_service.telemetry import metrics
from careflow_service.work import Transaction, Work

P = TypeVar("P")

ACTOR: Final = Actor.system("timers")
PERFORM_SECONDS: Final = 30.0
"""How long one attempt at an effect may take."""


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What is next of a kind: a document or intent, and since when it is due; None for an intent, due at once.
    `reached` says how far it has come where it is done piece by piece.
    """

    id: str
    due: datetime | None = None
    reached: tuple[int, ...] = ()


class Kind(Protocol):
    """One deadline or effect of a service."""

    @property
    def name(self) -> str: ...

    async def next(self) -> Upcoming | None:
        """What comes next, due or not; None when nothing waits."""

    def wait(self, upcoming: Upcoming) -> float:
        """Seconds of domain time until it is due; not above 0 when it is."""

    async def do(self, upcoming: Upcoming) -> None:
        """Does what is due."""

    def failed(self) -> None:
        """Counts a failure."""


class DeadlineKind(Generic[P]):
    """Fires a deadline in a transaction."""

    def __init__(self, deadline: Deadline[P], *, ports: P, work: Work, clock: Clock) -> None:
        self.name = deadline.name
        self._deadline = deadline
        self._ports = ports
        self._work = work
        self._clock = clock

    async def next(self) -> Upcoming | None:
        upcoming = await self._deadline.next(self._ports)
        return None if upcoming is None else Upcoming(id=upcoming[1], due=upcoming[0])

    def wait(self, upcoming: Upcoming) -> float:
        return -self._late(upcoming)

    async def do(self, upcoming: Upcoming) -> None:
        async def fire(tx: Transaction) -> None:
            await self._deadline.fire(upcoming.id, tx, self._ports)

        late = self._late(upcoming)
        await self._work.run(fire, by=ACTOR, action=self.name, returns=NoneType)
        metrics.DEADLINES_FIRED.labels(self.name).inc()
        metrics.DEADLINE_LATE.labels(self.name).set(late)

    def failed(self) -> None:
        metrics.DEADLINE_FAILURES.labels(self.name).inc()

    def _late(self, upcoming: Upcoming) -> float:
        assert upcoming.due is not None
        return (self._clock() - upcoming.due).total_seconds()


class EffectKind(Generic[P]):
    """Performs an effect, with the intent's id as the idempotency key, and settles it in a transaction."""

    def __init__(self, effect: Effect[P], *, ports: P, work: Work) -> None:
        self.name = effect.name
        self._effect = effect
        self._ports = ports
        self._work = work

    async def next(self) -> Upcoming | None:
        intent = await self._effect.next(self._ports)
        return None if intent is None else Upcoming(id=intent)

    def wait(self, upcoming: Upcoming) -> float:  # noqa: ARG002 - an intent that is named may be attempted now
        return 0.0

    async def do(self, upcoming: Upcoming) -> None:
        outcome = await self._performed(upcoming.id)

        async def settle(tx: Transaction) -> None:
            await self._effect.settle(upcoming.id, outcome, tx, self._ports)

        await self._work.run(settle, by=ACTOR, action=self.name, returns=NoneType)
        metrics.EFFECTS_SETTLED.labels(self.name).inc()

    async def _performed(self, intent: str) -> Any:
        async with asyncio.timeout(PERFORM_SECONDS):
            return await self._effect.perform(intent, self._ports)

    def failed(self) -> None:
        metrics.EFFECT_FAILURES.labels(self.name).inc()
