"""How the clinic's work list looks over HTTP."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from booking.application.queries.list_tasks import TaskOfVisit
from booking.domain.states import Taken
from booking.domain.tasks import TaskKind
from booking.entrypoints.http.appointment_schemas import AppointmentView
from careflow_service.http.dependencies import RequestBody

Login = Annotated[str, Field(pattern=r"^[!-~]{1,128}$")]
"""The id of somebody's login, as the clinic's provider of logins has it: one word."""


class HandOverBody(RequestBody):
    """The colleague it is handed to, by the id of their login."""

    to: Login


class TakenView(BaseModel):
    """Who sees to a task, since when, and until when nobody else need."""

    by: str
    at: datetime
    until: datetime

    @classmethod
    def of(cls, taken: Taken) -> "TakenView":
        return cls(by=taken.by, at=taken.at, until=taken.until)


class TaskView(BaseModel):
    """What is to be done about a visit, since when, and who sees to it: nobody where `taken` is null."""

    kind: TaskKind
    since: datetime
    taken: TakenView | None
    appointment: AppointmentView

    @classmethod
    def of(cls, found: TaskOfVisit) -> "TaskView":
        return cls(
            kind=found.task.kind,
            since=found.task.since,
            taken=TakenView.of(found.taken) if found.taken else None,
            appointment=AppointmentView.of(found.visit),
        )
