"""A patient's consents to disclose what is about substance use, on a page of their own: sessions' page of what the
patient signs shows it beside the other consents (ADR 0037).

Invariant: whether there is one says of a patient what only those who read the record learn; nobody else gets this page.
"""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import CurrentActor
from careflow_service.pages.site import Pages
from screening.domain.ids import PatientId
from screening.entrypoints.http.schemas import App

router = APIRouter(prefix="/pages/consents", include_in_schema=False)

SHOWN: Final = 20
"""So many are shown, the newest; all of them are on the page of the case."""


@router.get("/{patient_id}")
async def disclosure_consents(
    request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: str
) -> Response:
    """What was signed, and what became of it. It is recorded and revoked on the page of the case."""
    found = await app.reading.consents(PatientId(patient_id), actor, limit=SHOWN, after=None)
    return pages.show(
        request.scope,
        "consents.html",
        consents=found,
        patient_id=patient_id,
        as_of=app.ports.clock(),
        zone=pages.zone,
    )
