"""The calendar by resource: a day of everybody, a week of all, a week of one."""

from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from booking.domain.calendar import Resource, ResourceKind
from booking.entrypoints.http.schemas import App
from booking.entrypoints.pages.desk.showing import clocks_on, show_desk, today_of
from careflow_domain.errors import not_found
from careflow_service.http.dependencies import CurrentActor
from careflow_service.http.fields import Day
from careflow_service.pages.site import Pages

router = APIRouter(prefix="/pages/desk", include_in_schema=False)

WEEK: Final = timedelta(days=7)
ResourceId = Annotated[str, Path(max_length=64)]


@router.get("")
async def desk(request: Request, app: App, actor: CurrentActor, pages: Pages, day: Day | None = None) -> Response:
    """Everybody and every room on one day, with their visits."""
    today = today_of(pages)
    on = day or today
    starts, ends = clocks_on(on, pages.zone)
    return show_desk(
        request,
        pages,
        "day.html",
        calendar=await app.read_calendar.day(on, actor),
        today=today,
        before=on - timedelta(days=1),
        after=on + timedelta(days=1),
        clocks=(starts, ends),
        urgent_waits=await app.read_inquiries.urgent_waits(),
    )


@router.get("/week")
async def week(request: Request, app: App, actor: CurrentActor, pages: Pages, day: Day | None = None) -> Response:
    """How much is booked with everybody and in every room, Monday to Sunday."""
    first = _monday(day or today_of(pages))
    return show_desk(
        request,
        pages,
        "week.html",
        resources=await app.read_calendar.week(first, actor),
        days=[first + timedelta(days=n) for n in range(WEEK.days)],
        today=today_of(pages),
        before=first - WEEK,
        after=first + WEEK,
        now=pages.clock(),
    )


@router.get("/week/{kind}/{resource_id}")
async def week_of_one(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    kind: ResourceKind,
    resource_id: ResourceId,
    day: Day | None = None,
) -> Response:
    """The visits of one person or room, Monday to Sunday."""
    if kind is ResourceKind.PATIENT:
        raise not_found("resource")
    first = _monday(day or today_of(pages))
    days = await app.read_calendar.week_of(Resource(kind, resource_id), first, actor)
    return show_desk(
        request,
        pages,
        "week_of_one.html",
        days=days,
        clocks={each.day: clocks_on(each.day, pages.zone) for each in days},
        today=today_of(pages),
        before=first - WEEK,
        after=first + WEEK,
        now=pages.clock(),
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
