"""A day of the drug log of a place: everything of it in a table, counted and closed by one, confirmed by another; to be
printed or saved as PDF by the browser.
"""

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import CurrentActor, PageCursor, RequestBody
from careflow_service.http.fields import Day
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.asking import Filled, Kind, body_of, read
from careflow_service.pages.forms import FormRequest, Submitted
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from sessions.application.commands.close_drug_day import CloseDrugDay, ConfirmDrugDay
from sessions.application.use_cases import Sessions
from sessions.domain.ids import LocationId
from sessions.entrypoints.http.access import ACCESS
from sessions.entrypoints.http.schemas import App, Note, Uuid
from sessions.entrypoints.pages.bedside_fields import field
from sessions.entrypoints.pages.counting import ask_counts, counted

router = APIRouter(prefix="/pages/drug-log", include_in_schema=False)

SHOWN: Final = 50
ACKNOWLEDGED: Final = field("acknowledgement", Kind.PROSE)
Done = Annotated[str | None, Query(max_length=20, pattern="^[a-z]+$")]


class Acknowledged(RequestBody):
    """What the signer says of discrepancies that stay open."""

    acknowledgement: Note | None = None


@router.get("/days")
async def days_page(
    request: Request, app: App, actor: CurrentActor, pages: Pages, location: Uuid, after: PageCursor = None
) -> Response:
    """The closed days of a place, the newest first."""
    listed = await app.reading.drug_days_of(LocationId(location), actor, SHOWN, after)
    return pages.show(request.scope, "drug_days.html", listed=listed, location=location, zone=pages.zone)


@router.get("/day")
async def day_page(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    location: Uuid,
    day: Day | None = None,
    done: Done = None,
) -> Response:
    """One day as it stands, today where none is named."""
    return await _show(request, app, actor, pages, location, day, Filled(), done)


@router.get("/day/close")
async def ask_close(
    request: Request, app: App, actor: CurrentActor, pages: Pages, location: Uuid, day: Day
) -> Response:
    """Each container to be counted, by its label."""
    return await _ask(request, app, actor, pages, location, day, Filled())


@router.post("/day/close")
async def close_day(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    location: Uuid,
    day: Day,
    typed: Submitted,
    key: FormRequest,
) -> Response:
    """Close it by what was counted."""
    containers = await app.read_drug_log.to_count(LocationId(location), actor)
    found, wrong = counted(containers, typed)
    body, faults = read(Acknowledged, body_of((ACKNOWLEDGED,), typed, pages.zone, {}))
    if body is None or wrong:
        return await _ask(request, app, actor, pages, location, day, Filled(typed, {**wrong, **faults}))
    command = CloseDrugDay(LocationId(location), day, found, body.acknowledgement)
    if refused := await refusal_of(app.close_drug_day(command, actor, key), typed=True):
        filled = Filled(typed, refused=refused)
        return await _ask(request, app, actor, pages, location, day, filled)
    return go_on(request, "../day", anchor="done", location=location, day=day.isoformat(), done="close")


@router.post("/day/confirm")
async def confirm_day(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    location: Uuid,
    day: Day,
    _: Submitted,
    key: FormRequest,
) -> Response:
    """A second person counted the same."""
    command = ConfirmDrugDay(LocationId(location), day)
    if refused := await refusal_of(app.confirm_drug_day(command, actor, key)):
        filled = Filled(refused=refused)
        return await _show(request, app, actor, pages, location, day, filled, None)
    return go_on(request, "../day", anchor="done", location=location, day=day.isoformat(), done="confirm")


async def _show(
    request: Request,
    app: Sessions,
    actor: Actor,
    pages: Site,
    location: str,
    day: date | None,
    filled: Filled,
    done: str | None,
) -> Response:
    seen = await app.read_drug_log.day(LocationId(location), day, actor)
    closed = seen.closed
    may_close = ACCESS["POST /pages/drug-log/day/close"].admits(actor, {})
    may_confirm = ACCESS["POST /pages/drug-log/day/confirm"].admits(actor, {})
    return pages.show(
        request.scope,
        "drug_day.html",
        status=filled.status,
        seen=seen,
        closed=closed,
        location=location,
        registrant=app.ports.registrants.at(LocationId(location)),
        closes=closed is None and seen.touched and may_close,
        confirms=closed is not None and closed.waits and closed.closed_by != actor.id and may_confirm,
        key=new_id,
        done=done,
        refused=filled.refused,
        zone=pages.zone,
    )


async def _ask(
    request: Request, app: Sessions, actor: Actor, pages: Site, location: str, day: date, filled: Filled
) -> Response:
    return ask_counts(
        request,
        pages,
        await app.read_drug_log.to_count(LocationId(location), actor),
        filled,
        form="close",
        day=day,
        address="drug-log/day/close",
        parameters={"location": location, "day": day.isoformat()},
        back="drug-log/day",
        last=(ACKNOWLEDGED,),
    )
