"""The clinic's work list over HTTP."""

from fastapi import APIRouter
from fastapi.responses import Response

from booking.entrypoints.http.schemas import App
from booking.entrypoints.http.task_schemas import TaskView
from careflow_service.http.dependencies import CurrentActor, Page, PageCursor, PageLimit, represent

router = APIRouter(prefix="/v1/tasks")


@router.get("", response_model=Page[TaskView])
async def list_tasks(app: App, actor: CurrentActor, limit: PageLimit = 50, after: PageCursor = None) -> Response:
    """The visits somebody has to see to now, what waits longest first: patients to call, visits of days that are over
    and that nobody has marked, holds that are too near to settle themselves.
    """
    found = await app.list_tasks(actor, limit, after)
    return represent(Page[TaskView](items=[TaskView.of(each) for each in found.items], next=found.next))
