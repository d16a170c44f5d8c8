"""How records leave: what the relay hands to a producer and what it hears back about each one."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from careflow_events.outbox import Headers, OutboxRow


class Acknowledgement(Enum):
    """How one record fared."""

    STORED = auto()
    """Every in-sync replica has it."""
    REFUSED = auto()
    """The broker or the client will not take it, or it followed one that was not taken: sending it again in the same
    way is useless."""
    UNANSWERED = auto()
    """Nobody said in time: the broker may be away, and the record may have been stored."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the broker has put a record, within its topic."""

    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What was heard of one record. `place` may be unknown even of one that is stored."""

    acknowledgement: Acknowledgement
    place: Place | None = None

    @property
    def stored(self) -> bool:
        """Whether every in-sync replica has it."""
        return self.acknowledgement is Acknowledgement.STORED


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingRecord:
    """One record on its way to a topic; without a partition the key decides."""

    topic: str
    key: bytes | None
    value: bytes
    headers: Headers
    partition: int | None = None


def outgoing(row: OutboxRow) -> OutgoingRecord:
    """The record of an outbox row."""
    return OutgoingRecord(topic=row.topic, key=row.key, value=row.record, headers=row.headers)


class RecordProducer(Protocol):
    """An idempotent producer that can be replaced after a fatal error."""

    async def publish(self, records: Sequence[OutgoingRecord]) -> Sequence[Answer]:
        """Sends all, then waits for their acknowledgements, at most the flush timeout: one answer per record, in
        order. Records of one partition are stored in the order given.
        """

    async def partitions(self, topic: str) -> Sequence[int]:
        """The partitions a topic has now. Raises an error that counts as transient while the broker is away."""

    async def renew(self) -> None:
        """Throws the producer away: after a fatal error every later send would fail as well."""

    async def close(self) -> None:
        """Lets go of all connections."""
