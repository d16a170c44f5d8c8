"""The operators' page: how a service stands, what waits for somebody, and what they do about it.

The same in every service that has pages, on what `/ops` answers. Invariant: nothing is done that was not shown before,
as a dry run, to whoever does it; events are shown by their names, ids and codes, never by their content.
"""

from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from careflow_service.http.console import AtConsole, Console
from careflow_service.http.dependencies import CurrentActor, Page, PageCursor, Repeatable, RequestBody
from careflow_service.http.health import Health
from careflow_service.http.ops.consumer import PauseRequest, Resumption, consuming, pause, resume
from careflow_service.http.ops.drain import drained
from careflow_service.http.ops.parked import SETTLE, Act, GapAccepting, Missing, ParkedEvent, SettleParked, parked_page
from careflow_service.http.ops.trace import TraceRequest, traced
from careflow_service.pages.forms import Submitted
from careflow_service.pages.site import Pages, Site, go_on, shown_anew
from careflow_service.problems import INVALID_REQUEST, Problem

router = APIRouter(prefix="/pages/operations", include_in_schema=False)

SHOWN_ANEW_SECONDS: Final = 15
SHOWN: Final = 50
"""Parked events on one page."""
LATE_AFTER: Final = timedelta(minutes=1)
"""A deadline that is due for longer was missed: whoever meets them looks every few seconds."""

Cause = Annotated[str | None, Query(max_length=255)]


async def _health_of(request: Request) -> Health:
    health: Health = request.app.state.health
    return health


AtHealth = Annotated[Health, Depends(_health_of)]


class Sure(RequestBody):
    """`sure`: its dry run was seen. `cause` is of which parked events the page before was."""

    sure: Literal["1"] | None = None
    cause: Annotated[str, Field(max_length=255)] | None = None


class Decided(Sure):
    """About which parked event."""

    id: Annotated[str, Field(max_length=2048)]


class Resumed(Sure):
    """Why it stands, as the page said."""

    stopped: Annotated[str, Field(max_length=255)] | None = None
    paused_by: Annotated[str, Field(max_length=255)] | None = None


@router.get("")
async def operations(
    request: Request,
    pages: Pages,
    console: AtConsole,
    health: AtHealth,
    live: Literal["1"] | None = None,
    done: Literal["paused", "resumed"] | None = None,
) -> Response:
    """How this service stands."""
    answer = await _standing(request, pages, console, health, live=live, done=done)
    return shown_anew(answer, request, "operations", seconds=SHOWN_ANEW_SECONDS) if live else answer


@router.get("/parked")
async def parked(
    request: Request,
    pages: Pages,
    console: AtConsole,
    actor: CurrentActor,
    cause: Cause = None,
    after: PageCursor = None,
    done: Act | None = None,
) -> Response:
    """Events that wait for somebody to decide."""
    found = await parked_page(console, actor, stream=None, cause=cause, limit=SHOWN, after=after)
    return _parked(request, pages, console, found, cause, done=done)


@router.post("/parked/{act}")
async def settle_parked(
    request: Request, pages: Pages, console: AtConsole, actor: CurrentActor, act: Act, form: Submitted, _: Repeatable
) -> Response:
    """What would become of an event, and then what does."""
    decided = form.said(Decided)
    body = SettleParked.model_validate({"id": decided.id, "dry_run": decided.sure is None})
    try:
        settled = await SETTLE[act](body, console, actor)
    except Problem as refused:
        found = await parked_page(console, actor, stream=None, cause=decided.cause, limit=SHOWN, after=None)
        return _parked(request, pages, console, found, decided.cause, refused=refused)
    if not body.dry_run:
        return go_on(request, "../parked", cause=decided.cause or "", done=act)
    given_up = settled.given_up if isinstance(settled, GapAccepting) else None
    return _sure(request, pages, console, f"parked/{act}", decided, event=settled.event, given_up=given_up)


@router.post("/pause")
async def pause_all(
    request: Request, pages: Pages, console: AtConsole, actor: CurrentActor, form: Submitted, _: Repeatable
) -> Response:
    """Hear nothing any more for now."""
    sure = form.said(Sure)
    await pause(PauseRequest.model_validate({"dry_run": sure.sure is None}), console, actor)
    return (
        go_on(request, "../operations", done="paused") if sure.sure else _sure(request, pages, console, "pause", sure)
    )


@router.post("/resume")
async def resume_all(
    request: Request,
    pages: Pages,
    console: AtConsole,
    health: AtHealth,
    actor: CurrentActor,
    form: Submitted,
    _: Repeatable,
) -> Response:
    """Go on hearing."""
    said = form.said(Resumed)
    try:
        why = Resumption.model_validate(
            {"stopped": said.stopped, "paused_by": said.paused_by, "dry_run": said.sure is None}
        )
    except ValueError:
        raise Problem(INVALID_REQUEST) from None
    try:
        await resume(why, console, actor)
    except Problem as refused:
        return await _standing(request, pages, console, health, refused=refused)
    return (
        go_on(request, "../operations", done="resumed") if said.sure else _sure(request, pages, console, "resume", said)
    )


@router.post("/trace")
async def where_is(
    request: Request, pages: Pages, console: AtConsole, actor: CurrentActor, form: Submitted, _: Repeatable
) -> Response:
    """What this service has said, and keeps parked, under an id: that is in no address."""
    asked, faults = form.read(TraceRequest)
    found = await traced(asked, console, actor) if asked else None
    return _show(
        request, pages, console, "trace.html", status=422 if faults else 200, typed=form, faults=faults, found=found
    )


async def _standing(
    request: Request,
    pages: Site,
    console: Console,
    health: Health,
    *,
    live: str | None = None,
    done: str | None = None,
    refused: Problem | None = None,
) -> Response:
    now, at_rest = console.resources.wall_clock(), await drained(console)
    due = at_rest.next_deadline
    return _show(
        request,
        pages,
        console,
        "operations.html",
        status=refused.kind.status if refused else 200,
        as_of=now,
        live=live,
        done=done,
        seconds=SHOWN_ANEW_SECONDS,
        refused=refused.kind.code if refused else None,
        ready=await health.readiness(),
        without=await health.does_without(),
        backlog=await console.unpublished.backlog(),
        feedings=[each for each in await console.refeeds.recent(SHOWN) if each.finished_at is None],
        consuming=await consuming(console),
        groups=await console.stores.parked.groups(),
        rest=at_rest,
        late=due is not None and at_rest.domain_time - due > LATE_AFTER,
    )


def _parked(
    request: Request,
    pages: Site,
    console: Console,
    found: Page[ParkedEvent],
    cause: str | None,
    *,
    done: Act | None = None,
    refused: Problem | None = None,
) -> Response:
    return _show(
        request,
        pages,
        console,
        "parked.html",
        status=refused.kind.status if refused else 200,
        found=found,
        cause=cause,
        done=done.replace("-", "_") if done else None,
        refused=refused.kind.code if refused else None,
    )


def _sure(
    request: Request,
    pages: Site,
    console: Console,
    path: str,
    said: BaseModel,
    *,
    event: ParkedEvent | None = None,
    given_up: Missing | None = None,
) -> Response:
    """Asks whether it is to be done, with all that was said so far; `path` is where from here."""
    kept = {name: value for name, value in said.model_dump().items() if value is not None}
    of, _, act = path.rpartition("/")
    return _show(
        request,
        pages,
        console,
        "sure.html",
        act=act.replace("-", "_"),
        action=f"operations/{path}",
        back_to=f"operations/{of}" if of else "operations",
        kept_fields={"cause": "", **kept, "sure": "1"},
        event=event,
        given_up=given_up,
    )


def _show(
    request: Request, pages: Site, console: Console, template: str, *, status: int = 200, **what: Any
) -> Response:
    return pages.show(request.scope, template, status=status, service=console.service.name, zone=pages.zone, **what)
