"""Whether the topics hold every stream whole: each number once, in order.

Invariant: what was there when the looking began is judged, all of it and nothing later; nothing is committed, so no
consumer is touched.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from aiokafka.errors import KafkaError

from careflow_cli.errors import CareflowError
from careflow_events.admission import numbered
from careflow_events.consumed import ConsumedRecord
from careflow_events.envelope import EnvelopeFault, MalformedEnvelope
from careflow_events.kafka import reading
from careflow_events.kafka.account import NO_OPTIONS
from careflow_events.kafka.topic_ids import identify

logging.getLogger("aiokafka").addHandler(logging.NullHandler())  # what it meets is said here, in one line


@dataclass(slots=True)
class Stream:
    """What a topic holds of one stream. `trimmed`: its partition no longer begins with its first record, so that low
    numbers may have gone by age.
    """

    name: str
    trimmed: bool
    doubled: int = 0
    reordered: int = 0
    diverged: int = 0
    _ids: dict[int, str] = field(default_factory=dict)
    _highest: int = 0

    def take(self, number: int, event_id: str) -> None:
        """The next record of this stream, in the order of its partition."""
        known = self._ids.get(number)
        if known is None:
            self._ids[number] = event_id
            self.reordered += number < self._highest
            self._highest = max(self._highest, number)
        elif known == event_id:
            self.doubled += 1
        else:
            self.diverged += 1

    @property
    def begins(self) -> int:
        """The lowest number that is there."""
        return min(self._ids)

    @property
    def lost(self) -> list[range]:
        """Numbers that should be there and are not, run by run: a number may be forged and far away."""
        known = [*((self.begins - 1,) if self.trimmed else (0,)), *sorted(self._ids)]
        return [range(one + 1, other) for one, other in pairwise(known) if one + 1 < other]

    @property
    def whole(self) -> bool:
        """Whether nothing is missing, out of order or contradicted. Doubles are what a relay may do: consumers know
        events by their numbers.
        """
        return not (self.lost or self.reordered or self.diverged)

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "stream": self.name,
            "begins": self.begins,
            "lost": [[run[0], run[-1]] for run in self.lost],
            "doubled": self.doubled,
            "reordered": self.reordered,
            "diverged": self.diverged,
        }


@dataclass(slots=True)
class Findings:
    """All streams by name, how many records were read, and how many of them are no event of their topic."""

    streams: dict[str, Stream] = field(default_factory=dict)
    records: int = 0
    foreign: int = 0

    def take(self, record: ConsumedRecord, *, trimmed: bool) -> None:
        """One record of a topic. What has no number (a checkpoint) is counted and has no order."""
        self.records += 1
        try:
            event = numbered(record)
        except MalformedEnvelope as error:
            self.foreign += error.code != EnvelopeFault.NOT_NUMBERED
            return
        assert event.stream is not None
        assert event.sequence is not None
        stream = self.streams.setdefault(event.stream, Stream(event.stream, trimmed))
        stream.take(event.sequence, event.id)


async def read(
    kafka_url: str, topics: Sequence[str], say: Callable[[str], None], options: Mapping[str, Any] = NO_OPTIONS
) -> Findings:
    """Read these topics whole. Raises CareflowError when Kafka does not answer or one of them is not there."""
    findings = Findings()
    try:
        if missing := sorted(set(topics) - (await identify(kafka_url, topics, options)).keys()):
            raise CareflowError(f"Kafka has no topic {', '.join(missing)}")
        async for piece in reading.read(kafka_url, topics, options=options):
            for record in piece.records:
                findings.take(record, trimmed=piece.trimmed)
            say(f"{findings.records:,} records, {piece.to_go} partitions to go")
    except reading.PartitionSilent as error:
        raise CareflowError(
            f"Kafka gave no record for {reading.PATIENCE_SECONDS:.0f} s, {findings.records} were read before"
        ) from error
    except KafkaError as error:
        raise CareflowError(f"Kafka does not answer at {kafka_url} ({type(error).__name__})") from error
    return findings
