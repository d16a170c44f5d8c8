"""How the clinic's work list looks over HTTP."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from booking.application.queries.list_tasks import TaskOfVisit
from booking.application.queries.list_untold import Untold
from booking.domain.ids import PatientId
from booking.domain.states import Taken
from booking.domain.tasks import TaskKind
from booking.domain.untold import News
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


class UntoldNewsView(BaseModel):
    """What no message could tell the patient, and since when."""

    news: News
    since: datetime


class UntoldPatientView(BaseModel):
    """A patient somebody has to tell something that is about no visit; `version` is their care path's. Nobody sees to
    it where `taken` is null.
    """

    patient_id: PatientId
    version: int
    untold: list[UntoldNewsView]
    taken: TakenView | None

    @classmethod
    def of(cls, found: Untold) -> "UntoldPatientView":
        untold = [UntoldNewsView(news=news, since=since) for news, since in found.since.items()]
        taken = TakenView.of(found.taken) if found.taken else None
        return cls(patient_id=found.patient_id, version=found.version, untold=untold, taken=taken)


class ToldBody(RequestBody):
    """What the patient was told of."""

    news: News
