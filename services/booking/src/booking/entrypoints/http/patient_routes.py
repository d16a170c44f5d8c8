"""Patients and their care paths over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from booking.application.commands.change_patient_details import ChangePatientDetails
from booking.application.commands.register_patient import RegisterPatient
from booking.application.use_cases import Booking
from booking.domain.ids import PatientId
from booking.entrypoints.http.patient_schemas import CarePathView, PatientBody, PatientChangeBody, PatientView
from booking.entrypoints.http.resource_schemas import SavedView
from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    answer,
    application,
    represent,
)

Application = Annotated[Booking, Depends(application(Booking))]
router = APIRouter(prefix="/v1")


@router.post("/patients", status_code=201, response_model=SavedView)
async def register_patient(
    body: PatientBody, app: Application, actor: CurrentActor, request: IdempotentRequest
) -> Response:
    """Register a patient."""
    done = await app.register_patient(RegisterPatient(body.details()), actor, request)
    saved = done.value
    return answer(done, SavedView.of(saved), status=201, version=saved.version, location=f"/v1/patients/{saved.id}")


@router.get("/patients/{patient_id}", response_model=PatientView)
async def read_patient(patient_id: str, app: Application, actor: CurrentActor) -> Response:
    """Read a patient's registration."""
    patient = await app.read_patient(PatientId(patient_id), actor)
    return represent(PatientView.of(patient), version=patient.version)


@router.put("/patients/{patient_id}", response_model=SavedView)
async def change_patient_details(
    patient_id: str, body: PatientChangeBody, app: Application, actor: CurrentActor, version: ExpectedVersion
) -> Response:
    """Replace all details of a patient."""
    command = ChangePatientDetails(PatientId(patient_id), version, body.details(), body.evidence)
    done = await app.change_patient_details(command, actor)
    return answer(done, SavedView.of(done.value), version=done.value.version)


@router.get("/care-paths/{patient_id}", response_model=CarePathView)
async def read_care_path(patient_id: str, app: Application, actor: CurrentActor) -> Response:
    """Where the patient stands, what may be booked and why not, and what is due."""
    report = await app.read_care_path(PatientId(patient_id), actor)
    return represent(CarePathView.of(report), version=report.path.version)
