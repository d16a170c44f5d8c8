"""Somebody asks for a patient's record at the desk: one form with who asks, for what, and when it came."""

from typing import Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from booking.application.commands.receive_record_request import ReceiveRecordRequest
from booking.application.use_cases import Booking
from booking.domain.ids import PatientId
from booking.domain.record_clocks import Access, AskedBy
from booking.domain.record_parts import CopyForm, RecordPart, Requester
from booking.entrypoints.http.record_request_schemas import SeenProof
from booking.entrypoints.http.schemas import App, Text
from booking.entrypoints.pages.desk.record_requests import SEEN_BY_STAFF
from booking.entrypoints.pages.desk.showing import show_desk
from careflow_service.http.dependencies import CurrentActor, RequestBody
from careflow_service.http.fields import Day
from careflow_service.identity import Actor
from careflow_service.pages.forms import UNTYPED, Form, FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from careflow_service.results import Changed
from careflow_service.work import side_by_side

router = APIRouter(prefix="/pages/desk/patients/{patient_id}/record-request", include_in_schema=False)

OWN_PAPER: Final = (RecordPart.PSYCHOTHERAPY_NOTES, RecordPart.SUBSTANCE_USE)
"""Parts that are given on an authorisation of their own."""
Ticked = Literal["1"] | None


class Asking(RequestBody):
    """One box for each part; `<part>_authorisation` beside those that need a paper of their own."""

    by: AskedBy
    name: Text | None = None
    authority: Text | None = None
    access: Access
    form: CopyForm
    received_on: Day | None = None
    identity: SeenProof | None = None
    ordinary: Ticked = None
    billing: Ticked = None
    psychotherapy_notes: Ticked = None
    substance_use: Ticked = None
    psychotherapy_notes_authorisation: Text | None = None
    substance_use_authorisation: Text | None = None

    @property
    def parts(self) -> dict[RecordPart, str | None]:
        """Those that are ticked, each with its authorisation."""
        said = self.model_dump()
        return {part: said.get(f"{part}_authorisation") for part in RecordPart if said[part.value]}

    def command(self, patient_id: PatientId) -> ReceiveRecordRequest:
        """Raises as `Requester`."""
        return ReceiveRecordRequest(
            patient_id=patient_id,
            requester=Requester(by=self.by, name=self.name, authority=self.authority),
            access=self.access,
            form=self.form,
            parts=self.parts,
            received_on=self.received_on,
            proof=self.identity,
        )


@router.get("")
async def ask_for_record(request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: str) -> Response:
    """The form, and what was asked for before."""
    return await _form(request, app, actor, pages, patient_id)


@router.post("")
async def receive_record_request(
    request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: str, form: Submitted, key: FormRequest
) -> Response:
    """It stands at the desk with its last day."""
    typed = form.with_day("received_on")
    asking, faults = typed.read(Asking)
    if asking is not None and not asking.parts:
        faults = {"ordinary": "required"}
    if asking is None or faults:
        return await _form(request, app, actor, pages, patient_id, typed=typed, faults=faults)
    received: list[Changed] = []

    async def receives() -> None:
        received.append((await app.receive_record_request(asking.command(PatientId(patient_id)), actor, key)).value)

    if refused := await refusal_of(receives()):
        return await _form(request, app, actor, pages, patient_id, typed=typed, refused=refused)
    return go_on(request, f"../../record-requests/{received[0].id}", done="record_received")


async def _form(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    patient_id: str,
    *,
    typed: Form = UNTYPED,
    faults: dict[str, str] | None = None,
    refused: Refused | None = None,
) -> Response:
    whose = PatientId(patient_id)
    person, before = await side_by_side(
        app.read_patient(whose, actor), app.read_record_requests.of_patient(whose, actor, 25, None)
    )
    return show_desk(
        request,
        pages,
        "ask_for_record.html",
        status=422 if faults else 200,
        refused=refused,
        person=person,
        before=before.items,
        askers=[each.value for each in AskedBy],
        ways=[each.value for each in Access],
        forms=[each.value for each in CopyForm],
        proofs=[each.value for each in SEEN_BY_STAFF],
        parts=[each.value for each in RecordPart],
        own_paper=[each.value for each in OWN_PAPER],
        typed=typed.parted("received_on"),
        faults=faults or {},
    )
