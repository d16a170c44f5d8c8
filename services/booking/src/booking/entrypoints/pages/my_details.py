"""A patient's own address and the people beside them, for who came in by the link in a message.

Invariant: behind a link nobody changes who a patient is, nor the address and number by which the clinic reaches them.
"""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from booking.application.commands.change_patient_details import ChangePatientDetails
from booking.application.use_cases import Booking
from booking.domain.ids import PatientId
from booking.domain.patients import Patient
from booking.entrypoints.http.patient_schemas import PatientBody
from booking.entrypoints.http.schemas import App
from booking.entrypoints.pages.asked_details import as_typed, kept_of, label_of, own_asked
from careflow_service.http.dependencies import CurrentActor, Repeatable
from careflow_service.ids import new_id
from careflow_service.pages.asking import Filled, body_of, read
from careflow_service.pages.coming_in import still_there
from careflow_service.pages.forms import KEY, VERSION, Submitted
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(prefix="/pages/visits/mine/details", include_in_schema=False)


@router.get("")
async def my_details(
    request: Request, pages: Pages, app: App, actor: CurrentActor, done: Literal["changed"] | None = None
) -> Response:
    """As they stand, to be changed."""
    await still_there(request, app)
    person = await app.read_patient(PatientId(actor.patient_id or ""), actor)
    return _form(request, pages, app, person, Filled(as_typed(person.details)), done=done)


@router.post("")
async def change_my_details(
    request: Request, pages: Pages, app: App, actor: CurrentActor, typed: Submitted, _: Repeatable
) -> Response:
    """As they were typed; where they live is what the address says."""
    await still_there(request, app)
    person = await app.read_patient(PatientId(actor.patient_id or ""), actor)
    fields = own_asked(pages.words(request.scope))
    given = body_of(fields, typed, pages.zone, kept_of(person.details, own=True))
    given["state"] = typed["address.state"] or given["state"]
    body, faults = read(PatientBody, given)
    if body is None:
        return _form(request, pages, app, person, Filled(typed, faults))
    command = ChangePatientDetails(person.id, typed.version, body.details())
    if refused := await refusal_of(app.change_patient_details(command, actor), typed=True):
        now = await app.read_patient(person.id, actor)
        if refused.code != "stale_version" or now.details != body.details():
            return _form(request, pages, app, now, Filled(typed, refused=refused))
    return go_on(request, "details", anchor="done", done="changed")


def _form(
    request: Request, pages: Site, app: Booking, person: Patient, filled: Filled, *, done: str | None = None
) -> Response:
    words = pages.words(request.scope)
    fields = own_asked(words)
    return pages.show(
        request.scope,
        "my_details.html",
        status=filled.status,
        fields=fields,
        labels={each.name: words.groups["patient_details"][label_of(each.name)] for each in fields},
        typed=filled.typed,
        faults=filled.faults,
        refused=filled.refused.code if filled.refused else None,
        kept={VERSION: str(person.version), KEY: new_id()},
        phone=app.clinic_phone,
        done=done,
    )
