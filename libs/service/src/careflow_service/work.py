"""The unit of work as use cases see it: a decision that may be made several times and commits all or nothing.

Invariant: state, facts on their way to the outbox, the idempotent result and the audit entry commit together or not
at all. No driver is imported here, so a service's application layer may import this module.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, overload

from careflow_service.identity import Actor, RequestKey

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from careflow_events.envelope import Envelope
    from careflow_events.handling import Reacting
    from careflow_events.outbox import StreamPosition

R = TypeVar("R")


class Transaction(Protocol):
    """One try of a unit of work. A new try gets a new transaction: nothing of the try before survives."""

    @property
    def now(self) -> datetime:
        """The domain clock, read once per try."""

    def new_id(self) -> str:
        """A fresh id; another one in each try."""

    def record(self, facts: Iterable[object]) -> None:
        """Domain facts to publish, in this order, with the commit. Repositories call it."""

    def touched(self, what: str) -> None:
        """Names something this transaction wrote, "appointments/<id>@<version>", for the audit entry."""


@dataclass(frozen=True, slots=True)
class Committed(Generic[R]):
    """What a command did: its result, where its events stand, and whether it was done by an earlier, same request."""

    value: R
    positions: tuple[StreamPosition, ...]
    repeated: bool = False


class Work(Protocol):
    """Runs units of work."""

    async def run(
        self,
        fn: Callable[[Transaction], Awaitable[R]],
        *,
        by: Actor,
        action: str,
        returns: type[R],
        request: RequestKey | None = None,
    ) -> Committed[R]:
        """Runs `fn` and commits what it decided, as often as it takes.

        `fn` reads, side by side where one reading does not need another, and decides; its writes are collected and sent
        with the commit. Whatever it read is guarded: where another commit has overtaken it, `fn` runs again, re-reads
        everything and has no effect outside the store. It asks for lists before it writes to what is in them. What it
        returns, a small frozen dataclass of type `returns` (or None with NoneType), is stored under `request` for 48
        hours and handed out again to a repeat; a refused command stores nothing.

        Raises what `fn` raises, and IdempotencyKeyReused, InProgress, NaturalKeyTaken, StoreBusy, OutcomeUnknown.
        """

    async def run_together(
        self,
        reactions: Sequence[Reacting[R]],
        *,
        by: Actor,
        causes: Callable[[Envelope | None], AbstractContextManager[None]],
    ) -> list[R]:
        """Decides these side by side and commits them in one transaction, all or nothing; tried once. `causes` opens
        what an event causes. Raises whatever stands in the way; then nothing was written.
        """


@dataclass(frozen=True, slots=True)
class Cause:
    """What made this unit of work happen: the request or the event, for the envelopes of the events it publishes."""

    id: str
    correlation: str | None = None
    traceparent: str | None = None


_cause: ContextVar[Cause | None] = ContextVar("cause", default=None)


@contextmanager
def caused_by(cause: Cause) -> Iterator[None]:
    """Work run within this block was caused by `cause`. The HTTP edge and the delivery of events open it."""
    token = _cause.set(cause)
    try:
        yield
    finally:
        _cause.reset(token)


def current_cause() -> Cause | None:
    """The cause of what is being done now, if somebody named one."""
    return _cause.get()


A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")


@overload
async def side_by_side(a: Awaitable[A], b: Awaitable[B], /) -> tuple[A, B]: ...
@overload
async def side_by_side(a: Awaitable[A], b: Awaitable[B], c: Awaitable[C], /) -> tuple[A, B, C]: ...
@overload
async def side_by_side(a: Awaitable[A], b: Awaitable[B], c: Awaitable[C], d: Awaitable[D], /) -> tuple[A, B, C, D]: ...
async def side_by_side(*readings: Awaitable[object]) -> tuple[object, ...]:
    """What these readings, sent at once, come to. Where several refuse, the first in this order counts, whichever was
    answered first, so that the same request is always refused alike.
    """
    answers = await asyncio.gather(*readings, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return tuple(answers)
