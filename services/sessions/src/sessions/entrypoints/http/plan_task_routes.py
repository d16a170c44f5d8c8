"""What plans ask for beside their sessions: making, signing, settling, laboratory results, reading, and the links by
which patients come to them.
"""

from datetime import date, datetime

from fastapi import APIRouter, Response

from careflow_service.http.dependencies import (
    WHOLE,
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    answer,
    represent,
)
from careflow_service.http.fields import Day
from sessions.application.commands.follow_lab_test import RecordResult, RecordSample, ReviewResult
from sessions.application.commands.issue_plan_link import IssuePlanLink
from sessions.application.commands.make_plan_task import MakePlanTask, SignPlanTask
from sessions.application.commands.send_plan_link import SendPlanLink
from sessions.application.commands.settle_plan_task import SettlePlanTask
from sessions.application.commands.undo_plan_task import UndoPlanTask
from sessions.application.commands.withdraw_plan_link import WithdrawPlanLink
from sessions.domain.ids import PatientId, PlanId, PlanLinkId, TaskId
from sessions.domain.plan_task_terms import TaskKind, TaskOutcome, TaskStep, TaskWait
from sessions.entrypoints.http.schemas import AggregateChanged, App, Note, Uuid, View, changed

router = APIRouter(tags=["plan tasks"])


class NewTask(RequestBody):
    """`text` is what it asks, in words for the patient; `due_on` a day of the clinic."""

    kind: TaskKind
    text: Note
    due_on: Day


class Settlement(RequestBody):
    """The clinic says why something was not done or is called off; a patient may."""

    outcome: TaskOutcome
    note: Note | None = None


class NewResult(RequestBody):
    abnormal: bool
    summary: Note


class Conclusion(RequestBody):
    conclusion: Note


class TakenView(View):
    """`by` is null for the patient."""

    by: str | None
    at: datetime


class ResultView(View):
    abnormal: bool
    summary: str
    by: str
    at: datetime
    reviewed: TakenView | None
    conclusion: str | None


class EndView(View):
    outcome: TaskOutcome
    taken: TakenView
    note: str | None


class TaskView(View):
    """`step` is to be taken by `due_by`; `waits` is what the clinic is to do about it. Results are for the clinic: a
    patient is told of them by a person, and sees none here.
    """

    id: str
    version: int
    patient_id: str
    plan_id: str
    kind: TaskKind
    text: str
    due_on: date
    due_by: datetime
    needs_signature: bool
    made: TakenView
    signed: TakenView | None
    step: TaskStep
    waits: TaskWait | None
    collected: TakenView | None
    results: tuple[ResultView, ...]
    end: EndView | None


class PlanLinkIssued(View):
    """`path` goes behind the address at which patients reach this service; `link` is both, where that is known. Who has
    it still needs the birth date.
    """

    link_id: str
    path: str
    link: str | None


@router.get("/v1/plan-tasks", response_model=Page[TaskView])
async def list_waiting_tasks(
    actor: CurrentActor, app: App, limit: PageLimit = 50, after: PageCursor = None
) -> Response:
    """What the clinic is to do something about, the most urgent first: what is late, results that nobody has read, what
    no prescriber has signed.
    """
    listed = await app.reading_plan_tasks.waiting(actor, limit=limit, after=after)
    return represent(Page[TaskView](items=[TaskView.model_validate(each) for each in listed.items], next=listed.next))


@router.get("/v1/patients/{patient_id}/plan-tasks", response_model=Page[TaskView])
async def list_tasks(
    patient_id: Uuid, actor: CurrentActor, app: App, limit: PageLimit = WHOLE, after: PageCursor = None
) -> Response:
    """A patient's tasks by when they are due."""
    tasks = await app.reading_plan_tasks.of_patient(PatientId(patient_id), actor, limit, after)
    views = [TaskView.model_validate(each) for each in tasks.items]
    if actor.is_patient:
        views = [each.model_copy(update={"results": ()}) for each in views]
    return represent(Page[TaskView](items=views, next=tasks.next))


@router.post("/v1/patients/{patient_id}/plan-links", status_code=201, response_model=PlanLinkIssued)
async def issue_plan_link(patient_id: Uuid, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """Make a link to what a patient is asked to do beside the sessions, to be handed to them. It works for as many days
    as the policy says, and as often as they like.
    """
    committed = await app.issue_plan_link(IssuePlanLink(PatientId(patient_id)), actor, request)
    link_id, addresses = PlanLinkId(committed.value.id), app.ports.link_addresses
    issued = PlanLinkIssued(link_id=link_id, path=addresses.path(link_id), link=addresses.whole(link_id))
    return answer(committed, issued, status=201)


@router.post("/v1/patients/{patient_id}/plan-links/send", status_code=201, response_model=AggregateChanged)
async def send_plan_link(patient_id: Uuid, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """Have booking send the patient such a link, over a channel they allow."""
    return changed(await app.send_plan_link(SendPlanLink(PatientId(patient_id)), actor, request), status=201)


@router.post("/v1/patients/{patient_id}/plan-links/{link_id}/withdraw", response_model=AggregateChanged)
async def withdraw_plan_link(
    patient_id: Uuid, link_id: Uuid, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """The link leads nowhere any more, and whoever came in by it is out."""
    command = WithdrawPlanLink(PatientId(patient_id), PlanLinkId(link_id))
    return changed(await app.withdraw_plan_link(command, actor, request))


@router.post("/v1/plans/{plan_id}/tasks", status_code=201, response_model=AggregateChanged)
async def make_task(
    plan_id: Uuid, body: NewTask, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Ask the patient for something; what a prescriber makes is signed."""
    command = MakePlanTask(PlanId(plan_id), body.kind, body.text, body.due_on)
    return changed(await app.make_plan_task(command, actor, request), status=201)


@router.post("/v1/plan-tasks/{task_id}/sign", response_model=AggregateChanged)
async def sign_task(
    task_id: Uuid, actor: CurrentActor, request: IdempotentRequest, expected_version: ExpectedVersion, app: App
) -> Response:
    """A prescriber answers for it, interactions and doses looked at; from then on the patient is asked for it."""
    return changed(await app.sign_plan_task(SignPlanTask(TaskId(task_id), expected_version), actor, request))


@router.post("/v1/plan-tasks/{task_id}/end", response_model=AggregateChanged)
async def settle_task(
    task_id: Uuid, body: Settlement, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Done, not done, or called off by the clinic. A patient's "done" of a laboratory test: the sample was taken."""
    command = SettlePlanTask(TaskId(task_id), body.outcome, body.note)
    return changed(await app.settle_plan_task(command, actor, request))


@router.post("/v1/plan-tasks/{task_id}/undo", response_model=AggregateChanged)
async def undo_task(task_id: Uuid, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """The patient ticked it off by mistake, and it is to be done as before."""
    return changed(await app.undo_plan_task(UndoPlanTask(TaskId(task_id)), actor, request))


@router.post("/v1/plan-tasks/{task_id}/sample", response_model=AggregateChanged)
async def record_sample(task_id: Uuid, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """The sample was taken: its result is waited for."""
    return changed(await app.record_sample(RecordSample(TaskId(task_id)), actor, request))


@router.post("/v1/plan-tasks/{task_id}/results", status_code=201, response_model=AggregateChanged)
async def record_result(
    task_id: Uuid, body: NewResult, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """A result came, a corrected one too; a prescriber is to read it, an abnormal one sooner."""
    command = RecordResult(TaskId(task_id), body.abnormal, body.summary)
    return changed(await app.record_result(command, actor, request), status=201)


@router.post("/v1/plan-tasks/{task_id}/review", response_model=AggregateChanged)
async def review_result(
    task_id: Uuid,
    body: Conclusion,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """A prescriber has read every result of this version, and says what follows from it."""
    command = ReviewResult(TaskId(task_id), body.conclusion, expected_version)
    return changed(await app.review_result(command, actor, request))
