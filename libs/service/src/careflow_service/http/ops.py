"""What operators ask and do: where things stand, and what is to become of parked events.

The same routes in every service, under its own access rows. Invariant: nothing here changes state unless asked not to
be a dry run; what is parked is shown by its names and codes, never by its content.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final, TypeVar

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field

from careflow_events.consumers import StopReason
from careflow_events.envelope import decode
from careflow_events.fencing import Fence
from careflow_events.mongo import MongoFences, MongoUnpublished, mongo_stores
from careflow_events.operations import NotFirstInStream, NothingMissing, NotParked, ParkedOperations
from careflow_events.outbox import OutboxRow
from careflow_events.parked import ParkedRecord
from careflow_events.positions import PositionMoved
from careflow_service.deadlines import Deadline, Effect
from careflow_service.http.dependencies import (
    CurrentActor,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    represent,
)
from careflow_service.identity import Actor
from careflow_service.mongo.reactions import ReactionTransactions
from careflow_service.problems import Problem, ProblemType
from careflow_service.service import Resources, Service
from careflow_service.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)
P = TypeVar("P")
App = TypeVar("App")

NOT_PARKED: Final = ProblemType("not_parked", 404, "No open parked event matches.")
NOT_FIRST_IN_STREAM: Final = ProblemType("not_first_in_stream", 409, "Another event of this stream waits before it.")
NOTHING_MISSING: Final = ProblemType("nothing_missing", 409, "Nothing is missing before this event.")
NOT_FENCED: Final = ProblemType("not_fenced", 409, "This service is not being restored.")
NOT_STOPPED_SO: Final = ProblemType("not_stopped_so", 409, "Consuming is not stopped for that reason; look again.")
POSITION_MOVED: Final = ProblemType("position_moved", 409, "The stream moved meanwhile; look again.")


class Drain(BaseModel):
    """What this service still has to do. All zero and no due deadline means it is at rest."""

    outbox_unpublished: int
    parked: int
    next_deadline: AwareDatetime | None
    effects_pending: int
    domain_time: AwareDatetime


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
    topic: str
    partition: int
    offset: int


class SettleParked(RequestBody):
    """Which parked event an operator decides about; a dry run shows what would become of it."""

    id: str = Field(min_length=1, max_length=2048)
    dry_run: bool = True


class Consuming(BaseModel):
    """Whether this service handles what it receives; `stopped` is why it does not."""

    stopped: StopReason | None


class Resumption(RequestBody):
    """Let consuming go on. `stopped` must say why it stands, so that nobody resumes what they have not understood."""

    stopped: StopReason
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


class Restore(BaseModel):
    """Whether this service was put back from a copy and stands still: its own topics held `orphans` events in `streams`
    streams that its store did not know. They were heard by others and are to be entered here again.
    """

    fenced_since: AwareDatetime | None
    orphans: int
    streams: int
    finishing: bool


class RestoreFinish(RequestBody):
    """Let the service go on behind what its topics hold; a dry run shows what it stands before."""

    dry_run: bool = True


class Orphan(BaseModel):
    """An event this service said before its store was put back, and has forgotten, without what is in it."""

    id: str
    type: str
    stream: str
    sequence: int
    recorded_at: AwareDatetime


def ops_router(service: Service[S, P, App], ports: P, resources: Resources[S]) -> APIRouter:
    """The `/ops` routes of `service`."""
    router = APIRouter(prefix="/ops", tags=["ops"])
    stores = mongo_stores(resources.database, service.name)
    unpublished = MongoUnpublished(resources.database)
    fences = MongoFences(resources.database)

    def operations(actor: Actor, *, rehearsal: bool = False) -> ParkedOperations:
        transactions = ReactionTransactions(resources.work, by=actor)
        return ParkedOperations(stores, transactions, resources.wall_clock, rehearsal=rehearsal)

    @router.get("/drain", response_model=Drain)
    async def read_drain() -> Response:
        """How far this service is from being at rest."""
        return represent(
            Drain(
                outbox_unpublished=(await unpublished.backlog()).rows,
                parked=await stores.parked.open_count(),
                next_deadline=await _earliest(service.deadlines, ports),
                effects_pending=await _pending(service.effects, ports),
                domain_time=resources.clock(),
            )
        )

    @router.get("/parked", response_model=Page[ParkedEvent])
    async def list_parked(
        actor: CurrentActor,
        stream: str | None = None,
        cause: str | None = None,
        limit: PageLimit = 50,
        after: PageCursor = None,
    ) -> Response:
        """Events that wait for an operator, oldest id first."""
        found = await operations(actor).list(stream=stream, cause=cause, limit=limit, after=after)
        await resources.audit.read(actor, "list_parked", *(f"parked/{parked.id}" for parked in found))
        return represent(_page(found, limit))

    @router.post("/parked/replay", response_model=Settling)
    async def replay_parked(body: SettleParked, actor: CurrentActor, _request: IdempotentRequest) -> Response:
        """Have the worker handle the stream of this event again, from its first parked event on."""
        return await _settle(body, operations(actor, rehearsal=body.dry_run).request_replay_of)

    @router.post("/parked/discard", response_model=Settling)
    async def discard_parked(body: SettleParked, actor: CurrentActor, _request: IdempotentRequest) -> Response:
        """Give this event up; its stream goes on behind it."""
        return await _settle(body, operations(actor, rehearsal=body.dry_run).discard)

    @router.post("/parked/accept-gap", response_model=GapAccepting)
    async def accept_gap(body: SettleParked, actor: CurrentActor, _request: IdempotentRequest) -> Response:
        """Declare that what is missing before this event will never come; its stream is replayed from here on."""
        known = operations(actor, rehearsal=body.dry_run)
        with _refused():
            missing = await known.missing_before(body.id)
            parked = await known.accept_gap(body.id)
        assert missing is not None
        assert parked.stream is not None
        given_up = Missing(stream=parked.stream, first=missing[0], last=missing[-1])
        return represent(GapAccepting(event=_shown(parked), dry_run=body.dry_run, given_up=given_up))

    @router.get("/consumer", response_model=Consuming)
    async def read_consumer() -> Response:
        """Whether consuming is stopped, and why."""
        return represent(Consuming(stopped=await stores.consumers.stopped()))

    @router.post("/consumer/resume", response_model=Consuming)
    async def resume_consumer(body: Resumption, actor: CurrentActor, _request: IdempotentRequest) -> Response:
        """Let consuming go on once its cause is mended."""
        stopped = await stores.consumers.stopped()
        if stopped is not body.stopped:
            raise Problem(NOT_STOPPED_SO)
        if not body.dry_run:
            await operations(actor).resume()
        return represent(Consuming(stopped=await stores.consumers.stopped()))

    @router.get("/restore", response_model=Restore)
    async def read_restore() -> Response:
        """Whether this service stands still because its store was put back from a copy."""
        return represent(_restore(await fences.fence()))

    @router.get("/restore/orphans", response_model=Page[Orphan])
    async def list_orphans(actor: CurrentActor, limit: PageLimit = 50, after: PageCursor = None) -> Response:
        """What finished restores have taken up into the outbox: others acted on it, this service has not."""
        found = await fences.orphans(limit=limit, after=after)
        await resources.audit.read(actor, "list_orphans", *(f"outbox/{row.id}" for row in found))
        items = [_orphan(row) for row in found]
        return represent(Page[Orphan](items=items, next=items[-1].id if len(items) == limit else None))

    @router.post("/restore/finish", response_model=Restore)
    async def finish_restore(body: RestoreFinish, actor: CurrentActor, _request: IdempotentRequest) -> Response:
        """Have the worker take up what was forgotten, raise every stream behind it, and let the service go on."""
        fence = await fences.fence()
        if fence is None:
            raise Problem(NOT_FENCED)
        if not body.dry_run:
            await resources.audit.acted(actor, "finish_restore")
            await fences.ask_to_finish()
        return represent(_restore(await fences.fence() or fence))

    return router


def _restore(fence: Fence | None) -> Restore:
    if fence is None:
        return Restore(fenced_since=None, orphans=0, streams=0, finishing=False)
    return Restore(fenced_since=fence.since, orphans=fence.orphans, streams=fence.streams, finishing=fence.finishing)


def _orphan(row: OutboxRow) -> Orphan:
    event = decode(row.record, row.headers)
    return Orphan(id=row.id, type=event.type, stream=row.stream, sequence=row.sequence, recorded_at=row.recorded_at)


async def _settle(body: SettleParked, act: Callable[[str], Awaitable[ParkedRecord]]) -> Response:
    with _refused():
        parked = await act(body.id)
    return represent(Settling(event=_shown(parked), dry_run=body.dry_run))


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
        items=[_shown(parked) for parked in found], next=found[-1].id if len(found) == limit else None
    )


def _shown(parked: ParkedRecord) -> ParkedEvent:
    return ParkedEvent(
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
        topic=parked.record.topic,
        partition=parked.record.partition,
        offset=parked.record.offset,
    )


async def _earliest(deadlines: Iterable[Deadline[P]], ports: P) -> datetime | None:
    due = [found[0] for deadline in deadlines if (found := await deadline.next(ports)) is not None]
    return min(due, default=None)


async def _pending(effects: Iterable[Effect[P]], ports: P) -> int:
    """How many kinds of effect have an intent that may be attempted now."""
    return sum([await effect.next(ports) is not None for effect in effects])
