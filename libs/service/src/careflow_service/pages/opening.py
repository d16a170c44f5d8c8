"""An emergency access opened from a patient's page, by the role that is not let in there, and ended before its time.

The same in every service whose page of a patient is open in an emergency. Invariant: it is opened by the API's own
command, with its body, refusals and review; what is read under it are the pages of this service about this patient.
"""

from collections.abc import Mapping
from typing import Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from careflow_service.emergency.accesses import EmergencyKind
from careflow_service.emergency.commands import Opened
from careflow_service.http.console import AtConsole, Console
from careflow_service.http.dependencies import CurrentActor, Repeatable
from careflow_service.http.emergencies import NewEmergencyAccess
from careflow_service.ids import new_id
from careflow_service.pages.asking import Field, Kind
from careflow_service.pages.forms import KEY, UNTYPED, Form, FormRequest, Submitted
from careflow_service.pages.named_access import access_named, forget_access, name_access
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from careflow_service.work import Committed

router = APIRouter(prefix="/pages/patients/{patient_id}", include_in_schema=False)

FIELDS: Final = (
    Field(name="kind", kind=Kind.CHOICE, word="now", options=tuple((kind.value, None) for kind in EmergencyKind)),
    Field(name="reason", kind=Kind.PROSE),
    Field(name="recipient"),
)


@router.get("/open-emergency")
async def ask_for_emergency(
    request: Request, pages: Pages, console: AtConsole, patient_id: str, done: Literal["closed"] | None = None
) -> Response:
    """What is opened by it, and why it cannot wait. Nothing of the patient is shown."""
    return _ask(request, pages, console, patient_id, done=done)


@router.post("/open-emergency")
async def open_emergency(
    request: Request,
    pages: Pages,
    console: AtConsole,
    actor: CurrentActor,
    patient_id: str,
    form: Submitted,
    key: FormRequest,
) -> Response:
    """Open it, and go on to what it shows."""
    said, faults = form.read(NewEmergencyAccess)
    if said is None:
        return _ask(request, pages, console, patient_id, typed=form, faults=faults)
    opened: list[Committed[Opened]] = []

    async def open_() -> None:
        opened.append(await console.emergencies.open(patient_id, said.kind, said.reason, said.recipient, actor, key))

    if refused := await refusal_of(open_(), typed=True):
        return _ask(request, pages, console, patient_id, typed=form, refused=refused)
    access = opened[0].value
    answer = go_on(request, f"../{patient_id}")
    name_access(answer, request.scope, access.id, lasts=access.ends_at - console.resources.clock())
    return answer


@router.post("/close-emergency")
async def end_emergency(
    request: Request, console: AtConsole, actor: CurrentActor, _form: Submitted, _: Repeatable
) -> Response:
    """End the one this browser names before its time."""
    named = access_named(request.scope)
    if named is not None:
        await console.emergencies.close(named, actor)
    answer = go_on(request, "open-emergency", done="closed")
    forget_access(answer, request.scope)
    return answer


def _ask(
    request: Request,
    pages: Site,
    console: Console,
    patient_id: str,
    *,
    typed: Form = UNTYPED,
    faults: Mapping[str, str] | None = None,
    refused: Refused | None = None,
    done: str | None = None,
) -> Response:
    return pages.show(
        request.scope,
        "open_emergency.html",
        status=refused.status if refused else 422 if faults else 200,
        patient_id=patient_id,
        minutes=console.resources.settings.emergency_access_minutes,
        fields=FIELDS,
        key=typed[KEY] or new_id(),
        typed=typed,
        faults=faults or {},
        refused=refused.code if refused else None,
        done=done,
    )
