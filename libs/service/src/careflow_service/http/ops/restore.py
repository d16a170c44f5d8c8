"""How the restore of a service whose store was put back from a copy ends."""

from dataclasses import asdict
from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel

from careflow_events.envelope import decode
from careflow_events.fencing import CountedBy, Fence
from careflow_events.outbox import OutboxRow
from careflow_service.http.console import AtConsole
from careflow_service.http.dependencies import (
    CurrentActor,
    Page,
    PageCursor,
    PageLimit,
    Repeatable,
    RequestBody,
    represent,
)
from careflow_service.problems import Problem, ProblemType

router = APIRouter(prefix="/ops/restore", tags=["ops"])

NOT_FILLED: Final = ProblemType(
    "not_filled", 409, "This store was not filled to the backup's end; put the backup back again."
)
NOT_FENCED: Final = ProblemType("not_fenced", 409, "This service is not being restored.")


class Restore(BaseModel):
    """Whether this service was put back from a copy and stands still: its own topics held `orphans` events in `streams`
    streams that its store did not know. They were heard by others and are to be entered here again. They are not
    counted before a worker has `looked`. While the store is `filling` from a backup, or that was cut short, it has to
    be filled to its end first.
    """

    fenced_since: AwareDatetime | None
    orphans: int
    streams: int
    finishing: bool
    looked: bool
    filling: bool


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


class Orphans(BaseModel):
    """Of one type, or in one stream: how many, in how many streams, how many of each type, and between which two times
    they were recorded.
    """

    name: str
    events: int
    streams: int
    types: dict[str, int]
    first: AwareDatetime
    last: AwareDatetime


@router.get("", response_model=Restore)
async def read_restore(console: AtConsole) -> Response:
    """Whether this service stands still because its store was put back from a copy."""
    return represent(_restore(await console.fences.fence()))


@router.get("/orphans", response_model=Page[Orphan])
async def list_orphans(
    console: AtConsole, actor: CurrentActor, limit: PageLimit = 50, after: PageCursor = None
) -> Response:
    """What finished restores have taken up into the outbox: others acted on it, this service has not."""
    found = await console.fences.orphans(limit=limit, after=after)
    await console.resources.audit.read(actor, "list_orphans", *(f"outbox/{row.id}" for row in found))
    items = [_orphan(row) for row in found]
    return represent(Page[Orphan](items=items, next=items[-1].id if len(items) == limit else None))


@router.get("/orphans/counts", response_model=Page[Orphans])
async def count_orphans(
    console: AtConsole,
    actor: CurrentActor,
    by: CountedBy = CountedBy.TYPE,
    limit: PageLimit = 50,
    after: PageCursor = None,
) -> Response:
    """How many of them there are, by type or by stream, by name."""
    found = await console.fences.orphan_counts(by, limit=limit, after=after)
    await console.resources.audit.read(actor, "count_orphans")
    items = [Orphans(**asdict(each)) for each in found]
    return represent(Page[Orphans](items=items, next=items[-1].name if len(items) == limit else None))


@router.post("/finish", response_model=Restore)
async def finish_restore(body: RestoreFinish, console: AtConsole, actor: CurrentActor, _: Repeatable) -> Response:
    """Have the worker take up what was forgotten, raise every stream behind it, and let the service go on."""
    fence = await console.fences.fence()
    if fence is None:
        raise Problem(NOT_FENCED)
    if fence.filling:
        raise Problem(NOT_FILLED)
    if not body.dry_run:
        await console.resources.audit.acted(actor, "finish_restore")
        await console.fences.ask_to_finish()
    return represent(_restore(await console.fences.fence() or fence))


def _restore(fence: Fence | None) -> Restore:
    if fence is None:
        return Restore(fenced_since=None, orphans=0, streams=0, finishing=False, looked=True, filling=False)
    return Restore(
        fenced_since=fence.since,
        orphans=fence.orphans,
        streams=fence.streams,
        finishing=fence.finishing,
        looked=fence.looked,
        filling=fence.filling,
    )


def _orphan(row: OutboxRow) -> Orphan:
    event = decode(row.record, row.headers)
    return Orphan(id=row.id, type=event.type, stream=row.stream, sequence=row.sequence, recorded_at=row.recorded_at)
