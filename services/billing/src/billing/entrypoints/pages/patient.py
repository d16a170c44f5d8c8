"""What billing knows of a patient, on the page that shows what every service does: what is owed, in one line."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from billing.domain.ids import PatientId
from billing.entrypoints.http.access import ACCESS
from billing.entrypoints.http.schemas import App, no_card_number_in_address
from careflow_service.http.dependencies import CurrentActor
from careflow_service.pages.patients import show_patient
from careflow_service.pages.site import Pages

router = APIRouter(prefix="/pages/patients", include_in_schema=False, dependencies=[Depends(no_card_number_in_address)])


@router.get("/{patient_id}")
async def patient_page(request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: str) -> Response:
    """One patient."""
    standing = await app.reading.account(PatientId(patient_id), actor)
    return show_patient(
        request,
        pages,
        patient_id,
        service="billing",
        as_of=app.ports.clock(),
        standing=standing,
        sees_more=ACCESS["GET /pages/money/{patient_id}"].admits(actor, {}),
    )
