"""What booking knows of a patient, on the page that shows what every service does: who it is, the visits of their care
path, what is due and what is open at the desk.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from booking.domain.ids import PatientId
from booking.entrypoints.http.schemas import App
from careflow_service.http.dependencies import CurrentActor
from careflow_service.pages.patients import show_patient
from careflow_service.pages.site import Pages

router = APIRouter(prefix="/pages/patients", include_in_schema=False)


@router.get("/{patient_id}")
async def patient_page(request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: str) -> Response:
    """One patient."""
    seen = await app.read_patient_page(PatientId(patient_id), actor)
    return show_patient(request, pages, patient_id, service="booking", as_of=seen.as_of, seen=seen)
