"""Whether a service handles what it receives: why it is stopped, what operators have paused."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Final, Self

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from careflow_events.consumers import EVERYTHING, Pause, Start, StartPlace, StopReason
from careflow_events.operations import ParkedOperations
from careflow_events.topics import SERVICES, refeed_of
from careflow_service.http.console import AtConsole, Console
from careflow_service.http.dependencies import CurrentActor, Repeatable, RequestBody, represent
from careflow_service.http.fields import Moment
from careflow_service.http.hearing import hears_of
from careflow_service.identity import Actor
from careflow_service.mongo.reactions import ReactionTransactions
from careflow_service.problems import Problem, ProblemType
from careflow_service.service import Service

router = APIRouter(prefix="/ops/consumer", tags=["ops"])

NOT_STOPPED_SO: Final = ProblemType("not_stopped_so", 409, "Consuming is not stopped for that reason; look again.")
NOT_PAUSED_SO: Final = ProblemType("not_paused_so", 409, "That operator has paused nothing here; look again.")
NOT_HEARD_HERE: Final = ProblemType("not_heard_here", 404, "This service does not hear that topic.")

BEGUN: Final = ProblemType(
    "begun", 409, "This service has begun to read that topic; feed it again what it missed instead."
)

TopicName = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class Paused(BaseModel):
    """What one operator has paused, and since when; `*` is everything that is heard."""

    by: str
    topics: Sequence[str]
    since: AwareDatetime


class Started(BaseModel):
    """Where an operator had a topic begin: what lay before was left out. `begun`: it was read since."""

    topic: str
    place: StartPlace
    instant: AwareDatetime | None
    by: str
    asked_at: AwareDatetime
    begun: bool


class Heard(BaseModel):
    """One topic of another service: everything said there before `until` has come, by its writer's clock and never
    ahead of this service's; nobody knows until when where it is null, as before its first checkpoint.
    """

    topic: str
    until: AwareDatetime | None


class Consuming(BaseModel):
    """Whether this service handles what it receives: `stopped` is why it does not, `pauses` is what operators have
    paused, each for themselves. A topic is heard again when none of them holds it. `topics` are those it reads,
    `starts` where some of them began other than at their beginning. `heard` is how far it knows of the others, as of
    `domain_time`: all of them say about every half minute that nothing else was said.
    """

    stopped: StopReason | None
    pauses: Sequence[Paused]
    topics: Sequence[str]
    starts: Sequence[Started]
    heard: Sequence[Heard]
    domain_time: AwareDatetime


class PauseRequest(RequestBody):
    """Hear these topics no more until the pause is lifted; without `topics` all of them, also those of a later release.
    A dry run shows what would be paused then.
    """

    topics: list[TopicName] | None = Field(default=None, min_length=1, max_length=50)
    dry_run: bool = True


class Resumption(RequestBody):
    """Let consuming go on: say why it stands, so that nobody resumes what they have not understood. Either it is
    `stopped` for that reason, or `paused_by` that operator.
    """

    stopped: StopReason | None = None
    paused_by: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = None
    dry_run: bool = True

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.stopped is None) == (self.paused_by is None):
            raise PydanticCustomError("stopped_or_paused", "either why it is stopped or who has paused it")
        return self


class StartRequest(RequestBody):
    """Begin a topic that was never read at a place (`earliest`, `latest`), or with what was published since `instant`.
    A dry run shows it as it would stand.
    """

    topic: TopicName
    place: StartPlace
    instant: Moment | None = None
    dry_run: bool = True

    @model_validator(mode="after")
    def _instant_or_none(self) -> Self:
        if (self.place is StartPlace.INSTANT) != (self.instant is not None):
            raise PydanticCustomError("instant_of_place", "an instant, and no other place, has an instant")
        return self


@router.get("", response_model=Consuming)
async def read_consumer(console: AtConsole) -> Response:
    """Whether consuming is stopped or paused, and why."""
    return represent(await consuming(console))


@router.post("/pause", response_model=Consuming)
async def pause_consumer(body: PauseRequest, console: AtConsole, actor: CurrentActor, _: Repeatable) -> Response:
    """Hear topics no more, in every worker, until the operator's pause is lifted."""
    return represent(await pause(body, console, actor))


async def pause(body: PauseRequest, console: Console, actor: Actor) -> Consuming:
    """See `pause_consumer`; raises its problem."""
    asked = frozenset(body.topics or [EVERYTHING])
    if not asked <= {*heard(console.service), EVERYTHING}:
        raise Problem(NOT_HEARD_HERE)
    nothing_yet = Pause(actor.id, frozenset(), console.resources.wall_clock())
    before = next((each for each in await console.stores.consumers.pauses() if each.by == actor.id), nothing_yet)
    after = replace(before, topics=before.topics | asked)
    if not body.dry_run and after != before:
        await console.resources.audit.acted(actor, "pause_consumer")
        await console.stores.consumers.pause(actor.id, asked, after.since)
    return await consuming(console, instead=after)


@router.post("/resume", response_model=Consuming)
async def resume_consumer(body: Resumption, console: AtConsole, actor: CurrentActor, _: Repeatable) -> Response:
    """Let consuming go on once its cause is mended, or an operator's pause is over."""
    return represent(await resume(body, console, actor))


async def resume(body: Resumption, console: Console, actor: Actor) -> Consuming:
    """See `resume_consumer`; raises its problems."""
    if body.paused_by is not None:
        if body.paused_by not in {each.by for each in await console.stores.consumers.pauses()}:
            raise Problem(NOT_PAUSED_SO)
        if not body.dry_run:
            await console.resources.audit.acted(actor, "lift_pause")
            if not await console.stores.consumers.lift_pause(body.paused_by):
                raise Problem(NOT_PAUSED_SO)
    elif await console.stores.consumers.stopped() is not body.stopped:
        raise Problem(NOT_STOPPED_SO)
    elif not body.dry_run:
        transactions = ReactionTransactions(console.resources.work, by=actor)
        await ParkedOperations(console.stores, transactions, console.resources.wall_clock).resume()
    return await consuming(console)


@router.post("/start-at", response_model=Consuming)
async def start_consumer_at(body: StartRequest, console: AtConsole, actor: CurrentActor, _: Repeatable) -> Response:
    """Have a topic that was never read begin elsewhere than at its beginning."""
    if body.topic not in console.hears.topics:
        raise Problem(NOT_HEARD_HERE)
    start = Start(place=body.place, instant=body.instant, by=actor.id, asked_at=console.resources.wall_clock())
    if (await console.stores.consumers.feed(body.topic)).offsets:
        raise Problem(BEGUN)
    if not body.dry_run:
        await console.resources.audit.acted(actor, "start_consumer_at")
        if not await console.stores.consumers.start_at(body.topic, start):
            raise Problem(BEGUN)
    would_be = _started(body.topic, start, begun=False) if body.dry_run else None
    return represent(await consuming(console, start=would_be))


def heard(service: Service[Any, Any, Any]) -> tuple[str, ...]:
    """The topics a service's worker reads: those of what it hears, and the one it is fed through."""
    fed = (refeed_of(service.name).name,) if service.name in SERVICES else ()
    return (*sorted(hears_of(service).topics), *fed)


async def consuming(console: Console, *, instead: Pause | None = None, start: Started | None = None) -> Consuming:
    """As it stands, with `instead` in the place of that operator's pause, and `start` in that of the topic's own."""
    consumers, topics = console.stores.consumers, heard(console.service)
    feeds = {topic: await consumers.feed(topic) for topic in topics}
    starts = {
        topic: _started(topic, feed.start, begun=bool(feed.offsets))
        for topic, feed in feeds.items()
        if feed.start is not None
    }
    if start is not None:
        starts[start.topic] = start
    pauses = [each for each in await consumers.pauses() if instead is None or each.by != instead.by]
    pauses += [] if instead is None else [instead]
    shown = [
        Paused(by=each.by, topics=sorted(each.topics), since=each.since)
        for each in sorted(pauses, key=lambda each: each.by)
    ]
    return Consuming(
        stopped=await consumers.stopped(),
        pauses=shown,
        topics=topics,
        starts=[starts[each] for each in sorted(starts)],
        heard=[Heard(topic=each, until=feeds[each].fresh_until()) for each in sorted(console.hears.topics)],
        domain_time=console.resources.clock(),
    )


def _started(topic: str, start: Start, *, begun: bool) -> Started:
    return Started(
        topic=topic, place=start.place, instant=start.instant, by=start.by, asked_at=start.asked_at, begun=begun
    )
