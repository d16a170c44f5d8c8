"""Events as they come to the topics, for whoever wants to see them.

Invariant: no group is joined and nothing is committed, so no consumer is touched. What is shown is what the topic
holds; sealed sections stay closed.
"""

import json
import logging
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson
from aiokafka.errors import KafkaError

from careflow_cli.errors import CareflowError
from careflow_cli.operators.shown import plain
from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts.feed import FeedCheckpoint
from careflow_events.envelope import Envelope, MalformedEnvelope, confirm_key, decode, encode
from careflow_events.kafka import reading
from careflow_events.kafka.account import NO_OPTIONS
from careflow_events.kafka.topic_ids import identify

logging.getLogger("aiokafka").addHandler(logging.NullHandler())  # what it meets is said here, in one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events are shown: all, but for checkpoints, unless types or a subject are named."""

    types: Collection[str] = ()
    subject: str | None = None

    def __contains__(self, event: Envelope) -> bool:
        of_type = event.type in self.types if self.types else event.type != FeedCheckpoint.type()
        return of_type and self.subject in (None, event.subject)


@dataclass(frozen=True, slots=True)
class Seen:
    """One record, and its event, or why it is none."""

    record: ConsumedRecord
    event: Envelope | None
    fault: str | None = None

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.record.topic}/{self.record.partition}@{self.record.offset}"

    def line(self) -> str:
        """For people: who says what of whom, and the open data that fits in a line."""
        if self.event is None:
            return f"{self.place} is no event: {self.fault}"
        event = self.event
        number = "" if event.sequence is None else f" #{event.sequence}"
        about = "" if event.subject is None else f"  {plain(event.subject)}{number}"
        data = " ".join(f"{plain(name)}={told(value)}" for name, value in event.data.items() if name != "patient_id")
        return f"{event.time.isoformat(timespec='seconds')}  {_name(event)}{about}  {data}".rstrip()

    def whole(self) -> str:
        """For people: the event as JSON, a line for each of its values."""
        event: Any = None if self.event is None else orjson.loads(encode(self.event))
        return json.dumps(event, indent=2)  # not orjson: what steers a terminal stays escaped

    def json(self) -> str:
        """For programs: where it stands, and the event as this version reads it, or why it is none."""
        at = {"topic": self.record.topic, "partition": self.record.partition, "offset": self.record.offset}
        event: Any = None if self.event is None else orjson.loads(encode(self.event))
        return orjson.dumps({"at": at, "event": event, "fault": self.fault}).decode()


async def tail(
    kafka_url: str, topics: Sequence[str], wanted: Wanted, *, past: bool, options: Mapping[str, Any] = NO_OPTIONS
) -> AsyncGenerator[Seen, None]:
    """What is wanted of these topics as it comes, and all that is no event. Raises CareflowError when Kafka does not
    answer, refuses, or has none of the topics.
    """
    try:
        if not await identify(kafka_url, topics, options):
            raise CareflowError(f"Kafka at {kafka_url} has no topic {', '.join(topics)}")
        async with aclosing(reading.follow(kafka_url, topics, past=past, options=options)) as records:
            async for record in records:
                seen = understood(record)
                if seen.event is None or seen.event in wanted:
                    yield seen
    except KafkaError as error:
        raise CareflowError(
            f"Kafka does not answer at {kafka_url} ({type(error).__name__}): careflow up starts the local stack,"
            " --kafka or KAFKA_URL names another"
        ) from error


def understood(record: ConsumedRecord) -> Seen:
    """A record as an event. Whether its time can be true is for the reader to judge: a development clock may be weeks
    ahead.
    """
    try:
        event = decode(record.value, record.headers)
        confirm_key(event, record.key)
    except MalformedEnvelope as error:
        return Seen(record, None, error.code)
    return Seen(record, event)


def told(value: object) -> str:
    """A value of open data in a few characters."""
    match value:
        case {"ciphertext": _}:
            return "(sealed)"
        case Mapping():
            return "{…}"
        case list():
            return f"[{len(value)}]"
        case _:
            return plain(value)


def _name(event: Envelope) -> str:
    """`booking ConsultationBooked` of `careflow.booking.ConsultationBooked.v1`; whole where it is another form."""
    parts = event.type.split(".")
    return plain(f"{parts[1]} {parts[2]}" if len(parts) == 4 else event.type)
