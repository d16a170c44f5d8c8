"""Free times over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from booking.application.queries.find_openings import FindOpenings
from booking.domain.ids import PatientId
from booking.domain.visits import Modality, VisitKind
from booking.entrypoints.http.availability_schemas import Openings, OpeningView
from booking.entrypoints.http.schemas import App, From, StaffId, To
from careflow_service.http.dependencies import CurrentActor, represent
from careflow_service.http.places import UsState

router = APIRouter(prefix="/v1")


@router.get("/availability", response_model=Openings)
async def find_openings(
    app: App,
    actor: CurrentActor,
    kind: VisitKind,
    modality: Modality,
    starts_from: From,
    starts_before: To,
    patient_id: Annotated[str | None, Query(max_length=64)] = None,
    state: UsState | None = None,
    provider_id: StaffId | None = None,
) -> Response:
    """When a visit of this kind fits: for a patient, or for anybody who will be in `state`."""
    query = FindOpenings(
        kind=kind,
        modality=modality,
        starts_from=starts_from,
        starts_before=starts_before,
        patient_id=PatientId(patient_id) if patient_id else None,
        state=state,
        provider=provider_id,
    )
    found = await app.find_openings(query, actor)
    return represent(Openings(items=[OpeningView.of(opening) for opening in found]))
