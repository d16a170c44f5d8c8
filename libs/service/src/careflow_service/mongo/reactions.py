"""Runs reactions to events in the service's unit of work: the port `careflow_events.handling.Transactions`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final, TypeVar, cast

from careflow_events.envelope import Envelope
from careflow_events.handling import Reacting
from careflow_service.identity import Actor
from careflow_service.work import Cause, Work, caused_by

R = TypeVar("R")

ACTOR: Final = Actor.system("delivery")


class ReactionTransactions:
    """What a reaction publishes was caused by the event and belongs to the same care-path run and trace.

    `by` is who acts: the delivery itself, or the operator who settles parked events. Positions, not an idempotency
    record, tell that an event was handled, so no result is stored.
    """

    def __init__(self, work: Work, *, by: Actor = ACTOR) -> None:
        self._work = work
        self._by = by

    async def run(self, fn: Callable[[Any], Awaitable[R]], *, action: str, event: Envelope | None) -> R:
        """See `careflow_events.handling.Transactions.run`."""
        with _caused_by(event):
            committed = await self._work.run(fn, by=self._by, action=action, returns=cast("type[R]", object))
        return committed.value

    async def run_together(self, reactions: Sequence[Reacting[R]]) -> list[R]:
        """See `careflow_events.handling.Transactions.run_together`."""
        return await self._work.run_together(reactions, by=self._by, causes=_caused_by)


def _caused_by(event: Envelope | None) -> AbstractContextManager[None]:
    return nullcontext() if event is None else caused_by(Cause(event.id, event.correlationid, event.traceparent))
