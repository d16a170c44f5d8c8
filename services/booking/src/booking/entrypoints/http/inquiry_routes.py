"""Inquiries, for anybody: no login, rate-limited."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from booking.application.commands.receive_inquiry import ReceiveInquiry
from booking.entrypoints.http.public_schemas import HelpNowView, InquiryBody, InquiryView
from booking.entrypoints.http.schemas import App
from careflow_service.http.dependencies import ClientAddress, CurrentActor, IdempotentRequest, answer
from careflow_service.pages.site import Pages

router = APIRouter(prefix="/v1/public/inquiries")


@router.post("", status_code=201, response_model=InquiryView)
async def receive_inquiry(
    request: Request,
    body: InquiryBody,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    client: ClientAddress,
    key: IdempotentRequest,
) -> Response:
    """Ask the clinic something. Words that sound like a crisis are answered with where there is help now."""
    done = await app.receive_inquiry(ReceiveInquiry(body.asked(), client), actor, key)
    urgent = app.receive_inquiry.sounds_urgent(body.words)
    text = pages.words(request.scope).groups["help_now"]["text"]
    return answer(done, InquiryView(help_now=HelpNowView(text=text) if urgent else None), status=201)
