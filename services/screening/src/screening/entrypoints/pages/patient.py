"""What screening knows of a patient, on the page that shows what every service does: the clearance with its
reasons, what alarms, and what the scores show.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import CurrentActor
from careflow_service.identity import Actor, Role
from careflow_service.ids import new_id
from careflow_service.pages.patients import show_patient
from careflow_service.pages.site import Pages, Site
from screening.application.use_cases import Screening
from screening.domain.ids import PatientId
from screening.entrypoints.http.schemas import App
from screening.entrypoints.pages.cases import drawn

router = APIRouter(prefix="/pages/patients", include_in_schema=False)


@router.get("/{patient_id}")
async def patient_page(request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: str) -> Response:
    """One patient. Nothing is decided here: the forms stand on the page of the case."""
    if actor.has(Role.EMERGENCY):
        return await _in_emergency(request, app, actor, pages, patient_id)
    seen = await app.read_case_page.of_patient(PatientId(patient_id), actor)
    as_of = seen.as_of if seen else app.ports.clock()
    shown = {"offered": {}, "may": {}, "key": new_id, **drawn(app, seen)} if seen else {}
    return show_patient(request, pages, patient_id, service="screening", as_of=as_of, seen=seen, **shown)


async def _in_emergency(request: Request, app: Screening, actor: Actor, pages: Site, patient_id: str) -> Response:
    """The cases, without what is about substance use."""
    cases = await app.reading.cases_of(PatientId(patient_id), actor)
    policy = app.ports.policy
    return show_patient(
        request,
        pages,
        patient_id,
        service="screening",
        as_of=app.ports.clock(),
        seen=None,
        cases=cases,
        notice=policy.substance_use.unsorted,
        interactions=policy.interactions,
        may={},
    )
