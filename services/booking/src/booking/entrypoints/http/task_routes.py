"""The clinic's work list over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import BaseModel

from booking.application.queries.list_tasks import TaskOfVisit
from booking.application.use_cases import Booking
from booking.domain.tasks import TaskKind
from booking.entrypoints.http.appointment_schemas import AppointmentView
from careflow_service.http.dependencies import CurrentActor, Page, PageCursor, PageLimit, application, represent

Application = Annotated[Booking, Depends(application(Booking))]
router = APIRouter(prefix="/v1/tasks")


class TaskView(BaseModel):
    """What is to be done about a visit, and since when."""

    kind: TaskKind
    since: datetime
    appointment: AppointmentView

    @classmethod
    def of(cls, found: TaskOfVisit) -> "TaskView":
        return cls(kind=found.task.kind, since=found.task.since, appointment=AppointmentView.of(found.visit))


@router.get("", response_model=Page[TaskView])
async def list_tasks(
    app: Application, actor: CurrentActor, limit: PageLimit = 50, after: PageCursor = None
) -> Response:
    """The visits somebody has to see to now, what waits longest first: patients to call, visits of days that are over
    and that nobody has marked, holds that are too near to settle themselves.
    """
    found = await app.list_tasks(actor, limit, after)
    return represent(Page[TaskView](items=[TaskView.of(each) for each in found.items], next=found.next))
