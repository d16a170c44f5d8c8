"""Whom somebody has to tell what no message could, on the page of what is to be done: who sees to it, and whether they
know.
"""

from collections.abc import Awaitable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from booking.application.commands.give_back_telling import GiveBackTelling
from booking.application.commands.hand_over_telling import HandOverTelling
from booking.application.commands.record_told import RecordTold
from booking.application.commands.take_telling import TakeTelling
from booking.application.queries.list_tasks import Whose
from booking.application.use_cases import Booking
from booking.domain.ids import PatientId
from booking.domain.untold import News
from booking.entrypoints.http.schemas import App
from booking.entrypoints.pages.desk.showing import Seen
from booking.entrypoints.pages.desk.tasks import Filter, Handing, show_tasks
from careflow_service.http.dependencies import CurrentActor
from careflow_service.identity import Actor
from careflow_service.pages.forms import FormRequest, Submitted
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(prefix="/pages/desk/tasks/patients/{patient_id}", include_in_schema=False)


@router.post("/told/{news}")
async def told(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    patient_id: str,
    news: News,
    form: Submitted,
    key: FormRequest,
    whose: Filter = Whose.ALL,
) -> Response:
    """Somebody has told the patient."""
    command = RecordTold(PatientId(patient_id), news, form.said(Seen).expected)
    if refused := await refusal_of(app.record_told(command, actor, key)):
        return await show_tasks(
            request, app, actor, pages, whose, concerned_patient=command.patient_id, refused=refused
        )
    return go_on(request, "../../../../tasks", done="told_of_news", whose=whose.value)


@router.post("/take")
async def take(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    patient_id: str,
    form: Submitted,
    key: FormRequest,
    whose: Filter = Whose.ALL,
) -> Response:
    """See to it. Whoever is second is told who does."""
    command = TakeTelling(PatientId(patient_id), form.said(Seen).expected)
    taking = app.take_telling(command, actor, key)
    return await _seen_to(request, app, actor, pages, whose, command.patient_id, taking, done="task_taken")


@router.post("/give-back")
async def give_back(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    patient_id: str,
    form: Submitted,
    key: FormRequest,
    whose: Filter = Whose.ALL,
) -> Response:
    """It waits for everybody again."""
    command = GiveBackTelling(PatientId(patient_id), form.said(Seen).expected)
    giving = app.give_back_telling(command, actor, key)
    return await _seen_to(request, app, actor, pages, whose, command.patient_id, giving, done="task_given_back")


@router.post("/hand-over")
async def hand_over(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    patient_id: str,
    form: Submitted,
    key: FormRequest,
    whose: Filter = Whose.ALL,
) -> Response:
    """A colleague tells them."""
    seen, patient = form.said(Seen), PatientId(patient_id)
    handing, faults = form.with_colleague("to", pages.names).read(Handing)
    if handing is None:
        return await show_tasks(request, app, actor, pages, whose, concerned_patient=patient, typed=form, faults=faults)
    handed = app.hand_over_telling(HandOverTelling(patient, seen.expected, handing.to), actor, key)
    return await _seen_to(request, app, actor, pages, whose, patient, handed, done="task_handed_over")


async def _seen_to(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    whose: Whose,
    patient: PatientId,
    doing: Awaitable[object],
    *,
    done: str,
) -> Response:
    if refused := await refusal_of(doing):
        return await show_tasks(request, app, actor, pages, whose, concerned_patient=patient, refused=refused)
    return go_on(request, "../../../tasks", done=done, whose=whose.value)
