"""The end of care: what is still open of it, the discharge, reading."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel

from careflow_service.http.dependencies import CurrentActor, IdempotentRequest, RequestBody, represent
from sessions.application.commands.discharge_from_care import DischargeFromCare
from sessions.domain.care import DischargeReason, OpenMatter
from sessions.domain.ids import PatientId
from sessions.entrypoints.http.schemas import AggregateChanged, App, Note, Uuid, View, changed

router = APIRouter(tags=["care"])


class NewDischarge(RequestBody):
    """`aftercare` is what is to follow: the plan for a relapse, referrals, whom to call."""

    reason: DischargeReason
    aftercare: Note


class OpenView(View):
    """`ref` is the plan, session, adverse event or contact the matter is about."""

    matter: OpenMatter
    ref: str


class CareDischargeView(View):
    """`left_open` is what the patient would have had to come for."""

    id: str
    plan_ids: tuple[str, ...]
    reason: DischargeReason
    aftercare: str
    left_open: tuple[OpenView, ...]
    by: str
    at: datetime


class CareView(BaseModel):
    """`plan_id` is the plan the care rests on; left out for somebody who is not, or no longer, in care."""

    patient_id: str
    plan_id: str | None
    open: tuple[OpenView, ...]
    discharges: tuple[CareDischargeView, ...]


@router.get("/v1/patients/{patient_id}/care", response_model=CareView)
async def read_care(patient_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """Where a patient's care stands: the plan it rests on, everything that is open of it, how it ended before."""
    care = await app.reading.care(PatientId(patient_id), actor)
    return represent(
        CareView(
            patient_id=patient_id,
            plan_id=care.plans[0].id if care.plans else None,
            open=tuple(OpenView.model_validate(each) for each in care.open),
            discharges=tuple(CareDischargeView.model_validate(each) for each in care.discharges),
        )
    )


@router.post("/v1/patients/{patient_id}/care/discharges", status_code=201, response_model=AggregateChanged)
async def discharge_from_care(
    patient_id: Uuid, body: NewDischarge, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """End the patient's care. Refused with everything that is still open of it."""
    command = DischargeFromCare(PatientId(patient_id), body.reason, body.aftercare)
    return changed(await app.discharge_from_care(command, actor, request), status=201)
