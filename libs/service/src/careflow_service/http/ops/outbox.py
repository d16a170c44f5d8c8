"""What a service has said: what is still to be published, and what is to be fed again to whoever has missed it."""

from collections.abc import Sequence
from typing import Final, Literal, Self

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from careflow_events.refeeding import Refeed, Selection
from careflow_events.topics import refeed_of, topics_of
from careflow_service.http.console import AtConsole
from careflow_service.http.dependencies import CurrentActor, IdempotentRequest, RequestBody, answer, represent
from careflow_service.http.fields import Moment
from careflow_service.problems import Problem, ProblemType
from careflow_service.work import Transaction

router = APIRouter(prefix="/ops/outbox", tags=["ops"])

NOT_SAID_HERE: Final = ProblemType("not_said_here", 404, "This service does not write that topic.")
NOTHING_TO_FEED: Final = ProblemType("nothing_to_feed", 409, "No published event of this service matches.")
SHOWN: Final = 50

Consumer = Literal["booking", "screening", "sessions", "billing"]


class Outbox(BaseModel):
    """What waits to be published, and since when."""

    unpublished: int
    oldest: AwareDatetime | None


class RefeedRequest(RequestBody):
    """Feed published events again: to one consumer through its refeed topic, or, without `consumer`, into the topic
    itself because that was lost. All of `topic`, recorded since `since`; or the numbers `first` to `last` of one
    `stream`. A dry run counts them.
    """

    consumer: Consumer | None = None
    topic: str | None = Field(default=None, max_length=255)
    stream: str | None = Field(default=None, max_length=1024)
    first: int | None = Field(default=None, ge=1)
    last: int | None = Field(default=None, ge=1)
    since: Moment | None = None
    dry_run: bool = True

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.topic is None) == (self.stream is None):
            raise PydanticCustomError("topic_or_stream", "either a topic or a stream")
        if self.stream is None and (self.first is not None or self.last is not None):
            raise PydanticCustomError("numbers_without_stream", "numbers are those of a stream")
        return self

    def selection(self) -> Selection:
        """What is asked for."""
        topic = self.topic or (self.stream or "").partition("/")[0]
        return Selection(topic=topic, stream=self.stream, first=self.first, last=self.last, since=self.since)


class Refeeding(BaseModel):
    """One feeding: where to, how many events, how many of them were fed. `id` is None for a dry run."""

    id: str | None
    to: str
    topic: str
    stream: str | None
    events: int
    fed: int
    requested_at: AwareDatetime
    finished_at: AwareDatetime | None


class Refeedings(BaseModel):
    """The latest feedings, newest first."""

    items: Sequence[Refeeding]


@router.get("", response_model=Outbox)
async def read_outbox(console: AtConsole) -> Response:
    """What waits to be published."""
    backlog = await console.unpublished.backlog()
    return represent(Outbox(unpublished=backlog.rows, oldest=backlog.oldest))


@router.get("/refeeds", response_model=Refeedings)
async def list_refeeds(console: AtConsole) -> Response:
    """The latest feedings and how far they are."""
    return represent(Refeedings(items=[_shown(each) for each in await console.refeeds.recent(SHOWN)]))


@router.post("/refeed", response_model=Refeeding)
async def refeed(body: RefeedRequest, console: AtConsole, actor: CurrentActor, request: IdempotentRequest) -> Response:
    """Have the worker feed events of the past again, in order. Who has handled one knows it by its number. Asked
    again with the same key it is the same feeding.
    """
    selection = body.selection()
    if selection.topic not in {topic.name for topic in topics_of(console.service.name)}:
        raise Problem(NOT_SAID_HERE)
    events = await console.refeeds.count(selection)
    if events == 0:
        raise Problem(NOTHING_TO_FEED)
    asked = Refeed(
        id=console.resources.new_id(),
        to=selection.topic if body.consumer is None else refeed_of(body.consumer).name,
        selection=selection,
        events=events,
        requested_at=console.resources.wall_clock(),
    )
    if body.dry_run:
        return represent(_shown(asked, dry_run=True))

    async def feed(_: Transaction) -> Refeed:
        await console.refeeds.request(asked)
        return asked

    done = await console.resources.work.run(feed, by=actor, action="refeed", returns=Refeed, request=request)
    return answer(done, _shown(done.value))


def _shown(refeed: Refeed, *, dry_run: bool = False) -> Refeeding:
    return Refeeding(
        id=None if dry_run else refeed.id,
        to=refeed.to,
        topic=refeed.selection.topic,
        stream=refeed.selection.stream,
        events=refeed.events,
        fed=refeed.fed,
        requested_at=refeed.requested_at,
        finished_at=refeed.finished_at,
    )
