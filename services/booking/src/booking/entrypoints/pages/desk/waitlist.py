"""Who waits at the desk: for what, since when, what they are offered; and what they say to it."""

from enum import StrEnum
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from booking.application.commands.leave_waitlist import LeaveWaitlist
from booking.application.commands.record_offer_call import RecordOfferCall
from booking.application.results import Scheduled
from booking.application.use_cases import Booking
from booking.domain.ids import WaitlistEntryId
from booking.entrypoints.http.schemas import App
from booking.entrypoints.pages.desk.showing import SHOWN, Done, Seen, show_desk
from careflow_service.http.dependencies import CurrentActor, PageCursor
from careflow_service.identity import Actor
from careflow_service.pages.forms import FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(prefix="/pages/desk/waitlist", include_in_schema=False)


class Answer(StrEnum):
    LEAVE = "leave"
    CALLED = "called"


class Said(Seen):
    """What the patient said on the telephone, for an offer at short notice."""

    fasted: Literal["1"] | None = None
    escorted: Literal["1"] | None = None


@router.get("")
async def waitlist(
    request: Request, app: App, actor: CurrentActor, pages: Pages, after: PageCursor = None, done: Done = None
) -> Response:
    """Who waits or is offered something; who has waited longest first."""
    return await _list(request, app, actor, pages, after=after, done=done)


@router.post("/{entry_id}/{answer}")
async def answer_for(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    entry_id: str,
    answer: Answer,
    form: Submitted,
    key: FormRequest,
) -> Response:
    """They wait no longer, or were talked to about what they are offered."""
    said, entry = form.said(Said), WaitlistEntryId(entry_id)
    match answer:
        case Answer.LEAVE:
            doing = refusal_of(app.leave_waitlist(LeaveWaitlist(entry, said.expected), actor, key))
        case Answer.CALLED:
            called = RecordOfferCall(
                entry_id=entry,
                expected_version=said.expected,
                fasted=said.fasted is not None,
                escorted=said.escorted is not None,
            )
            doing = refusal_of(app.record_offer_call(called, actor, key))
    if refused := await doing:
        return await _list(request, app, actor, pages, refused=refused)
    return go_on(request, "../../waitlist", done="left" if answer is Answer.LEAVE else "called")


async def _list(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    *,
    after: str | None = None,
    done: str | None = None,
    refused: Refused | None = None,
) -> Response:
    found = await app.read_waitlist(None, actor, SHOWN, after)
    offered: dict[str, Scheduled] = {
        each.id: await app.read_appointments.one(each.offer.appointment_id, actor)
        for each in found.items
        if each.offer is not None
    }
    return show_desk(
        request,
        pages,
        "waitlist.html",
        done=done,
        refused=refused,
        found=found,
        names=await app.name_patients([each.patient_id for each in found.items], actor),
        offered=offered,
    )
