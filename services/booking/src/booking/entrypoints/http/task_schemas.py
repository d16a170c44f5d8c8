"""How the clinic's work list looks over HTTP."""

from datetime import datetime

from pydantic import BaseModel

from booking.application.queries.list_tasks import TaskOfVisit
from booking.domain.tasks import TaskKind
from booking.entrypoints.http.appointment_schemas import AppointmentView


class TaskView(BaseModel):
    """What is to be done about a visit, and since when."""

    kind: TaskKind
    since: datetime
    appointment: AppointmentView

    @classmethod
    def of(cls, found: TaskOfVisit) -> "TaskView":
        return cls(kind=found.task.kind, since=found.task.since, appointment=AppointmentView.of(found.visit))
