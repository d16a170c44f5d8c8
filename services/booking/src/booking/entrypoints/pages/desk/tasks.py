"""What is to be done about visits: what waits longest first, each with the buttons that settle it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from booking.application.use_cases import Booking
from booking.domain.ids import AppointmentId
from booking.entrypoints.http.schemas import App
from booking.entrypoints.pages.desk.marking import COMMANDS, Mark, marks_for
from booking.entrypoints.pages.desk.showing import SHOWN, Done, Seen, show_desk
from careflow_service.http.dependencies import CurrentActor, PageCursor
from careflow_service.identity import Actor
from careflow_service.pages.forms import FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(prefix="/pages/desk/tasks", include_in_schema=False)


@router.get("")
async def tasks(
    request: Request, app: App, actor: CurrentActor, pages: Pages, after: PageCursor = None, done: Done = None
) -> Response:
    """The work list."""
    return await _list(request, app, actor, pages, after=after, done=done)


@router.post("/{appointment_id}/{mark}")
async def settle(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    appointment_id: str,
    mark: Mark,
    form: Submitted,
    key: FormRequest,
) -> Response:
    """What became of it; the task is gone with it."""
    seen = form.said(Seen)
    if refused := await refusal_of(COMMANDS[mark](app, AppointmentId(appointment_id), seen.expected, actor, key)):
        return await _list(request, app, actor, pages, refused=refused)
    return go_on(request, "../../tasks", done=mark.value)


async def _list(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    *,
    after: str | None = None,
    done: str | None = None,
    refused: Refused | None = None,
) -> Response:
    found = await app.list_tasks(actor, SHOWN, after)
    now = pages.clock()
    lines = [
        (each, [mark.value for mark in marks_for(each.visit, each.task.kind, begun=each.visit.starts_at <= now)])
        for each in found.items
    ]
    return show_desk(
        request,
        pages,
        "tasks.html",
        done=done,
        refused=refused,
        lines=lines,
        more=found.next,
        urgent_waits=await app.read_inquiries.urgent_waits(),
        now=now,
        names=await app.name_patients([each.visit.patient_id for each in found.items], actor),
    )
