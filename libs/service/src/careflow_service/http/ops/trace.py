"""Where an event is: what this service says of those it has said, and how it stands to those it was told.

Ids come in bodies and in no address, so that no log of addresses has them.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from careflow_events.consumers import StopReason
from careflow_events.mongo import MongoTraces
from careflow_events.outbox import StreamPosition
from careflow_events.parked import ParkedRecord
from careflow_events.publication import location_subject, patient_subject
from careflow_events.topics import Topic
from careflow_events.tracing import Followed, Said, Stage, Standpoint
from careflow_service.http.console import AtConsole, Console
from careflow_service.http.dependencies import CurrentActor, Repeatable, RequestBody, RequestPart, represent
from careflow_service.http.ops.parked import ParkedEvent
from careflow_service.identity import Actor

router = APIRouter(prefix="/ops/trace", tags=["ops"])

EVENTS_AT_ONCE: Final = 200

_AFTER: Final = "^(run[|].+|stream[|].+@[1-9][0-9]{0,9})$"

Name = Annotated[str, StringConstraints(min_length=1, max_length=512)]
Stream = Annotated[str, StringConstraints(min_length=3, max_length=1024, pattern="^[^/]+/.+$")]


class TraceRequest(RequestBody):
    """What to look for: the id of an event, of a run through the system (its correlation id), of a patient or of a
    place. `after` is `next` of the answer before.
    """

    id: Name
    after: Annotated[str, StringConstraints(max_length=2048, pattern=_AFTER)] | None = None

    @property
    def kind(self) -> str:
        """Whether what follows is of a run or of streams."""
        return (self.after or "").partition("|")[0]

    @property
    def place(self) -> str:
        """Behind what it follows."""
        return (self.after or "").partition("|")[2]


class SaidEvent(BaseModel):
    """One event of this service. Its times are the domain clock's; `partition` and `offset` are where its topic got it
    when it was first published, as far as the broker has said.
    """

    id: str
    type: str
    stream: str
    sequence: int
    recorded_at: AwareDatetime
    published_at: AwareDatetime | None
    partition: int | None
    offset: int | None
    correlation: str | None
    causation: str | None
    orphan: bool


class Trace(BaseModel):
    """What this service knows under that id: what it has said, and what it keeps parked."""

    said: Sequence[SaidEvent]
    parked: Sequence[ParkedEvent]
    next: str | None


class FollowedEvent(RequestPart):
    """An event, as its writer told of it."""

    id: Name
    type: Name
    stream: Stream
    sequence: int = Field(ge=1)
    partition: int | None = Field(default=None, ge=0)

    @property
    def topic(self) -> str:
        return self.stream.partition("/")[0]


class ToldRequest(RequestBody):
    """The events to say about how this service stands to them."""

    events: list[FollowedEvent] = Field(min_length=1, max_length=EVENTS_AT_ONCE)


class ToldEvent(BaseModel):
    """How this service stands to one event. `at` is when what it did was committed, by the wall clock: none where
    nothing had to be changed. `next_offset` is what it reads next of the event's partition.
    """

    id: str
    stage: Stage
    at: AwareDatetime | None
    parked: ParkedEvent | None
    next_offset: int | None


class Told(BaseModel):
    """How this service stands to each of the events asked for; `stopped` is why it handles nothing, `paused` which of
    their topics operators have paused.
    """

    stopped: StopReason | None
    paused: Sequence[str]
    events: Sequence[ToldEvent]


@router.post("", response_model=Trace)
async def trace(body: TraceRequest, console: AtConsole, actor: CurrentActor, _: Repeatable) -> Response:
    """What this service has said, and keeps parked, under an id; changes nothing."""
    return represent(await traced(body, console, actor))


async def traced(body: TraceRequest, console: Console, actor: Actor) -> Trace:
    """See `trace`; that it was asked is in the audit trail."""
    found = await _found(console.traces, console.own, body)
    touched = [f"outbox/{each.id}" for each in found.said] + [f"parked/{each.id}" for each in found.parked]
    await console.resources.audit.read(actor, "trace", *touched)
    return found


@router.post("/told", response_model=Told)
async def trace_told(body: ToldRequest, console: AtConsole, actor: CurrentActor, _: Repeatable) -> Response:
    """How this service stands to events of others; changes nothing."""
    followed = [Followed(each.id, each.type, each.stream, each.sequence) for each in body.events]
    standpoints = await console.traces.told(followed)
    committed = await console.resources.audit.committed({each.id for each in followed})
    topics = {event.topic for event in body.events} & console.hears.topics
    offsets = {topic: (await console.stores.consumers.feed(topic)).offsets for topic in sorted(topics)}
    await console.resources.audit.read(actor, "trace_told", *(f"events/{each.id}" for each in followed))
    told = [
        _told(event, standpoint, committed.get(event.id), _of(offsets, event))
        for event, standpoint in zip(body.events, standpoints, strict=True)
    ]
    pauses = await console.stores.consumers.pauses()
    paused = [topic for topic in sorted(topics) if any(pause.holds(topic) for pause in pauses)]
    return represent(Told(stopped=await console.stores.consumers.stopped(), paused=paused, events=told))


async def _found(traces: MongoTraces, own: Sequence[Topic], asked: TraceRequest) -> Trace:
    if asked.after is not None:
        return _answer(await _FOLLOWING[asked.kind](traces, own, asked.id, asked.place), asked.kind, [])
    parked = [*await traces.parked(asked.id)]
    event = await traces.said(asked.id)
    if event is not None:
        return _answer([event], "run", parked)
    for subject in _subjects(asked.id):
        parked += await traces.waiting_in(subject, EVENTS_AT_ONCE)
    in_run = await _in_run(traces, own, asked.id, None)
    if in_run:
        return _answer(in_run, "run", parked)
    return _answer(await _in_streams(traces, own, asked.id, None), "stream", parked)


async def _in_run(traces: MongoTraces, _: Sequence[Topic], asked: str, after: str | None) -> Sequence[Said]:
    return await traces.said_in_run(asked, limit=EVENTS_AT_ONCE, after=after)


async def _in_streams(traces: MongoTraces, own: Sequence[Topic], asked: str, after: str | None) -> Sequence[Said]:
    streams = [topic.stream(subject) for topic in own for subject in _subjects(asked)]
    behind = None if after is None else StreamPosition.parse(after)
    return await traces.said_in(streams, limit=EVENTS_AT_ONCE, after=behind)


_FOLLOWING: Final[Mapping[str, Callable[[MongoTraces, Sequence[Topic], str, str], Awaitable[Sequence[Said]]]]] = {
    "run": _in_run,
    "stream": _in_streams,
}


def _subjects(asked: str) -> tuple[str, str]:
    return patient_subject(asked), location_subject(asked)


def _answer(said: Sequence[Said], kind: str, parked: Sequence[ParkedRecord]) -> Trace:
    following = None
    if len(said) == EVENTS_AT_ONCE:
        last = said[-1]
        following = f"{kind}|{last.id if kind == 'run' else StreamPosition(last.stream, last.sequence)}"
    return Trace(said=[_said(each) for each in said], parked=[ParkedEvent.of(each) for each in parked], next=following)


def _said(said: Said) -> SaidEvent:
    return SaidEvent(
        id=said.id,
        type=said.type,
        stream=said.stream,
        sequence=said.sequence,
        recorded_at=said.recorded_at,
        published_at=said.published_at,
        partition=None if said.place is None else said.place.partition,
        offset=None if said.place is None else said.place.offset,
        correlation=said.correlation,
        causation=said.causation,
        orphan=said.orphan,
    )


def _told(event: FollowedEvent, standpoint: Standpoint, at: datetime | None, next_offset: int | None) -> ToldEvent:
    parked = standpoint.parked
    return ToldEvent(
        id=event.id,
        stage=standpoint.stage,
        at=at or (None if parked is None else parked.settled_at),
        parked=None if parked is None else ParkedEvent.of(parked),
        next_offset=next_offset,
    )


def _of(offsets: Mapping[str, Mapping[int, int]], event: FollowedEvent) -> int | None:
    return None if event.partition is None else offsets.get(event.topic, {}).get(event.partition)
