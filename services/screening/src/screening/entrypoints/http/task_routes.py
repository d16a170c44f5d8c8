"""Staff tasks: what a human must do."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel

from careflow_service.http.dependencies import (
    CurrentActor,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    answer,
    represent,
)
from screening.application.commands.complete_task import CompleteTask
from screening.domain.ids import TaskId
from screening.domain.tasks import TaskKind
from screening.entrypoints.http.schemas import App, View

router = APIRouter(tags=["tasks"])


class TaskView(View):
    """`ref` is the id of what the task is about: an alert, a clearance, a patient's outcomes, the rota."""

    id: str
    kind: TaskKind
    ref: str
    patient_id: str | None
    opened_at: datetime
    due_at: datetime


class TaskChanged(BaseModel):
    task_id: str
    version: int


@router.get("/v1/tasks", response_model=Page[TaskView])
async def list_tasks(app: App, actor: CurrentActor, limit: PageLimit = 50, after: PageCursor = None) -> Response:
    """Open tasks, the most urgent first."""
    listed = await app.reading.tasks(actor, limit=limit, after=after)
    return represent(Page[TaskView](items=[TaskView.model_validate(each) for each in listed.items], next=listed.next))


@router.post("/v1/tasks/{task_id}/complete", response_model=TaskChanged)
async def complete_task(task_id: str, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """It has been done."""
    committed = await app.complete_task(CompleteTask(TaskId(task_id)), actor, request)
    changed = committed.value
    return answer(committed, TaskChanged(task_id=changed.id, version=changed.version), version=changed.version)
