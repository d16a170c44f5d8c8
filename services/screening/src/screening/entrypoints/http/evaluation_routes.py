"""Evaluations and diagnoses."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from careflow_service.http.dependencies import CurrentActor, IdempotentRequest, RequestBody, answer
from careflow_service.http.fields import Moment
from screening.application.commands.record_diagnoses import RecordDiagnoses
from screening.application.commands.record_evaluation import RecordEvaluation
from screening.domain.evaluation import EvaluationPart, PartRecord, ServiceLine
from screening.domain.ids import AppointmentId, CaseId, EvaluationId
from screening.entrypoints.http.schemas import App, CaseChanged, Note, case_changed

router = APIRouter(tags=["evaluations"])

UUID_FORM = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"


class NewPart(RequestBody):
    """`favourable` is false where the part speaks against treatment."""

    part: EvaluationPart
    favourable: bool
    summary: Note


class NewServiceLine(RequestBody):
    code: Annotated[str, Field(pattern=r"^[0-9A-Z]{5}$")]
    units: Annotated[int, Field(ge=1, le=100)]
    minutes: Annotated[int, Field(ge=1, le=1440)] | None = None


class NewEvaluation(RequestBody):
    """One clinician's visit: the parts they recorded and the lines it is billed by."""

    appointment_id: Annotated[str, Field(pattern=UUID_FORM)]
    started_at: Moment
    ended_at: Moment
    parts: Annotated[tuple[NewPart, ...], Field(min_length=1, max_length=4)]
    service_lines: Annotated[tuple[NewServiceLine, ...], Field(max_length=20)] = ()


class NewDiagnoses(RequestBody):
    """ICD-10-CM codes, most relevant first."""

    evaluation_id: Annotated[str, Field(max_length=64)]
    codes: Annotated[tuple[Annotated[str, Field(max_length=8)], ...], Field(min_length=1, max_length=12)]


class EvaluationRecorded(BaseModel):
    evaluation_id: str
    case_id: str
    version: int


@router.post("/v1/cases/{case_id}/evaluations", status_code=201, response_model=EvaluationRecorded)
async def record_evaluation(
    case_id: str, body: NewEvaluation, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Record an evaluation by the clinician who sends it."""
    command = RecordEvaluation(
        CaseId(case_id),
        AppointmentId(body.appointment_id),
        body.started_at,
        body.ended_at,
        tuple(PartRecord(part=each.part, favourable=each.favourable, summary=each.summary) for each in body.parts),
        tuple(ServiceLine(code=each.code, units=each.units, minutes=each.minutes) for each in body.service_lines),
    )
    committed = await app.record_evaluation(command, actor, request)
    added = committed.value
    recorded = EvaluationRecorded(evaluation_id=added.added_id, case_id=added.id, version=added.version)
    return answer(committed, recorded, status=201, version=added.version)


@router.post("/v1/cases/{case_id}/diagnoses", status_code=201, response_model=CaseChanged)
async def record_diagnoses(
    case_id: str, body: NewDiagnoses, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Record the diagnoses of an evaluation."""
    command = RecordDiagnoses(CaseId(case_id), EvaluationId(body.evaluation_id), body.codes)
    return case_changed(await app.record_diagnoses(command, actor, request), status=201)
