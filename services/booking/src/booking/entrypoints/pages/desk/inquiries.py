"""Inquiries at the desk: what sounds urgent first; taken, answered, turned into the free call, closed and opened again,
erased.
"""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from booking.application.commands.answer_inquiry import AnswerInquiry
from booking.application.commands.book_for_inquiry import BookForInquiry
from booking.application.commands.close_inquiry import CloseInquiry
from booking.application.commands.erase_inquiry import EraseInquiry
from booking.application.commands.reopen_inquiry import ReopenInquiry
from booking.application.commands.take_inquiry import TakeInquiry
from booking.application.use_cases import Booking
from booking.domain.ids import InquiryId
from booking.domain.inquiries import BY_STAFF, Inquiry, InquiryOutcome
from booking.entrypoints.http.public_schemas import InfoCallBody
from booking.entrypoints.http.schemas import App
from booking.entrypoints.pages.desk.callers import free_calls, show_not_of_age, types_young
from booking.entrypoints.pages.desk.showing import SHOWN, Done, Seen, show_desk
from careflow_service.http.dependencies import CurrentActor, PageCursor, Repeatable
from careflow_service.http.fields import PROSE
from careflow_service.identity import Actor
from careflow_service.pages.forms import UNTYPED, Form, FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(prefix="/pages/desk/inquiries", include_in_schema=False)


class Answer(Seen):
    words: Annotated[str, Field(min_length=1, max_length=2000), PROSE]


class Closing(Seen):
    """What came of it."""

    outcome: InquiryOutcome


@router.get("")
async def inquiries(
    request: Request, app: App, actor: CurrentActor, pages: Pages, after: PageCursor = None
) -> Response:
    """What waits: the urgent ones, then the others, the oldest first."""
    urgent = await app.read_inquiries.listed(actor, SHOWN, None, urgent=True)
    return show_desk(
        request,
        pages,
        "inquiries.html",
        urgent=urgent,
        told=await app.read_inquiries.told(*urgent.items),
        desk_reached=app.read_inquiries.desk_reached,
        found=await app.read_inquiries.listed(actor, SHOWN, after, urgent=False),
        now=pages.clock(),
    )


@router.get("/{inquiry_id}")
async def one_inquiry(
    request: Request, app: App, actor: CurrentActor, pages: Pages, inquiry_id: str, done: Done = None
) -> Response:
    """One inquiry with what can be done about it."""
    return await _one(request, app, actor, pages, inquiry_id, done=done)


@router.get("/{inquiry_id}/call")
async def ask_who_calls(request: Request, app: App, actor: CurrentActor, pages: Pages, inquiry_id: str) -> Response:
    """What must be known of them for the free call. Changes nothing."""
    inquiry = await app.read_inquiries.one(InquiryId(inquiry_id), actor)
    return await _call(request, app, actor, pages, inquiry, _known(inquiry, app), {})


@router.post("/{inquiry_id}/call/form")
async def ask_who_calls_again(
    request: Request, app: App, actor: CurrentActor, pages: Pages, inquiry_id: str, form: Submitted, _: Repeatable
) -> Response:
    """With what was typed before, the date to be changed. Changes nothing."""
    inquiry = await app.read_inquiries.one(InquiryId(inquiry_id), actor)
    return await _call(request, app, actor, pages, inquiry, form, {})


@router.post("/{inquiry_id}/call")
async def book_call(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    inquiry_id: str,
    form: Submitted,
    key: FormRequest,
) -> Response:
    """Register them and book the call; the inquiry is closed with it. Of whoever is not of age nothing more is kept."""
    seen = form.said(Seen)
    inquiry = await app.read_inquiries.one(InquiryId(inquiry_id), actor)
    if types_young(app, pages, form):
        return _not_of_age(request, app, pages, inquiry, form)
    body, faults = form.with_day("birth_date").read(InfoCallBody)
    if body is None:
        return await _call(request, app, actor, pages, inquiry, form, faults)
    command = BookForInquiry(inquiry.id, seen.expected, body.details(), body.starts_at, body.modality)
    refused = await refusal_of(app.book_for_inquiry(command, actor, key))
    if refused is None:
        return go_on(request, f"../../patients/{inquiry.patient_id}", done="booked")
    if refused.code == "minor_not_served":
        return _not_of_age(request, app, pages, inquiry, form)
    if refused.code == "birth_date_in_future":
        return await _call(request, app, actor, pages, inquiry, form, {"birth_date": refused.code})
    return await _call(request, app, actor, pages, inquiry, form, {}, refused=refused)


@router.post("/{inquiry_id}/take")
async def take_inquiry(
    request: Request, app: App, actor: CurrentActor, pages: Pages, inquiry_id: str, form: Submitted, key: FormRequest
) -> Response:
    """See to it."""
    command = TakeInquiry(InquiryId(inquiry_id), form.said(Seen).expected)
    if refused := await refusal_of(app.take_inquiry(command, actor, key)):
        return await _one(request, app, actor, pages, inquiry_id, refused=refused)
    return go_on(request, f"../{inquiry_id}", done="inquiry_take")


@router.post("/{inquiry_id}/answer")
async def answer_inquiry(
    request: Request, app: App, actor: CurrentActor, pages: Pages, inquiry_id: str, form: Submitted, key: FormRequest
) -> Response:
    """Write down what they were told."""
    seen = form.said(Seen)
    answer, faults = form.read(Answer)
    if answer is None:
        return await _one(request, app, actor, pages, inquiry_id, typed=form, faults=faults)
    command = AnswerInquiry(InquiryId(inquiry_id), seen.expected, answer.words)
    if refused := await refusal_of(app.answer_inquiry(command, actor, key)):
        return await _one(request, app, actor, pages, inquiry_id, typed=form, refused=refused)
    return go_on(request, f"../{inquiry_id}", done="inquiry_answer")


@router.post("/{inquiry_id}/close")
async def close_inquiry(
    request: Request, app: App, actor: CurrentActor, pages: Pages, inquiry_id: str, form: Submitted, key: FormRequest
) -> Response:
    """Say what came of it."""
    seen = form.said(Seen)
    closing, faults = form.read(Closing)
    if closing is None:
        return await _one(request, app, actor, pages, inquiry_id, typed=form, faults=faults)
    command = CloseInquiry(InquiryId(inquiry_id), seen.expected, closing.outcome)
    if refused := await refusal_of(app.close_inquiry(command, actor, key)):
        return await _one(request, app, actor, pages, inquiry_id, typed=form, refused=refused)
    return go_on(request, f"../{inquiry_id}", done="inquiry_close")


@router.post("/{inquiry_id}/reopen")
async def reopen_inquiry(
    request: Request, app: App, actor: CurrentActor, pages: Pages, inquiry_id: str, form: Submitted, key: FormRequest
) -> Response:
    """It was closed by mistake."""
    command = ReopenInquiry(InquiryId(inquiry_id), form.said(Seen).expected)
    if refused := await refusal_of(app.reopen_inquiry(command, actor, key)):
        return await _one(request, app, actor, pages, inquiry_id, refused=refused)
    return go_on(request, f"../{inquiry_id}", done="inquiry_reopen")


@router.post("/{inquiry_id}/erase")
async def erase_inquiry(
    request: Request, app: App, actor: CurrentActor, pages: Pages, inquiry_id: str, form: Submitted, key: FormRequest
) -> Response:
    """Nothing of the person is left."""
    command = EraseInquiry(InquiryId(inquiry_id), form.said(Seen).expected)
    if refused := await refusal_of(app.erase_inquiry(command, actor, key)):
        return await _one(request, app, actor, pages, inquiry_id, refused=refused)
    return go_on(request, f"../{inquiry_id}", done="inquiry_erase")


async def _one(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    inquiry_id: str,
    *,
    done: str | None = None,
    typed: Form = UNTYPED,
    faults: dict[str, str] | None = None,
    refused: Refused | None = None,
) -> Response:
    inquiry = await app.read_inquiries.one(InquiryId(inquiry_id), actor)
    return show_desk(
        request,
        pages,
        "inquiry.html",
        status=422 if faults else 200,
        done=done,
        refused=refused,
        inq=inquiry,
        told=await app.read_inquiries.told(inquiry),
        reopens=inquiry.reopens(app.ports.policy, now=pages.clock()),
        outcomes=[each.value for each in BY_STAFF],
        typed=typed,
        faults=faults or {},
    )


def _not_of_age(request: Request, app: Booking, pages: Site, inquiry: Inquiry, form: Form) -> Response:
    return show_not_of_age(request, app, pages, form, f"desk/inquiries/{inquiry.id}/call/form", inquiry=inquiry)


def _known(inquiry: Inquiry, app: Booking) -> Form:
    """What they have said of themselves, to be completed."""
    if inquiry.asked is None:
        return UNTYPED
    given, _, family = inquiry.asked.name.partition(" ")
    said = {
        "given_name": given,
        "family_name": family,
        "phone": inquiry.asked.phone,
        "email": inquiry.asked.email,
        "state": app.ports.policy.home_state,
    }
    return Form({name: value for name, value in said.items() if value})


async def _call(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    inquiry: Inquiry,
    typed: Form,
    faults: dict[str, str],
    *,
    refused: Refused | None = None,
) -> Response:
    return show_desk(
        request,
        pages,
        "inquiry_call.html",
        status=422 if faults else 200,
        refused=refused,
        inq=inquiry,
        free=await free_calls(app, actor, pages, typed["state"]),
        typed=typed.with_day("birth_date").parted("birth_date"),
        faults=faults,
    )
