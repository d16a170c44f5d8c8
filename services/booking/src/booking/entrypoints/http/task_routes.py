"""The clinic's work list over HTTP. A task is named by the visit, or the patient, it is about."""

from fastapi import APIRouter
from fastapi.responses import Response

from booking.application.commands.give_back_task import GiveBackTask
from booking.application.commands.give_back_telling import GiveBackTelling
from booking.application.commands.hand_over_task import HandOverTask
from booking.application.commands.hand_over_telling import HandOverTelling
from booking.application.commands.record_told import RecordTold
from booking.application.commands.take_task import TakeTask
from booking.application.commands.take_telling import TakeTelling
from booking.application.queries.list_tasks import Whose
from booking.domain.ids import AppointmentId, PatientId
from booking.entrypoints.http.schemas import App, SavedView, saved
from booking.entrypoints.http.task_schemas import HandOverBody, TaskView, ToldBody, UntoldPatientView
from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    represent,
)

router = APIRouter(prefix="/v1/tasks")


@router.get("", response_model=Page[TaskView])
async def list_tasks(
    app: App, actor: CurrentActor, whose: Whose = Whose.ALL, limit: PageLimit = 50, after: PageCursor = None
) -> Response:
    """The visits somebody has to see to now, what waits longest first: patients to call, visits of days that are over
    and that nobody has marked, holds that are too near to settle themselves. Those you see to are `mine`, those nobody
    sees to `nobodys`.
    """
    found = await app.list_tasks(actor, limit, after, whose=whose)
    return represent(Page[TaskView](items=[TaskView.of(each) for each in found.items], next=found.next))


@router.get("/patients", response_model=Page[UntoldPatientView])
async def list_untold(
    app: App, actor: CurrentActor, whose: Whose = Whose.ALL, limit: PageLimit = 50, after: PageCursor = None
) -> Response:
    """The patients somebody has to tell what no message could, beside what is to be told of visits: that they are asked
    something, or that something new is in their account. Who waits longest comes first. `whose` is as for `GET tasks`.
    """
    found = await app.list_untold(actor, limit, after, whose=whose)
    return represent(
        Page[UntoldPatientView](items=[UntoldPatientView.of(each) for each in found.items], next=found.next)
    )


@router.post("/patients/{patient_id}/told", response_model=SavedView)
async def record_told(
    patient_id: str,
    body: ToldBody,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """Somebody has told the patient; `If-Match` names the version of the list."""
    command = RecordTold(PatientId(patient_id), body.news, version)
    return saved(await app.record_told(command, actor, request))


@router.post("/patients/{patient_id}/take", response_model=SavedView)
async def take_telling(
    patient_id: str, app: App, actor: CurrentActor, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """See to it that the patient is told. Whoever comes second is told who does."""
    command = TakeTelling(PatientId(patient_id), version)
    return saved(await app.take_telling(command, actor, request))


@router.post("/patients/{patient_id}/give-back", response_model=SavedView)
async def give_back_telling(
    patient_id: str, app: App, actor: CurrentActor, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """You do not see to it after all."""
    command = GiveBackTelling(PatientId(patient_id), version)
    return saved(await app.give_back_telling(command, actor, request))


@router.post("/patients/{patient_id}/hand-over", response_model=SavedView)
async def hand_over_telling(
    patient_id: str,
    body: HandOverBody,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """A colleague tells the patient: what you see to, or nobody does."""
    command = HandOverTelling(PatientId(patient_id), version, body.to)
    return saved(await app.hand_over_telling(command, actor, request))


@router.post("/{appointment_id}/take", response_model=SavedView)
async def take_task(
    appointment_id: str, app: App, actor: CurrentActor, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """See to it. Whoever comes second is told who does."""
    command = TakeTask(AppointmentId(appointment_id), version)
    return saved(await app.take_task(command, actor, request))


@router.post("/{appointment_id}/give-back", response_model=SavedView)
async def give_back_task(
    appointment_id: str, app: App, actor: CurrentActor, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """You do not see to it after all."""
    command = GiveBackTask(AppointmentId(appointment_id), version)
    return saved(await app.give_back_task(command, actor, request))


@router.post("/{appointment_id}/hand-over", response_model=SavedView)
async def hand_over_task(
    appointment_id: str,
    body: HandOverBody,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """A colleague sees to it: what you see to, or nobody does."""
    command = HandOverTask(AppointmentId(appointment_id), version, body.to)
    return saved(await app.hand_over_task(command, actor, request))
