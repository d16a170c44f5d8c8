"""What a service has said, for whoever has no Kafka: `GET /v1/events`, the same events as in its topics.

Invariants: a caller is shown the classes of events that their roles name, and of sealed sections only what is sealed to
them; what is shown of a patient is audited before it leaves; whoever asks for what comes next has missed nothing.
"""

import asyncio
import time
from collections.abc import Coroutine, Iterable, Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import StringConstraints

from careflow_events import catalogue
from careflow_events.feed import FeedPage, FeedPlace, PlaceGone, Wanted, for_reader
from careflow_events.outbox import OutboxRow
from careflow_events.topics import Classification, Topic
from careflow_service.errors import CursorBroken
from careflow_service.http.access import EVENT_READERS
from careflow_service.http.console import AtConsole, Console
from careflow_service.http.dependencies import CurrentActor, PageCursor, PageLimit
from careflow_service.http.routes import UUID
from careflow_service.identity import Actor
from careflow_service.mongo.paging import cursor_at, position_in
from careflow_service.oversight import current_oversight
from careflow_service.problems import Problem, ProblemType

MEDIA_TYPE: Final = "application/cloudevents-batch+json"
LONGEST_WAIT_SECONDS: Final = 20
"""Shorter than the edge lets an answer take."""
MOST_TYPES: Final = 50

NOT_SAID_HERE: Final = ProblemType("event_not_said_here", 422, "This service does not say events of that type.")
CLASS_NOT_GRANTED: Final = ProblemType("event_class_not_granted", 403, "This caller may not read that class of events.")
POSITION_GONE: Final = ProblemType(
    "position_gone",
    410,
    "What follows that cursor is not known any more; `oldest` is where there is something to read.",
)

EventType = Annotated[str, StringConstraints(max_length=128, pattern=r"^careflow\.[a-z]+\.[A-Za-z]+\.v[1-9][0-9]*$")]
Types = Annotated[
    list[EventType], Query(alias="type", max_length=MOST_TYPES, description="Only events of these types; else of all.")
]
Subject = Annotated[
    str | None, Query(pattern=f"^(patient|location):{UUID}$", description="Only events about this patient or place.")
]
Wait = Annotated[
    int, Query(ge=0, le=LONGEST_WAIT_SECONDS, description="Seconds to wait for an event while there is none.")
]

_ORDER: Final = (("position", 1), ("_id", 1))
_ENVELOPE: Final = ("specversion", "id", "source", "type", "subject", "stream", "sequence", "time", "data")
_STRING: Final = {"type": "string"}
_DOCUMENTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Events in the order in which they were published: CloudEvents 1.0 in the JSON batch format, "
        "each as in Kafka, but that of a sealed section only one's own `recipients` are left.",
        "content": {
            MEDIA_TYPE: {
                "schema": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "title": "CloudEvent",
                        "required": list(_ENVELOPE),
                        "properties": {name: {} if name == "data" else _STRING for name in _ENVELOPE},
                    },
                }
            }
        },
        "headers": {
            "Link": {"description": '`<?after=…>; rel="next"`: the same question for what follows.', "schema": _STRING},
            "Careflow-Caught-Up": {
                "description": "`true`: everything published was looked at. `false`: there is more, ask at once; the "
                "page may be empty all the same, where few events are wanted.",
                "schema": {"type": "string", "enum": ["true", "false"]},
            },
        },
    }
}


class EventBatch(Response):
    """Events as CloudEvents' JSON batch format has them."""

    media_type = MEDIA_TYPE


router = APIRouter(prefix="/v1")


@router.get("/events", response_class=EventBatch, response_model=None, responses=_DOCUMENTED)
async def list_events(
    request: Request,
    console: AtConsole,
    actor: CurrentActor,
    limit: PageLimit = 100,
    after: PageCursor = None,
    wait: Wait = 0,
    type_: Types = [],  # noqa: B006 - FastAPI makes a new one for each request
    subject: Subject = None,
) -> Response:
    """What this service has said, in the order in which it was published. `after` is of `Link` of the page before;
    without it, from the oldest event on.
    """
    wanted = _wanted(console.own, actor, type_, subject)
    here = console.service.name
    page = await _page(console, wanted, None if after is None else _place(after, here), request, limit=limit, wait=wait)
    await console.resources.audit.read(actor, "list_events", *_touched(page.rows))
    asked = [("limit", str(limit)), *(("wait", str(wait)) for _ in range(wait > 0))]
    asked += [("type", each) for each in type_]
    asked += [("subject", subject)] if subject is not None else []
    following = urlencode([("after", _cursor(page.next, here)), *asked], safe=":")
    return EventBatch(
        b"[" + b",".join(for_reader(row.record, actor.consumer) for row in page.rows) + b"]",
        headers={
            "Link": f'<?{following}>; rel="next"',
            "Careflow-Caught-Up": "true" if page.caught_up else "false",
            "Cache-Control": "no-store",
        },
    )


def _wanted(topics: Sequence[Topic], actor: Actor, types: Sequence[str], subject: str | None) -> Wanted:
    granted = granted_classes(topics, actor)
    check_types(topics, granted, types)
    return Wanted(
        frozenset(topic.name for topic in topics if topic.classification in granted), frozenset(types), subject
    )


def granted_classes(topics: Iterable[Topic], actor: Actor) -> frozenset[Classification]:
    """The classes of what is said in `topics` that this caller may read."""
    return frozenset(topic.classification for topic in topics if actor.has(EVENT_READERS[topic.classification]))


def check_types(topics: Sequence[Topic], granted: frozenset[Classification], types: Iterable[str]) -> None:
    """Raises the problems `event_not_said_here` and `event_class_not_granted`."""
    for each in types:
        contract = catalogue.CATALOGUE.get(each)
        if contract is None or contract.topic not in topics:
            raise Problem(NOT_SAID_HERE)
        if contract.topic.classification not in granted:
            raise Problem(CLASS_NOT_GRANTED)


async def _page(
    console: Console, wanted: Wanted, after: FeedPlace | None, request: Request, *, limit: int, wait: int
) -> FeedPage:
    """The page, or the first one that has something while it is waited for."""
    ends_at = time.monotonic() + wait
    while True:
        try:
            page = await console.feed.page(wanted, after, limit)
        except PlaceGone as gone:
            raise Problem(POSITION_GONE, extra={"oldest": _cursor(gone.oldest, console.service.name)}) from None
        left = ends_at - time.monotonic()
        if page.rows or not page.caught_up or left <= 0:
            return page
        after = page.next
        if not await _more(console.feed.until(wanted, after), request, left):
            return page


async def _more(until: Coroutine[Any, Any, bool], request: Request, seconds: float) -> bool:
    """Whether there may be something now; False when time is over or whoever asked has gone away."""
    more, gone = asyncio.create_task(until), asyncio.create_task(_gone(request))
    try:
        done, _ = await asyncio.wait({more, gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return done == {more} and more.result()
    finally:
        more.cancel()
        gone.cancel()
        await asyncio.gather(more, gone, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _touched(rows: Iterable[OutboxRow]) -> list[str]:
    """The events by their ids, and whose each is, for the audit trail."""
    call = current_oversight()
    touched = []
    for row in rows:
        touched.append(f"outbox/{row.id}")
        if call is not None:
            call.whose[touched[-1]] = row.key.decode().partition(":")[2]
    return touched


def _cursor(place: FeedPlace, service: str) -> str:
    return cursor_at({"position": place.position, "_id": place.restore}, _ORDER, of=service)


def _place(cursor: str, service: str) -> FeedPlace:
    """Raises CursorBroken."""
    match position_in(cursor, _ORDER, of=service):
        case [int(position), int(restore)] if position >= 0 and restore >= 0:
            return FeedPlace(position, restore)
        case _:
            raise CursorBroken
