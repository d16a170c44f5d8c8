"""A question to the clinic, by anybody: a name, one contact, their words.

Invariant: words that sound like a crisis are answered at once with where there is help now, whatever becomes of keeping
them.
"""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from booking.application.commands.receive_inquiry import ReceiveInquiry
from booking.application.use_cases import Booking
from booking.entrypoints.http.public_schemas import InquiryBody
from booking.entrypoints.http.schemas import App
from careflow_service.http.dependencies import ClientAddress, CurrentActor
from careflow_service.http.errors import problem_for
from careflow_service.ids import new_id
from careflow_service.pages.forms import KEY, UNTYPED, Form, FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site

router = APIRouter(prefix="/pages/inquiry", include_in_schema=False)

NONE: Final[Mapping[str, str]] = {}


@router.get("")
async def ask_the_clinic(request: Request, app: App, pages: Pages) -> Response:
    """What can be asked here."""
    return _ask(request, app, pages, UNTYPED, NONE, urgent=False)


@router.post("")
async def send_inquiry(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    form: Submitted,
    client: ClientAddress,
    key: FormRequest,
) -> Response:
    """Keep it. Sent twice it is one inquiry."""
    body, faults = form.read(InquiryBody)
    urgent = app.receive_inquiry.sounds_urgent(form["words"])
    if body is not None and body.email is None and body.phone is None:
        faults = {"phone": "email_or_phone"}
    if body is None or faults:
        return _ask(request, app, pages, form, faults, urgent=urgent)
    try:
        refused = await refusal_of(app.receive_inquiry(ReceiveInquiry(body.asked(), client), actor, key))
    except Exception as failure:
        if not urgent:
            raise
        refused = Refused("unavailable", problem_for(failure).kind.status)
    if refused:
        return _ask(request, app, pages, form, NONE, urgent=urgent, refused=refused)
    return pages.show(request.scope, "inquiry_received.html", status=201, urgent=urgent, phone=app.clinic_phone)


def _ask(
    request: Request,
    app: Booking,
    pages: Site,
    typed: Form,
    faults: Mapping[str, str],
    *,
    urgent: bool,
    refused: Refused | None = None,
) -> Response:
    """The form with what was typed, and a key of its own from now on."""
    return pages.show(
        request.scope,
        "inquiry.html",
        status=refused.status if refused else 422 if faults else 200,
        typed=typed,
        faults=faults,
        kept={KEY: new_id()},
        years=app.ports.policy.minimum_age_years.value,
        urgent=urgent,
        refused=refused.code if refused else None,
    )
