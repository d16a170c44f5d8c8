"""A consumer in memory whose clock a test moves and whose reactions a test can break."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import ClearanceExtended, ClearanceRevoked, ClearanceSuspended
from careflow_events.delivery import Delivery, Outcome, Rewind
from careflow_events.faults import diagnosis
from careflow_events.handling import Handling
from careflow_events.operations import ParkedOperations
from careflow_events.parked import ParkedRecord
from careflow_events.positions import Position
from careflow_events.replay import Replay
from careflow_events.sealing import KeyRing
from careflow_events.subscription import Received, Subscription, hears
from careflow_events.testing.builders import NOON
from careflow_events.testing.memory import MemoryStore, MemoryTransactions
from careflow_events.testing.memory_consumer import memory_stores


class StoreAway(Exception):
    """The store does not answer."""


@dataclass
class Consumer:
    """Booking, hearing of clearances. Extensions are ordinary, revocations and suspensions only restrict.

    A reaction notes what it received in the transaction; `breaks` is asked first and may raise.
    """

    keyring: KeyRing | None = None
    seconds: float = 0.0
    store: MemoryStore = field(default_factory=MemoryStore)
    breaks: Callable[[Received[Any]], None] = lambda _: None

    def __post_init__(self) -> None:
        self.transactions = MemoryTransactions(self.store)
        self.stores = memory_stores(self.store)
        self.fault_of = diagnosis(lambda error: isinstance(error, StoreAway))
        self.handling = Handling[None](
            consumer="booking",
            subscriptions=self._subscriptions(),
            ports=None,
            transactions=self.transactions,
            stores=self.stores,
            keyring=self.keyring,
            clock=self.now,
            wall_clock=self.now,
        )
        self.operations = ParkedOperations(self.stores, self.transactions, self.now)
        self.replay = Replay(self.handling, fault_of=self.fault_of)
        self.restart()

    def restart(self) -> None:
        """A new process: what was only in memory is gone."""
        self.delivery = Delivery(
            self.handling, fault_of=self.fault_of, monotonic=lambda: self.seconds, sleep=self._sleep
        )

    def now(self) -> datetime:
        """The wall clock."""
        return NOON + timedelta(seconds=self.seconds)

    async def receives(self, *records: ConsumedRecord) -> list[Outcome]:
        """What became of each record."""
        return [await self.delivery.deliver(record) for record in records]

    async def polls(self, *records: ConsumedRecord) -> list[Rewind]:
        """Where it has to read again after one poll brought these."""
        return await self.delivery.deliver_together(records)

    def handled(self) -> list[int | None]:
        """The sequences whose effects are committed, in the order in which they were handled."""
        return [event.sequence for event in self.events()]

    def events(self) -> list[Received[Any]]:
        """The events whose effects are committed, in the order in which they were handled."""
        return [event for events in self.store.tables["effects"].values() for event in events]

    async def parked(self) -> Sequence[ParkedRecord]:
        """What waits for an operator."""
        return await self.stores.parked.open_records(stream=None, cause=None, limit=1_000, after=None)

    async def position(self, stream: str) -> Position | None:
        """Where the consumer stands."""
        return await self.stores.positions.find(stream)

    async def _sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def _subscriptions(self) -> tuple[Subscription[None], ...]:
        return (
            hears(ClearanceExtended, self._react),
            hears(ClearanceRevoked, self._react),
            hears(ClearanceSuspended, self._react),
        )

    async def _react(self, event: Received[Any], tx: Any, _: None) -> None:
        effects = tx.tables["effects"]
        effects[len(effects)] = (event,)
        self.breaks(event)


@dataclass
class Failures:
    """Makes reactions to events of these sequences fail a number of times; every time by default."""

    error: type[Exception]
    sequences: frozenset[int]
    times: int = 1_000_000
    met: defaultdict[int | None, int] = field(default_factory=lambda: defaultdict(int))

    def __call__(self, event: Received[Any]) -> None:
        if event.sequence in self.sequences and self.met[event.sequence] < self.times:
            self.met[event.sequence] += 1
            raise self.error("a text that must not be kept")
