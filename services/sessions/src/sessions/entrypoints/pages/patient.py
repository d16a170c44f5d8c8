"""What sessions knows of a patient, on the page that shows what every service does: the plan, what was given, what is
due, and what is not settled.
"""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import CurrentActor
from careflow_service.pages.patients import show_patient
from careflow_service.pages.site import Pages
from sessions.domain.ids import PatientId
from sessions.entrypoints.http.access import OF_PACKAGES
from sessions.entrypoints.http.schemas import App, Uuid

router = APIRouter(prefix="/pages/patients", include_in_schema=False)

SHOWN: Final = 10
"""So many of the sessions in which something was given, and of what went wrong."""


@router.get("/{patient_id}")
async def patient_page(request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: Uuid) -> Response:
    """One patient."""
    seen = await app.read_patient_page(PatientId(patient_id), actor)
    return show_patient(
        request,
        pages,
        patient_id,
        service="sessions",
        as_of=seen.as_of,
        seen=seen,
        shown=SHOWN,
        packages=OF_PACKAGES.admits(actor, {}),
    )
