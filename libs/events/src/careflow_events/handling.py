"""Handling: one record through envelope, contract, position and reaction, in one transaction.

Invariant: the position moves in the same transaction as the reaction's writes, before them. An event that may not be
handled now is parked in that transaction instead, so an event is never both handled and waiting, except one that only
restricts.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Final, Generic, Protocol, TypeVar

from careflow_events import catalogue, metrics, telemetry
from careflow_events.admission import Admission
from careflow_events.closing import Closings
from careflow_events.consumed import ConsumedRecord
from careflow_events.consumers import Consumers
from careflow_events.contracts.feed import FeedCheckpoint
from careflow_events.envelope import Envelope, MalformedEnvelope
from careflow_events.parked import Parked
from careflow_events.parking import Parking
from careflow_events.positions import Positions, Standing
from careflow_events.sealing import KeyRing
from careflow_events.subscription import Received, Subscription, received

P = TypeVar("P")
R = TypeVar("R")

CLOCKS_APART: Final = timedelta(minutes=1)
"""How far ahead of this consumer's clock a checkpoint may be: one that is further was made by a wrong clock."""

_log = logging.getLogger(__name__)


class Settled(StrEnum):
    """How a record was settled: its offset may be committed."""

    HANDLED = "handled"
    UNHEARD = "unheard"
    """A type this service does not hear; its position has moved all the same."""
    UNKNOWN_TYPE = "unknown_type"
    DUPLICATE = "duplicate"
    CHECKPOINT = "checkpoint"
    CHECKPOINT_IGNORED = "checkpoint_ignored"
    """It speaks of a time that has not come yet."""
    ERASED = "erased"
    """It is about somebody who was erased: its position has moved, and it has no other effect."""
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Reacting(Generic[R]):
    """One function to be run as a unit of work: what it publishes was caused by `event`, `action` names it in the audit
    trail, and it is decided within the span that `span` opens.
    """

    fn: Callable[[Any], Awaitable[R]]
    action: str
    event: Envelope | None
    span: Callable[[], AbstractContextManager[object]] = nullcontext


class Transactions(Protocol):
    """Runs reactions: the service's unit of work, as this library needs it."""

    async def run(self, fn: Callable[[Any], Awaitable[R]], *, action: str, event: Envelope | None) -> R:
        """Runs `fn` as a unit of work until it commits, and answers what it answered. What it publishes was caused by
        `event`. `action` names it in the audit trail.
        """

    async def run_together(self, reactions: Sequence[Reacting[R]]) -> list[R]:
        """Decides these side by side and commits them in one transaction, all or nothing. It is tried once: whatever
        stands in the way is raised, and nothing was written.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where one consumer keeps what it knows."""

    positions: Positions
    parked: Parked
    consumers: Consumers
    closings: Closings


class Handling(Generic[P]):
    """What one consumer does with a record, once. Errors are the caller's to judge. `clock` is the domain clock, which
    events are told the time by; what is parked is the operators' business and goes by the wall clock.
    """

    def __init__(
        self,
        *,
        consumer: str,
        subscriptions: Sequence[Subscription[P]],
        ports: P,
        transactions: Transactions,
        stores: Stores,
        keyring: KeyRing | None,
        clock: Callable[[], datetime],
        wall_clock: Callable[[], datetime],
        spans: telemetry.Spans = telemetry.handling,
    ) -> None:
        self.consumer = consumer
        self.stores = stores
        self.wall_clock = wall_clock
        self._clock = clock
        self._admission = Admission((each.contract.topic for each in subscriptions), clock)
        self._subscriptions: Mapping[str, Subscription[P]] = {each.contract.type(): each for each in subscriptions}
        self._ports = ports
        self._transactions = transactions
        self._keyring = keyring
        self._spans = spans
        self._parking = Parking(stores.positions, stores.parked, wall_clock)

    async def settle(self, record: ConsumedRecord) -> Settled:
        """Handles the record, or parks it where order forbids to handle it. Raises whatever goes wrong; then nothing
        was written.
        """
        event = self.understood(record)
        if event.type == FeedCheckpoint.type():
            return await self._checkpoint(record, event)
        return _told(record, event, await self.run(self._reaction(record, event), event))

    async def settle_together(self, records: Sequence[ConsumedRecord]) -> list[Settled]:
        """As `settle`, for records of different streams side by side, in one transaction that is tried once. None of
        them may be a checkpoint. Raises whatever goes wrong with any of them; then nothing was written.
        """
        events = [self.understood(record) for record in records]
        reactions = [
            Reacting(self._reaction(record, event), _action(event), event, partial(self._spans, event))
            for record, event in zip(records, events, strict=True)
        ]
        outcomes = await self._transactions.run_together(reactions)
        return [_told(*each) for each in zip(records, events, outcomes, strict=True)]

    async def park(self, record: ConsumedRecord, *, cause: str, attempts: int) -> bool:
        """Parks a record that failed and blocks its stream. Answers False when it had been settled before."""
        event = self._admitted(record)

        async def park(_: Any) -> bool:
            return await self._parking.park(record, event, cause=cause, attempts=attempts)

        return await self.note(park, action="park_event")

    def understood(self, record: ConsumedRecord) -> Envelope:
        """The envelope of a record that belongs where it was found. Raises MalformedEnvelope."""
        return self._admission.admit(record)

    async def react(self, event: Envelope, tx: Any) -> None:
        """Runs the reaction of an event whose place in its stream the caller has settled in this transaction."""
        subscription = self._subscriptions.get(event.type)
        if subscription is not None:
            await self._reacts(subscription, received(event, self._keyring), tx)

    async def run(self, fn: Callable[[Any], Awaitable[R]], event: Envelope) -> R:
        """Runs `fn` in a transaction caused by `event`, within the span of its handling."""
        with self._spans(event):
            return await self._transactions.run(fn, action=_action(event), event=event)

    async def note(self, fn: Callable[[Any], Awaitable[R]], *, action: str) -> R:
        """Runs `fn`, which no event causes, in a transaction."""
        return await self._transactions.run(fn, action=action, event=None)

    def _reaction(self, record: ConsumedRecord, event: Envelope) -> Callable[[Any], Awaitable[Settled | Standing]]:
        """What one record does in its unit of work. What nobody here hears moves its stream's position and no more."""
        subscription = self._subscriptions.get(event.type)
        if subscription is None:
            return partial(self._pass_by, record, event)
        heard = received(event, self._keyring)

        async def handle(tx: Any) -> Settled | Standing:
            standing = await self._advance(event)
            if standing is Standing.DUPLICATE:
                return Settled.DUPLICATE
            if standing is Standing.NEXT:
                return Settled.HANDLED if await self._reacts(subscription, heard, tx) else Settled.ERASED
            if not await self._wait(record, event, standing, applied_early=subscription.contract.restricts):
                return Settled.DUPLICATE
            if subscription.contract.restricts:
                await self._reacts(subscription, heard, tx)
            return standing

        return handle

    async def _pass_by(self, record: ConsumedRecord, event: Envelope, _: Any) -> Settled | Standing:
        known = catalogue.contract_for(event.type) is not None
        passed = Settled.UNHEARD if known else Settled.UNKNOWN_TYPE
        standing = await self._advance(event)
        if standing is Standing.NEXT:
            return passed
        if standing is Standing.DUPLICATE:
            return Settled.DUPLICATE
        parked = await self._wait(record, event, standing, applied_early=False)
        return standing if parked else Settled.DUPLICATE

    async def _advance(self, event: Envelope) -> Standing:
        assert event.stream is not None
        assert event.sequence is not None
        return await self.stores.positions.advance(event.stream, event.sequence, event.id)

    async def _reacts(self, subscription: Subscription[P], heard: Received[Any], tx: Any) -> bool:
        """Runs the reaction to what was heard; False: it is about somebody who was erased, and has no effect."""
        if await self.stores.closings.erased(heard.subject):
            return False
        try:
            await subscription.reaction(heard, tx, self._ports)
        except Exception:
            await self.stores.closings.confirm(heard.subject)
            raise
        return True

    async def _checkpoint(self, record: ConsumedRecord, event: Envelope) -> Settled:
        checkpoint = catalogue.read(event, self._keyring)
        assert isinstance(checkpoint, FeedCheckpoint)
        now = self._clock()
        if checkpoint.as_of > now + CLOCKS_APART:
            _log.warning("checkpoint_ignored", extra={"topic": record.topic, "partition": record.partition})
            return Settled.CHECKPOINT_IGNORED
        await self.stores.consumers.note_checkpoint(
            record.topic, record.partition, min(checkpoint.as_of, now), behind=checkpoint.behind, now=now
        )
        return Settled.CHECKPOINT

    def _admitted(self, record: ConsumedRecord) -> Envelope | None:
        """The envelope of a record to be parked, if its number may be believed."""
        try:
            return self.understood(record)
        except MalformedEnvelope:
            return None

    async def _wait(self, record: ConsumedRecord, event: Envelope, standing: Standing, *, applied_early: bool) -> bool:
        """Parks an event that may not be handled now because of the order of its stream."""
        return await self._parking.park(record, event, cause=standing, attempts=0, applied_early=applied_early)


def _told(record: ConsumedRecord, event: Envelope, outcome: Settled | Standing) -> Settled:
    """What was settled, after telling operators of an event that has to wait because of its stream's order."""
    if isinstance(outcome, Settled):
        return outcome
    metrics.EVENTS_PARKED.labels(record.topic, outcome).inc()
    level = logging.INFO if outcome is Standing.BLOCKED else logging.WARNING
    fields = {"reason": outcome.value, "stream": event.stream, "sequence": event.sequence, "event_id": event.id}
    _log.log(level, "event_waits", extra=fields)
    return Settled.PARKED


def _action(event: Envelope) -> str:
    return f"on {event.type}"
