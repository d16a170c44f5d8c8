"""Who a patient is, where they live and how they are reached, changed at the desk."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from booking.application.commands.change_patient_details import ChangePatientDetails
from booking.domain.ids import PatientId
from booking.domain.patients import Patient
from booking.entrypoints.http.patient_schemas import PatientChangeBody
from booking.entrypoints.http.schemas import App
from booking.entrypoints.pages.asked_details import as_typed, details_asked, kept_of, label_of
from booking.entrypoints.pages.desk.showing import show_desk
from careflow_service.http.dependencies import CurrentActor, Repeatable
from careflow_service.ids import new_id
from careflow_service.pages.asking import Filled, body_of, read
from careflow_service.pages.forms import KEY, VERSION, Submitted
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(prefix="/pages/desk/patients/{patient_id}/details", include_in_schema=False)


@router.get("")
async def ask_details(request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: str) -> Response:
    """As they stand, to be changed."""
    person = await app.read_patient(PatientId(patient_id), actor)
    return _form(request, pages, person, Filled(as_typed(person.details)))


@router.post("")
async def change_details(
    request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: str, typed: Submitted, _: Repeatable
) -> Response:
    """All of them as they were typed, if nobody changed them meanwhile."""
    person = await app.read_patient(PatientId(patient_id), actor)
    fields = details_asked(pages.words(request.scope), person.details)
    body, faults = read(PatientChangeBody, body_of(fields, typed, pages.zone, kept_of(person.details, own=False)))
    if body is None:
        return _form(request, pages, person, Filled(typed, faults))
    command = ChangePatientDetails(person.id, typed.version, body.details(), body.evidence)
    refused = await refusal_of(app.change_patient_details(command, actor), typed=True)
    if refused is None:
        return go_on(request, f"../{patient_id}", done="details_changed")
    if refused.code == "birth_date_in_future":
        return _form(request, pages, person, Filled(typed, {"birth_date": refused.code}))
    if refused.code == "evidence_needed":
        return _form(request, pages, person, Filled(typed, {"evidence": refused.code}))
    now = await app.read_patient(PatientId(patient_id), actor)
    if refused.code == "stale_version" and now.details == body.details():
        return go_on(request, f"../{patient_id}", done="details_changed")
    return _form(request, pages, now, Filled(typed, refused=refused))


def _form(request: Request, pages: Site, person: Patient, filled: Filled) -> Response:
    """With what was typed; after somebody else's change, with what stands otherwise now."""
    words = pages.words(request.scope)
    fields = details_asked(words, person.details)
    labels = {each.name: words.groups["patient_details"][label_of(each.name)] for each in fields}
    stands = as_typed(person.details)
    otherwise = [
        each.name for each in fields if stands[each.name] != filled.typed[each.name] and each.name != "evidence"
    ]
    return show_desk(
        request,
        pages,
        "details.html",
        status=filled.status,
        refused=filled.refused,
        person=person,
        fields=fields,
        labels=labels,
        typed=filled.typed,
        faults=filled.faults,
        stands={labels[name]: stands[name] for name in otherwise} if filled.refused else {},
        kept={VERSION: str(person.version), KEY: new_id()},
    )
