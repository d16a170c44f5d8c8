"""What is to become of events that could not be handled."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Final, Self

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field

from careflow_events.operations import NotFirstInStream, NothingMissing, NotParked, ParkedOperations
from careflow_events.parked import ParkedRecord
from careflow_events.positions import PositionMoved
from careflow_service.http.console import AtConsole, Console
from careflow_service.http.dependencies import (
    CurrentActor,
    Page,
    PageCursor,
    PageLimit,
    Repeatable,
    RequestBody,
    represent,
)
from careflow_service.identity import Actor
from careflow_service.mongo.reactions import ReactionTransactions
from careflow_service.problems import Problem, ProblemType

router = APIRouter(prefix="/ops/parked", tags=["ops"])

NOT_PARKED: Final = ProblemType(
    "not_parked", 404, "No event waits under this id: it was decided or handled meanwhile, or there was none."
)
NOT_FIRST_IN_STREAM: Final = ProblemType("not_first_in_stream", 409, "Another event of this stream waits before it.")
NOTHING_MISSING: Final = ProblemType("nothing_missing", 409, "Nothing is missing before this event.")
POSITION_MOVED: Final = ProblemType("position_moved", 409, "The stream moved meanwhile; look again.")


class Act(StrEnum):
    """What an operator decides about a parked event."""

    REPLAY = "replay"
    DISCARD = "discard"
    ACCEPT_GAP = "accept-gap"


class ParkedEvent(BaseModel):
    """One parked event, without what is in it."""

    id: str
    stream: str | None
    place: int | None
    event_id: str | None
    event_type: str | None
    cause: str
    attempts: int
    applied_early: bool
    first_failed_at: AwareDatetime
    state: str
    settled_at: AwareDatetime | None
    topic: str
    partition: int
    offset: int

    @classmethod
    def of(cls, parked: ParkedRecord) -> Self:
        """What may be shown of a record."""
        return cls(
            id=parked.id,
            stream=parked.stream,
            place=parked.place,
            event_id=parked.event_id,
            event_type=parked.event_type,
            cause=parked.cause,
            attempts=parked.attempts,
            applied_early=parked.applied_early,
            first_failed_at=parked.first_failed_at,
            state=parked.state,
            settled_at=parked.settled_at,
            topic=parked.record.topic,
            partition=parked.record.partition,
            offset=parked.record.offset,
        )


class SettleParked(RequestBody):
    """Which parked event an operator decides about; a dry run shows what would become of it."""

    id: str = Field(min_length=1, max_length=2048)
    dry_run: bool = True


class Settling(BaseModel):
    """What was, or would have been, decided about, as it stands then."""

    event: ParkedEvent
    dry_run: bool


class Missing(BaseModel):
    """Numbers of a stream that never arrived, from the first to the last of them."""

    stream: str
    first: int
    last: int


class GapAccepting(Settling):
    """What is, or would be, given up by going on without it."""

    given_up: Missing


@router.get("", response_model=Page[ParkedEvent])
async def list_parked(
    console: AtConsole,
    actor: CurrentActor,
    stream: str | None = None,
    cause: str | None = None,
    limit: PageLimit = 50,
    after: PageCursor = None,
) -> Response:
    """Events that wait for an operator, oldest id first."""
    return represent(await parked_page(console, actor, stream=stream, cause=cause, limit=limit, after=after))


@router.post("/replay", response_model=Settling)
async def replay_parked(body: SettleParked, console: AtConsole, actor: CurrentActor, _: Repeatable) -> Response:
    """Have the worker handle the stream of this event again, from its first parked event on."""
    return represent(await replay(body, console, actor))


@router.post("/discard", response_model=Settling)
async def discard_parked(body: SettleParked, console: AtConsole, actor: CurrentActor, _: Repeatable) -> Response:
    """Give this event up; its stream goes on behind it."""
    return represent(await discard(body, console, actor))


@router.post("/accept-gap", response_model=GapAccepting)
async def accept_gap(body: SettleParked, console: AtConsole, actor: CurrentActor, _: Repeatable) -> Response:
    """Declare that what is missing before this event will never come; its stream is replayed from here on."""
    return represent(await give_up_gap(body, console, actor))


async def parked_page(
    console: Console, actor: Actor, *, stream: str | None, cause: str | None, limit: int, after: str | None
) -> Page[ParkedEvent]:
    """What waits, as `list_parked` answers it; that it was read is in the audit trail."""
    found = await _operations(console, actor).list(stream=stream, cause=cause, limit=limit, after=after)
    await console.resources.audit.read(actor, "list_parked", *(f"parked/{parked.id}" for parked in found))
    return _page(found, limit)


async def replay(body: SettleParked, console: Console, actor: Actor) -> Settling:
    """See `replay_parked`; raises its problems."""
    return await _settle(body, _operations(console, actor, rehearsal=body.dry_run).request_replay_of)


async def discard(body: SettleParked, console: Console, actor: Actor) -> Settling:
    """See `discard_parked`; raises its problems."""
    return await _settle(body, _operations(console, actor, rehearsal=body.dry_run).discard)


async def give_up_gap(body: SettleParked, console: Console, actor: Actor) -> GapAccepting:
    """See `accept_gap`; raises its problems."""
    known = _operations(console, actor, rehearsal=body.dry_run)
    with _refused():
        missing = await known.missing_before(body.id)
        parked = await known.accept_gap(body.id)
    assert missing is not None
    assert parked.stream is not None
    given_up = Missing(stream=parked.stream, first=missing[0], last=missing[-1])
    return GapAccepting(event=ParkedEvent.of(parked), dry_run=body.dry_run, given_up=given_up)


SETTLE: Final[Mapping[Act, Callable[[SettleParked, Console, Actor], Awaitable[Settling]]]] = {
    Act.REPLAY: replay,
    Act.DISCARD: discard,
    Act.ACCEPT_GAP: give_up_gap,
}


def _operations(console: Console, actor: Actor, *, rehearsal: bool = False) -> ParkedOperations:
    resources = console.resources
    transactions = ReactionTransactions(resources.work, by=actor)
    return ParkedOperations(console.stores, transactions, resources.wall_clock, rehearsal=rehearsal)


async def _settle(body: SettleParked, act: Callable[[str], Awaitable[ParkedRecord]]) -> Settling:
    with _refused():
        parked = await act(body.id)
    return Settling(event=ParkedEvent.of(parked), dry_run=body.dry_run)


@contextmanager
def _refused() -> Iterator[None]:
    """What an operator may not do, as a problem."""
    try:
        yield
    except NotParked:
        raise Problem(NOT_PARKED) from None
    except NotFirstInStream:
        raise Problem(NOT_FIRST_IN_STREAM) from None
    except NothingMissing:
        raise Problem(NOTHING_MISSING) from None
    except PositionMoved:
        raise Problem(POSITION_MOVED) from None


def _page(found: Sequence[ParkedRecord], limit: int) -> Page[ParkedEvent]:
    return Page[ParkedEvent](
        items=[ParkedEvent.of(parked) for parked in found], next=found[-1].id if len(found) == limit else None
    )
