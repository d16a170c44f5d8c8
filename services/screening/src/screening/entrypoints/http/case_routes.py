"""Cases: reading them, answering questionnaires, submitting, closing."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

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
from screening.application.commands.close_case import CloseCase
from screening.application.commands.save_answers import AnswersSaved, SaveAnswers
from screening.application.commands.set_indications import SetIndications
from screening.application.commands.submit_screening import SubmitScreening
from screening.domain.clearance_terms import Indication
from screening.domain.endings import CloseReason
from screening.domain.ids import CaseId, PatientId, RequestId
from screening.domain.policy import CrisisText
from screening.entrypoints.http.case_views import CaseView, case_view
from screening.entrypoints.http.heard import HeardRoute
from screening.entrypoints.http.schemas import App, CaseChanged, Code, CrisisView, Note, View, case_changed

router = APIRouter(tags=["cases"])
heard = APIRouter(tags=["cases"], route_class=HeardRoute)


class UndecidedRow(View):
    """A case that waits for a first decision: since `undecided_from`, or until then where it was deferred."""

    id: str
    patient_id: str
    submitted_at: datetime
    undecided_from: datetime


class Responses(RequestBody):
    """Answers to one requested questionnaire: item code to option code, some or all of them.

    With `complete` the patient is done. If items are missing the answers are kept and the questionnaire stays open.
    """

    request_id: Code
    definition_version: Annotated[int, Field(ge=1)]
    answers: Annotated[dict[Code, Code], Field(max_length=200)]
    complete: bool = False


class ResponsesSaved(BaseModel):
    """`crisis` is there when an answer is a safety concern; `next_request_id` is to be answered in the same sitting."""

    crisis: CrisisView | None
    case_id: str
    version: int
    completed: bool
    missing: tuple[str, ...]
    alert_id: str | None
    next_request_id: str | None


class Submission(RequestBody):
    """Both must be true: the patient says that nothing is left out, as far as they know."""

    history_complete: bool
    medications_complete: bool


class Indications(RequestBody):
    """What the patient is to be treated for, all of it."""

    indications: Annotated[tuple[Indication, ...], Field(min_length=1, max_length=len(Indication))]

    def said(self, case_id: CaseId, version: int) -> SetIndications:
        return SetIndications(case_id, tuple(dict.fromkeys(self.indications)), version)


class Closing(RequestBody):
    reason: CloseReason
    note: Note


@router.get("/v1/patients/{patient_id}/cases", response_model=Page[CaseView])
async def list_cases(
    patient_id: str, actor: CurrentActor, app: App, limit: PageLimit = WHOLE, after: PageCursor = None
) -> Response:
    """A patient's cases, newest first."""
    cases = await app.reading.cases_by_page(PatientId(patient_id), actor, limit=limit, after=after)
    items = [case_view(case, actor, app.ports) for case in cases.items]
    return represent(Page[CaseView](items=items, next=cases.next))


@router.get("/v1/cases", response_model=Page[UndecidedRow])
async def list_undecided(app: App, actor: CurrentActor, limit: PageLimit = 50, after: PageCursor = None) -> Response:
    """Cases that were handed in and wait for a first decision, whoever has waited longest first."""
    listed = await app.reading.undecided(actor, limit=limit, after=after)
    rows = [UndecidedRow.model_validate(each) for each in listed.items]
    return represent(Page[UndecidedRow](items=rows, next=listed.next))


@router.get("/v1/cases/{case_id}", response_model=CaseView)
async def read_case(case_id: str, actor: CurrentActor, app: App) -> Response:
    """One case."""
    case = await app.reading.case(CaseId(case_id), actor)
    return represent(case_view(case, actor, app.ports), version=case.version)


@heard.post("/v1/cases/{case_id}/responses", response_model=ResponsesSaved)
async def save_answers(
    case_id: str, body: Responses, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Keep answers, partial or final. A worrying answer alerts the clinic at once, whatever else is missing; so it does
    where the request is refused, and the problem then has `crisis` and `alert_id`.
    """
    command = SaveAnswers(
        CaseId(case_id), RequestId(body.request_id), body.definition_version, body.answers, body.complete
    )
    committed = await app.save_answers(command, actor, request)
    saved = committed.value
    return answer(committed, _saved(saved, app.ports.policy.crisis), version=saved.version)


def _saved(saved: AnswersSaved, crisis: CrisisText) -> ResponsesSaved:
    return ResponsesSaved(
        crisis=CrisisView.model_validate(crisis) if saved.alarming else None,
        case_id=saved.case_id,
        version=saved.version,
        completed=saved.completed,
        missing=saved.missing,
        alert_id=saved.alert_id,
        next_request_id=saved.next_request_id,
    )


@router.post("/v1/cases/{case_id}/submit", response_model=CaseChanged)
async def submit_screening(
    case_id: str, body: Submission, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Hand in the screening."""
    command = SubmitScreening(CaseId(case_id), body.history_complete, body.medications_complete)
    return case_changed(await app.submit_screening(command, actor, request))


@router.put("/v1/cases/{case_id}/indications", response_model=CaseChanged)
async def set_indications(
    case_id: str,
    body: Indications,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Say what the patient is to be treated for; the instruments this needs are asked for at once."""
    return case_changed(await app.set_indications(body.said(CaseId(case_id), expected_version), actor, request))


@router.post("/v1/cases/{case_id}/close", response_model=CaseChanged)
async def close_case(
    case_id: str,
    body: Closing,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """The patient goes no further, or the course has ended."""
    command = CloseCase(CaseId(case_id), body.reason, body.note, expected_version)
    return case_changed(await app.close_case(command, actor, request))
