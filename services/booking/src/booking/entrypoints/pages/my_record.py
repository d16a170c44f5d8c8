"""A patient asks for their own record, for who came in by the link in a message: what was asked, by when it is
answered, what became of each part, and the form to ask.

Who sits there knows a link and a birth date, which is enough to ask and not enough to be given a record, or told why a
part is refused: somebody of the clinic makes sure who asks, while the clock runs.
"""

from typing import Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from booking.application.commands.receive_record_request import ReceiveRecordRequest
from booking.application.commands.withdraw_record_request import WithdrawRecordRequest
from booking.application.use_cases import Booking
from booking.domain.ids import PatientId, RecordRequestId
from booking.domain.record_clocks import Access, AskedBy
from booking.domain.record_parts import CopyForm, RecordPart, Requester
from booking.entrypoints.http.schemas import App
from booking.entrypoints.pages.desk.showing import Seen
from careflow_service.http.dependencies import CurrentActor, RequestBody
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.coming_in import still_there
from careflow_service.pages.forms import UNTYPED, Form, FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(prefix="/pages/visits/mine/record", include_in_schema=False)

ASKABLE: Final = (RecordPart.ORDINARY, RecordPart.BILLING, RecordPart.SUBSTANCE_USE)
"""What a patient may have without a paper of its own."""
BY_HAND: Final = (CopyForm.ELECTRONIC, CopyForm.PAPER)
SHOWN: Final = 10
Ticked = Literal["1"] | None


class Asking(RequestBody):
    """One box for each part."""

    access: Access
    form: Literal[CopyForm.ELECTRONIC, CopyForm.PAPER]
    ordinary: Ticked = None
    billing: Ticked = None
    substance_use: Ticked = None

    def command(self, patient_id: PatientId) -> ReceiveRecordRequest:
        said = self.model_dump()
        return ReceiveRecordRequest(
            patient_id=patient_id,
            requester=Requester(by=AskedBy.PATIENT),
            access=self.access,
            form=CopyForm.ON_SITE if self.access is Access.INSPECT else self.form,
            parts={part: None for part in ASKABLE if said[part.value]},
            received_on=None,
            proof=None,
            by_link=True,
        )


@router.get("")
async def my_record(
    request: Request, pages: Pages, app: App, actor: CurrentActor, done: Literal["asked", "withdrawn"] | None = None
) -> Response:
    """What was asked, and the form."""
    await still_there(request, app)
    return await _shown(request, pages, app, actor, done=done)


@router.post("")
async def ask_for_my_record(
    request: Request, pages: Pages, app: App, actor: CurrentActor, form: Submitted, key: FormRequest
) -> Response:
    """It stands at the desk with its last day."""
    await still_there(request, app)
    asking, faults = form.read(Asking)
    command = asking.command(PatientId(actor.patient_id or "")) if asking else None
    if command is not None and not command.parts:
        faults = {"ordinary": "required"}
    if command is None or faults:
        return await _shown(request, pages, app, actor, typed=form, faults=faults)
    if refused := await refusal_of(app.receive_record_request(command, actor, key)):
        return await _shown(request, pages, app, actor, typed=form, refused=refused)
    return go_on(request, "record", done="asked")


@router.post("/{request_id}/withdraw")
async def withdraw_my_record_request(
    request: Request, pages: Pages, app: App, actor: CurrentActor, request_id: str, form: Submitted, key: FormRequest
) -> Response:
    """The patient does not want it any more."""
    await still_there(request, app)
    command = WithdrawRecordRequest(RecordRequestId(request_id), form.said(Seen).expected)
    if refused := await refusal_of(app.withdraw_record_request(command, actor, key)):
        return await _shown(request, pages, app, actor, refused=refused)
    return go_on(request, "../../record", done="withdrawn")


async def _shown(
    request: Request,
    pages: Site,
    app: Booking,
    actor: Actor,
    *,
    done: str | None = None,
    typed: Form = UNTYPED,
    faults: dict[str, str] | None = None,
    refused: Refused | None = None,
) -> Response:
    found = await app.read_record_requests.of_patient(PatientId(actor.patient_id or ""), actor, SHOWN, None)
    now = pages.clock()
    return pages.show(
        request.scope,
        "my_record.html",
        status=refused.status if refused else 422 if faults else 200,
        asked=found.items,
        late={each.id for each in found.items if each.late(now, pages.zone)},
        ways=[each.value for each in Access],
        forms=[each.value for each in BY_HAND],
        parts=[each.value for each in ASKABLE],
        zone=pages.zone,
        clocks=app.ports.policy.record_requests,
        phone=app.clinic_phone,
        key=new_id,
        done=done,
        typed=typed,
        faults=faults or {},
        refused=refused.code if refused else None,
    )
