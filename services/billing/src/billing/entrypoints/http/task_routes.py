"""The biller's work list over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from billing.domain.tasks import TaskKind
from billing.entrypoints.http.schemas import App, MoneyView, View
from careflow_service.http.dependencies import CurrentActor, Page, PageCursor, PageLimit, represent

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])


class TaskView(View):
    """What is to be done about the estimate, charge or payment that `about` names, and since when."""

    kind: TaskKind
    patient_id: str
    about: str
    since: datetime
    due_by: datetime | None
    amount: MoneyView | None


@router.get("", response_model=Page[TaskView])
async def list_tasks(
    kind: Annotated[TaskKind, Query()], app: App, actor: CurrentActor, limit: PageLimit = 50, after: PageCursor = None
) -> Response:
    """What a biller has to see to, of one kind, the oldest first. A task is gone when what it is about is done."""
    found = await app.reading.tasks(kind, actor, limit, after)
    return represent(Page[TaskView](items=[TaskView.model_validate(each) for each in found.items], next=found.next))
