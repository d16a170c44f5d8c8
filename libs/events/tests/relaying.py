"""A service with an outbox, a broker, and as many relays as a test starts."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from careflow_events.checkpoint import Checkpoints
from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import FeedCheckpoint
from careflow_events.envelope import Envelope, decode
from careflow_events.faults import diagnosis
from careflow_events.lease import LEASE_TTL, HeldLease, Leases
from careflow_events.producing import OutgoingRecord
from careflow_events.publication import Publication
from careflow_events.relay import Relay
from careflow_events.sealing import Sealer
from careflow_events.testing.builders import NOON, an_id
from careflow_events.testing.log import MemoryLog
from careflow_events.testing.memory import MemoryStore
from careflow_events.testing.memory_outbox import MemoryLeases, MemoryOutbox
from careflow_events.topics import topics_of


class NoHint:
    """A store without change streams; remembers for how long a relay would have waited with them."""

    def __init__(self) -> None:
        self.while_told: list[float | None] = []

    async def wait(self, seconds: float, *, while_told: float | None = None) -> None:
        self.while_told.append(while_told)
        await asyncio.sleep(0)


@dataclass
class Clinic:
    """One service's outbox, its broker, and as many relays as a test starts."""

    store: MemoryStore = field(default_factory=MemoryStore)
    log: MemoryLog = field(default_factory=MemoryLog)
    seconds: float = 0.0
    travelled: timedelta = timedelta(0)
    ids: int = 0
    broken: list[Exception] = field(default_factory=list)
    hint: NoHint = field(default_factory=NoHint)

    def __post_init__(self) -> None:
        self.outbox = MemoryOutbox(self.store, Sealer({"keys": []}), self.new_id)

    def new_id(self) -> str:
        self.ids += 1
        return an_id(self.ids)

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds) + self.travelled

    async def say(self, *publications: Publication) -> None:
        await self.outbox.append(publications, now=self.now(), causation=None, correlation=None, traceparent=None)

    def relay(
        self,
        name: str = "a",
        *,
        log: MemoryLog | None = None,
        lease_ttl: timedelta = LEASE_TTL,
        leases: Leases | None = None,
    ) -> Relay:
        monotonic: Callable[[], float] = lambda: self.seconds  # noqa: E731 - short and named by its use
        producer = log or self.log
        kept = leases or MemoryLeases(self.store, self.now)
        return Relay(
            unpublished=self.outbox,
            lease=HeldLease(kept, "relay", name, ttl=lease_ttl, monotonic=monotonic),
            producer=producer,
            checkpoints=Checkpoints(topics_of("screening"), producer, self.new_id, monotonic=monotonic),
            hint=self.hint,
            clock=self.now,
            fault_of=diagnosis(lambda error: isinstance(error, OSError)),
            retry_seconds=0,
            monotonic=monotonic,
        )

    def published(self) -> list[Envelope]:
        """The events on the log, without checkpoints."""
        return [event for event in map(event_in, self.log.records) if event.sequence is not None]

    def sequences(self, patient: int = 1) -> list[int | None]:
        return [event.sequence for event in self.published() if event.subject == f"patient:{an_id(patient)}"]

    def checkpoints(self) -> list[ConsumedRecord]:
        return [record for record in self.log.records if event_in(record).type == FeedCheckpoint.type()]


def event_in(record: ConsumedRecord) -> Envelope:
    return decode(record.value, record.headers)


def of_patient(patient: int) -> Callable[[OutgoingRecord], bool]:
    return lambda record: record.key == f"patient:{an_id(patient)}".encode()
