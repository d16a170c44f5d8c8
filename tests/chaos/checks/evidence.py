"""What is left after a round, read from outside: what topics hold, and what each store says it has said and heard."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pymongo import MongoClient

from careflow_cli.operators.streams import Findings
from careflow_cli.stack.stack import Stack
from careflow_events.admission import numbered
from careflow_events.envelope import MalformedEnvelope
from careflow_events.kafka import reading
from careflow_events.topics import TOPICS


@dataclass(frozen=True, slots=True)
class Event:
    """One event, as it stands first in its topic; sealed sections stay closed."""

    id: str
    stream: str
    sequence: int
    name: str
    subject: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """A row of an outbox; `published` is whether it is marked so."""

    id: str
    stream: str
    sequence: int
    published: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """Where a consumer stands in one stream."""

    last: int | None
    blocked: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """`events` in the order of their partitions, each once; `said` by service, `heard` by service and stream; `topics`
    are those each service hears.
    """

    streams: Findings
    events: tuple[Event, ...]
    said: Mapping[str, tuple[Said, ...]]
    heard: Mapping[str, Mapping[str, Heard]]
    topics: Mapping[str, frozenset[str]]

    def named(self, *names: str) -> list[Event]:
        """The events of these names."""
        return [each for each in self.events if each.name in names]

    @property
    def heads(self) -> dict[str, int]:
        """The highest number of each stream in the topics."""
        heads: defaultdict[str, int] = defaultdict(int)
        for event in self.events:
            heads[event.stream] = max(heads[event.stream], event.sequence)
        return heads


async def gathered(stack: Stack, say: Callable[[str], None]) -> Evidence:
    """Everything, read whole while the stack is at rest."""
    findings, events = Findings(), dict[str, Event]()
    async for piece in reading.read(stack.kafka_url, [topic.name for topic in TOPICS]):
        for record in piece.records:
            findings.take(record, trimmed=piece.trimmed)
            try:
                event = numbered(record)
            except MalformedEnvelope:
                continue
            assert event.stream is not None
            assert event.sequence is not None
            name, subject = event.type.split(".")[2], event.subject or ""
            events.setdefault(event.id, Event(event.id, event.stream, event.sequence, name, subject, event.data))
        say(f"{findings.records:,} records read")
    stores = {spec.name: _of_store(stack, spec.name) for spec in stack.services}
    return Evidence(
        findings,
        tuple(events.values()),
        said={name: said for name, (said, _, _) in stores.items()},
        heard={name: heard for name, (_, heard, _) in stores.items()},
        topics={name: topics for name, (_, _, topics) in stores.items()},
    )


def _of_store(stack: Stack, service: str) -> tuple[tuple[Said, ...], dict[str, Heard], frozenset[str]]:
    client: MongoClient[dict[str, Any]] = MongoClient(stack.mongo_url(service))
    with client:
        database = client[stack.database(service)]
        fields = {"stream": 1, "sequence": 1, "published_at": 1}
        said = tuple(
            Said(row["_id"], row["stream"], row["sequence"], row["published_at"] is not None)
            for row in database["_outbox"].find({}, fields)
        )
        heard = {
            row["_id"].partition("|")[2]: Heard(row["last"], row["block"] is not None)
            for row in database["_positions"].find({"consumer": service})
        }
        names = (row["_id"].partition("|")[2] for row in database["_consumers"].find({}, {"_id": 1}))
        return said, heard, frozenset(name for name in names if name)
