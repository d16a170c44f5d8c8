"""Patients and their care paths over HTTP."""

from fastapi import APIRouter
from fastapi.responses import Response

from booking.application.commands.change_patient_details import ChangePatientDetails
from booking.application.commands.merge_patients import MergePatients
from booking.application.commands.register_patient import RegisterPatient
from booking.application.commands.unmerge_patients import UnmergePatients
from booking.domain.ids import PatientId
from booking.entrypoints.http.patient_schemas import (
    CarePathView,
    MergeBody,
    PatientBody,
    PatientChangeBody,
    PatientsView,
    PatientView,
    SearchBody,
)
from booking.entrypoints.http.schemas import App, SavedView, saved
from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    Repeatable,
    represent,
)

router = APIRouter(prefix="/v1")


@router.post("/patients", status_code=201, response_model=SavedView)
async def register_patient(body: PatientBody, app: App, actor: CurrentActor, request: IdempotentRequest) -> Response:
    """Register a patient."""
    done = await app.register_patient(RegisterPatient(body.details()), actor, request)
    return saved(done, status=201, location=f"/v1/patients/{done.value.id}")


@router.post("/patients/search", response_model=PatientsView)
async def search_patients(body: SearchBody, app: App, actor: CurrentActor, _: Repeatable) -> Response:
    """Patients of this birth date with this e-mail address or phone number; changes nothing."""
    found = await app.find_patients.by_contact(actor, body.birth_date, email=body.email, phone=body.phone)
    return represent(PatientsView(items=[PatientView.of(each) for each in found]))


@router.get("/patients/look-alikes", response_model=Page[PatientView])
async def list_look_alikes(app: App, actor: CurrentActor, limit: PageLimit = 50, after: PageCursor = None) -> Response:
    """Patients who looked like somebody known when they were registered."""
    found = await app.find_patients.look_alikes(actor, limit, after)
    return represent(Page[PatientView](items=[PatientView.of(each) for each in found.items], next=found.next))


@router.get("/patients/{patient_id}", response_model=PatientView)
async def read_patient(patient_id: str, app: App, actor: CurrentActor) -> Response:
    """Read a patient's registration."""
    patient = await app.read_patient(PatientId(patient_id), actor)
    return represent(PatientView.of(patient), version=patient.version)


@router.put("/patients/{patient_id}", response_model=SavedView)
async def change_patient_details(
    patient_id: str, body: PatientChangeBody, app: App, actor: CurrentActor, version: ExpectedVersion
) -> Response:
    """Replace all details of a patient."""
    command = ChangePatientDetails(PatientId(patient_id), version, body.details(), body.evidence)
    done = await app.change_patient_details(command, actor)
    return saved(done)


@router.post("/patients/{patient_id}/merge", response_model=SavedView)
async def merge_patients(
    patient_id: str,
    body: MergeBody,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """Give this record up for another of the same person; refused where it has a clinical history."""
    command = MergePatients(PatientId(patient_id), version, PatientId(body.surviving_patient_id))
    done = await app.merge_patients(command, actor, request)
    return saved(done)


@router.post("/patients/{patient_id}/unmerge", response_model=SavedView)
async def unmerge_patients(
    patient_id: str, app: App, actor: CurrentActor, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """Take a record into use again that was merged by mistake."""
    done = await app.unmerge_patients(UnmergePatients(PatientId(patient_id), version), actor, request)
    return saved(done)


@router.get("/care-paths/{patient_id}", response_model=CarePathView)
async def read_care_path(patient_id: str, app: App, actor: CurrentActor) -> Response:
    """Where the patient stands, what may be booked and why not, and what is due."""
    report = await app.read_care_path(PatientId(patient_id), actor)
    return represent(CarePathView.of(report), version=report.path.version)
