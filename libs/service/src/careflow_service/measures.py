"""What operators watch of a service that no process remembers: asked of the store whenever `timers` is asked for its
metrics, so that it is true whoever holds a lease, and after any restart.

Invariant: a measure changes nothing, is bounded in time, and is NaN, never its last value, while it cannot be read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from careflow_service.telemetry import metrics

if TYPE_CHECKING:
    from prometheus_client import Gauge

    from careflow_service.clock import Clock
    from careflow_service.deadlines import Deadline

P = TypeVar("P")

READ_WITHIN_SECONDS: Final = 2.0
UNKNOWN: Final = float("nan")
NEVER: Final = float("inf")


@dataclass(frozen=True, slots=True)
class Measure(Generic[P]):
    """A gauge, and how its value is read; `read` must use an index."""

    gauge: Gauge
    read: Callable[[P], Awaitable[float]]


def overdue(deadline: Deadline[P], clock: Clock) -> Measure[P]:
    """How long the earliest of a deadline is due, also where it failed and waits for its next turn."""

    async def read(ports: P) -> float:
        return seconds_past(await deadline.next(ports), clock)

    return Measure(metrics.DEADLINE_OVERDUE.labels(deadline.name), read)


def age_of_backup(taken_at: Callable[[], Awaitable[datetime | None]], wall_clock: Clock) -> Measure[Any]:
    """How old the newest backup is; NEVER without one."""

    async def read(_: Any) -> float:
        at = await taken_at()
        return NEVER if at is None else max(0.0, (wall_clock() - at).total_seconds())

    return Measure(metrics.BACKUP_AGE, read)


def disabled_webhooks(count: Callable[[], Awaitable[int]]) -> Measure[Any]:
    """How many webhooks are told nothing any more."""

    async def read(_: Any) -> float:
        return await count()

    return Measure(metrics.WEBHOOKS_DISABLED, read)


def emergencies_unreviewed(waiting_since: Callable[[], Awaitable[datetime | None]], clock: Clock) -> Measure[Any]:
    """How long ago the oldest emergency access was opened that nobody has looked at; 0 without one."""

    async def read(_: Any) -> float:
        since = await waiting_since()
        return 0.0 if since is None else max(0.0, (clock() - since).total_seconds())

    return Measure(metrics.EMERGENCY_UNREVIEWED, read)


def seconds_past(due: tuple[datetime, str] | None, clock: Clock) -> float:
    """How long what is due first is due; 0 where nothing is."""
    return 0.0 if due is None else max(0.0, (clock() - due[0]).total_seconds())


async def read_all(measures: Iterable[Measure[P]], ports: P) -> None:
    """Sets every gauge."""
    await asyncio.gather(*(_read(each, ports) for each in measures))


async def _read(measure: Measure[P], ports: P) -> None:
    try:
        async with asyncio.timeout(READ_WITHIN_SECONDS):
            value = await measure.read(ports)
    except Exception:
        # Whatever keeps it from being read, nobody may take an old value for the present one.
        value = UNKNOWN
    measure.gauge.set(value)
