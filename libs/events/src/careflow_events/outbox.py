"""The outbox: what a service says, written in the transaction that made it true and kept as the history of its streams.

Invariant: within one stream sequences are gap-free from 1 in commit order, and `recorded_at` never goes back. So any
reading of the unpublished rows by (urgency, recorded_at, stream, sequence) holds, for each stream, its smallest
unpublished rows without a hole.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, Self

from careflow_events import envelope as envelopes
from careflow_events.publication import Publication, compose
from careflow_events.sealing import Sealer
from careflow_events.topics import Classification

LARGEST_RECORD: Final = 256 * 1024
"""Bytes of one encoded event. The topics allow 1 MiB, so what the outbox accepted the broker accepts too."""

Headers = tuple[tuple[str, bytes], ...]


class RecordTooLarge(Exception):
    """An event is larger than a record may be: the command that says it fails and nothing is written."""

    code = "event_too_large"

    def __init__(self, event_type: str, size: int) -> None:
        super().__init__(f"{event_type} has {size} bytes, at most {LARGEST_RECORD} fit in a record")
        self.event_type = event_type
        self.size = size


@dataclass(frozen=True, slots=True, order=True)
class StreamPosition:
    """A place in a stream: what `Careflow-Position` says and `Careflow-After` asks for."""

    stream: str
    sequence: int

    def __str__(self) -> str:
        return f"{self.stream}@{self.sequence}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The opposite of `str`. Raises ValueError for anything else."""
        stream, at, number = text.rpartition("@")
        if not at or not stream or not (number.isascii() and number.isdigit()) or int(number) == 0:
            raise ValueError("a stream position is written <stream>@<sequence>")
        return cls(stream, int(number))


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One committed event: the frozen record as it goes to Kafka, now and at every later refeed."""

    id: str
    stream: str
    sequence: int
    topic: str
    key: bytes
    record: bytes
    headers: Headers
    urgent: bool
    """Safety topics are relayed before all others."""
    recorded_at: datetime
    correlation: str | None = None
    causation: str | None = None

    @property
    def position(self) -> StreamPosition:
        """Where this event stands in its stream."""
        return StreamPosition(self.stream, self.sequence)


@dataclass(frozen=True, slots=True)
class StreamHead:
    """A stream's counter after it was raised: the last sequence given and the latest time recorded."""

    sequence: int
    recorded_at: datetime


class Outbox(Protocol):
    """Where a transaction leaves what it says."""

    async def append(
        self,
        publications: Sequence[Publication],
        *,
        now: datetime,
        causation: str | None,
        correlation: str | None,
        traceparent: str | None,
    ) -> list[StreamPosition]:
        """Numbers, seals and writes the publications in the surrounding transaction; answers where each one stands.

        `now` is the transaction's domain time. Raises RecordTooLarge, and RecipientUnknown when a section cannot be
        sealed.
        """


@dataclass(frozen=True, slots=True)
class Composer:
    """Turns publications into outbox rows, once the streams' counters are raised."""

    sealer: Sealer
    new_id: Callable[[], str]

    def rows(
        self,
        publications: Sequence[Publication],
        heads: Mapping[str, StreamHead],
        *,
        causation: str | None,
        correlation: str | None,
        traceparent: str | None,
    ) -> list[OutboxRow]:
        """One row for each publication, in their order; `heads` are the counters after all of them were counted."""
        left = per_stream(publications)
        rows = []
        for publication in publications:
            head = heads[publication.stream]
            left[publication.stream] -= 1
            event = compose(
                publication,
                id=self.new_id(),
                sequence=head.sequence - left[publication.stream],
                now=head.recorded_at,
                causation=causation,
                correlation=correlation,
                traceparent=traceparent,
                sealer=self.sealer,
            )
            rows.append(_row(publication, event))
        return rows


def per_stream(publications: Sequence[Publication]) -> Counter[str]:
    """By how much each stream's counter has to be raised."""
    return Counter(publication.stream for publication in publications)


def _row(publication: Publication, event: envelopes.Envelope) -> OutboxRow:
    topic = publication.data.topic
    record = envelopes.encode(event)
    if len(record) > LARGEST_RECORD:
        raise RecordTooLarge(event.type, len(record))
    assert event.stream is not None
    assert event.sequence is not None
    assert event.recordedtime is not None
    return OutboxRow(
        id=event.id,
        stream=event.stream,
        sequence=event.sequence,
        topic=topic.name,
        key=publication.subject.encode(),
        record=record,
        headers=tuple(envelopes.record_headers(event)),
        urgent=topic.classification is Classification.SAFETY,
        recorded_at=event.recordedtime,
        correlation=event.correlationid,
        causation=event.causationid,
    )
