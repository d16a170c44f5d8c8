"""Two records of one person, at the desk: put together by whoever has made sure, and parted again if that was wrong."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from booking.application.commands.merge_patients import MergePatients
from booking.application.commands.unmerge_patients import UnmergePatients
from booking.application.use_cases import Booking
from booking.domain.ids import PatientId
from booking.entrypoints.http.schemas import App
from booking.entrypoints.pages.desk.showing import Seen, show_desk
from careflow_service.http.dependencies import CurrentActor
from careflow_service.identity import Actor
from careflow_service.pages.forms import FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(prefix="/pages/desk/patients/{patient_id}/same-person", include_in_schema=False)


class Merging(Seen):
    """For which record the one that was seen is given up."""

    survivor: Annotated[str, Field(max_length=36)]


@router.get("")
async def same_person(request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: str) -> Response:
    """Whose record looks like this one, and which were put together."""
    return await _show(request, app, actor, pages, PatientId(patient_id))


@router.post("/merge")
async def give_up(
    request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: str, form: Submitted, key: FormRequest
) -> Response:
    """This record is given up for the other."""
    merging = form.said(Merging)
    command = MergePatients(PatientId(patient_id), merging.expected, PatientId(merging.survivor))
    if refused := await refusal_of(app.merge_patients(command, actor, key)):
        return await _show(request, app, actor, pages, command.patient_id, refused=refused)
    return go_on(request, f"../../{command.survivor_id}", done="merged")


@router.post("/unmerge")
async def take_back_into_use(
    request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: str, form: Submitted, key: FormRequest
) -> Response:
    """Both are in use again."""
    command = UnmergePatients(PatientId(patient_id), form.said(Seen).expected)
    if refused := await refusal_of(app.unmerge_patients(command, actor, key)):
        return await _show(request, app, actor, pages, command.patient_id, refused=refused)
    return go_on(request, f"../../{patient_id}", done="unmerged")


async def _show(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    patient_id: PatientId,
    *,
    refused: Refused | None = None,
) -> Response:
    return show_desk(
        request,
        pages,
        "same_person.html",
        refused=refused,
        seen=await app.read_same_person(patient_id, actor),
        now=pages.clock(),
        days=app.ports.policy.merge_reversible_days.value,
    )
