"""What is to be done about visits: what waits longest first, who sees to it, each with the buttons that settle it.
Beside it whom somebody has to tell what no message could; see `tellings`.
"""

from collections.abc import Awaitable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from booking.application.commands.give_back_task import GiveBackTask
from booking.application.commands.hand_over_task import HandOverTask
from booking.application.commands.take_task import TakeTask
from booking.application.queries.list_tasks import Whose
from booking.application.use_cases import Booking
from booking.domain.ids import AppointmentId, PatientId
from booking.domain.record_requests import RecordRequest
from booking.entrypoints.http.access import RECORDS_WORKED_ON_BY
from booking.entrypoints.http.schemas import App
from booking.entrypoints.http.task_schemas import Login
from booking.entrypoints.pages.desk.marking import COMMANDS, Mark, marks_for
from booking.entrypoints.pages.desk.showing import SHOWN, Done, Seen, show_desk
from careflow_service.http.dependencies import CurrentActor, PageCursor
from careflow_service.identity import Actor
from careflow_service.pages.forms import UNTYPED, Form, FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(prefix="/pages/desk/tasks", include_in_schema=False)

Filter = Annotated[Whose, Query()]
"""Whose tasks are shown; the buttons lead back to the same ones."""


class Handing(Seen):
    """To whom."""

    to: Login


@router.get("")
async def tasks(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    whose: Filter = Whose.ALL,
    after: PageCursor = None,
    untold_after: PageCursor = None,
    done: Done = None,
) -> Response:
    """The work list."""
    return await show_tasks(request, app, actor, pages, whose, after=after, untold_after=untold_after, done=done)


@router.post("/{appointment_id}/take")
async def take(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    appointment_id: str,
    form: Submitted,
    key: FormRequest,
    whose: Filter = Whose.ALL,
) -> Response:
    """See to it. Whoever is second is told who does."""
    command = TakeTask(AppointmentId(appointment_id), form.said(Seen).expected)
    taking = app.take_task(command, actor, key)
    return await _seen_to(request, app, actor, pages, whose, command.appointment_id, taking, done="task_taken")


@router.post("/{appointment_id}/give-back")
async def give_back(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    appointment_id: str,
    form: Submitted,
    key: FormRequest,
    whose: Filter = Whose.ALL,
) -> Response:
    """It waits for everybody again."""
    command = GiveBackTask(AppointmentId(appointment_id), form.said(Seen).expected)
    giving = app.give_back_task(command, actor, key)
    return await _seen_to(request, app, actor, pages, whose, command.appointment_id, giving, done="task_given_back")


@router.post("/{appointment_id}/hand-over")
async def hand_over(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    appointment_id: str,
    form: Submitted,
    key: FormRequest,
    whose: Filter = Whose.ALL,
) -> Response:
    """A colleague sees to it."""
    seen, visit = form.said(Seen), AppointmentId(appointment_id)
    handing, faults = form.with_colleague("to", pages.names).read(Handing)
    if handing is None:
        return await show_tasks(request, app, actor, pages, whose, concerned=visit, typed=form, faults=faults)
    handed = app.hand_over_task(HandOverTask(visit, seen.expected, handing.to), actor, key)
    return await _seen_to(request, app, actor, pages, whose, visit, handed, done="task_handed_over")


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
    whose: Filter = Whose.ALL,
) -> Response:
    """What became of it; the task is gone with it."""
    visit, seen = AppointmentId(appointment_id), form.said(Seen)
    settling = COMMANDS[mark](app, visit, seen.expected, actor, key)
    return await _seen_to(request, app, actor, pages, whose, visit, settling, done=mark.value)


async def _seen_to(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    whose: Whose,
    visit: AppointmentId,
    doing: Awaitable[object],
    *,
    done: str,
) -> Response:
    if refused := await refusal_of(doing):
        return await show_tasks(request, app, actor, pages, whose, concerned=visit, refused=refused)
    return go_on(request, "../../tasks", done=done, whose=whose.value)


async def show_tasks(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    whose: Whose,
    *,
    after: str | None = None,
    untold_after: str | None = None,
    done: str | None = None,
    concerned: AppointmentId | None = None,
    concerned_patient: PatientId | None = None,
    refused: Refused | None = None,
    typed: Form = UNTYPED,
    faults: dict[str, str] | None = None,
) -> Response:
    """The list; before it what somebody could not settle, as it stands now."""
    one = await app.list_tasks.one(concerned, actor) if concerned is not None else None
    found = await app.list_tasks(actor, SHOWN, after, whose=whose)
    shown = [*filter(None, [one]), *(each for each in found.items if each.visit.appointment_id != concerned)]
    untold = await app.list_untold(actor, SHOWN, untold_after, whose=whose)
    patient = await app.list_untold.one(concerned_patient, actor) if concerned_patient is not None else None
    whom = [*filter(None, [patient]), *(each for each in untold.items if each.patient_id != concerned_patient)]
    now = pages.clock()
    records = await _records(app, actor, pages) if whose is not Whose.MINE else []
    lines = [
        (each, [mark.value for mark in marks_for(each.visit, each.task.kind, app.ports.policy, now=now)])
        for each in shown
    ]
    return show_desk(
        request,
        pages,
        "tasks.html",
        status=422 if faults else 200,
        done=done,
        refused=refused,
        lines=lines,
        more=found.next,
        whose=whose.value,
        me=actor.id,
        concerned=concerned or concerned_patient,
        typed=typed,
        faults=faults or {},
        urgent_waits=await app.read_inquiries.urgent_waits(),
        inquiries_wait=whose is not Whose.MINE and await app.read_inquiries.nobody_sees_to_one(),
        now=now,
        untold=whom,
        more_untold=untold.next,
        after=after,
        records=records,
        late={each.id for each in records if each.late(now, pages.zone)},
        names=await app.name_patients(
            [
                *(each.visit.patient_id for each in shown),
                *(each.patient_id for each in whom),
                *(each.patient_id for each in records),
            ],
            actor,
        ),
    )


async def _records(app: Booking, actor: Actor, pages: Site) -> list[RecordRequest]:
    """Requests for records that are due soon or late, for whoever works on them."""
    if not actor.has(*RECORDS_WORKED_ON_BY):
        return []
    today, clocks = pages.clock().astimezone(pages.zone).date(), app.ports.policy.record_requests
    return await app.read_record_requests.pressing(actor, today, clocks, SHOWN)
