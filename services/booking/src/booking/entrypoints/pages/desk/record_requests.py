"""Requests for records at the desk: what is due first at the top; one with every part, what is missing of it, and the
forms by which it is worked on and settled.
"""

from collections.abc import Awaitable, Mapping
from enum import StrEnum
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from booking.application.commands.extend_record_request import ExtendRecordRequest
from booking.application.commands.give_record_part import GiveRecordPart
from booking.application.commands.identify_requester import IdentifyRequester
from booking.application.commands.record_share import RecordShare
from booking.application.commands.refuse_record_part import RefuseRecordPart
from booking.application.commands.withdraw_record_request import WithdrawRecordRequest
from booking.application.use_cases import Booking
from booking.domain.ids import RecordRequestId
from booking.domain.record_parts import IdentityProof, RecordPart, RefusalGrounds
from booking.entrypoints.http.access import ACCESS
from booking.entrypoints.http.record_request_schemas import ExtensionBody, IdentityBody, RecordRefusalBody, ShareBody
from booking.entrypoints.http.schemas import App
from booking.entrypoints.pages.desk.showing import SHOWN, Done, Seen, show_desk
from careflow_service.http.dependencies import CurrentActor, PageCursor, RequestBody
from careflow_service.identity import Actor, RequestKey
from careflow_service.pages.forms import UNTYPED, Form, FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(prefix="/pages/desk/record-requests", include_in_schema=False)

HANDS_OUT: Final = ACCESS["GET /pages/record-shares"]
SEEN_BY_STAFF: Final = tuple(each for each in IdentityProof if each is not IdentityProof.LOGIN)


class Act(StrEnum):
    """What is done about one."""

    IDENTIFY = "identify"
    SHARE = "share"
    GIVE = "give"
    REFUSE = "refuse"
    EXTEND = "extend"
    WITHDRAW = "withdraw"


class OfPart(RequestBody):
    part: RecordPart


class Share(ShareBody, OfPart):
    pass


class Refusal(RecordRefusalBody, OfPart):
    pass


class Nothing(RequestBody):
    """Only the button."""


BODIES: Final[Mapping[Act, type[RequestBody]]] = {
    Act.IDENTIFY: IdentityBody,
    Act.SHARE: Share,
    Act.GIVE: OfPart,
    Act.REFUSE: Refusal,
    Act.EXTEND: ExtensionBody,
    Act.WITHDRAW: Nothing,
}


@router.get("")
async def record_requests(
    request: Request, app: App, actor: CurrentActor, pages: Pages, after: PageCursor = None
) -> Response:
    """Those that have not ended."""
    found = await app.read_record_requests.under_way(actor, SHOWN, after)
    now = pages.clock()
    return show_desk(
        request,
        pages,
        "record_requests.html",
        found=found,
        hands_out=HANDS_OUT.admits(actor, {}),
        late={each.id for each in found.items if each.late(now, pages.zone)},
        names=await app.name_patients([each.patient_id for each in found.items], actor),
        now=now,
    )


@router.get("/{request_id}")
async def one_record_request(
    request: Request, app: App, actor: CurrentActor, pages: Pages, request_id: str, done: Done = None
) -> Response:
    """One request with what can be done about it."""
    return await _one(request, app, actor, pages, request_id, done=done)


@router.post("/{request_id}/{act}")
async def act_on_record_request(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    request_id: str,
    act: Act,
    form: Submitted,
    key: FormRequest,
) -> Response:
    """One step."""
    seen = form.said(Seen)
    typed = form.with_day("told_on")
    body, faults = typed.read(BODIES[act])
    if body is None:
        return await _one(request, app, actor, pages, request_id, typed=typed, faults=faults, at=act)
    doing = _done(app, RecordRequestId(request_id), seen.expected, body, actor, key)
    if refused := await refusal_of(doing):
        return await _one(request, app, actor, pages, request_id, typed=typed, refused=refused, at=act)
    return go_on(request, f"../{request_id}", done=f"record_{act}")


def _done(
    app: Booking, request_id: RecordRequestId, version: int, body: RequestBody, actor: Actor, key: RequestKey
) -> Awaitable[object]:
    match body:
        case IdentityBody():
            return app.identify_requester(IdentifyRequester(request_id, version, body.identity), actor, key)
        case Share():
            share = RecordShare(request_id, version, body.part, body.service, body.reference)
            return app.record_share(share, actor, key)
        case Refusal():
            refusal = RefuseRecordPart(request_id, version, body.part, body.grounds, body.reason, body.review)
            return app.refuse_record_part(refusal, actor, key)
        case OfPart():
            return app.give_record_part(GiveRecordPart(request_id, version, body.part), actor, key)
        case ExtensionBody():
            more = ExtendRecordRequest(request_id, version, body.reason, body.told_on)
            return app.extend_record_request(more, actor, key)
        case _:
            return app.withdraw_record_request(WithdrawRecordRequest(request_id, version), actor, key)


async def _one(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    request_id: str,
    *,
    done: str | None = None,
    typed: Form = UNTYPED,
    faults: dict[str, str] | None = None,
    refused: Refused | None = None,
    at: Act | None = None,
) -> Response:
    """`at` is the form that was sent: what was typed stands there again, and nowhere else."""
    asked = await app.read_record_requests.one(RecordRequestId(request_id), actor)
    names = await app.name_patients([asked.patient_id], actor)
    return show_desk(
        request,
        pages,
        "record_request.html",
        status=422 if faults else 200,
        done=done,
        refused=refused,
        asked=asked,
        hands_out=HANDS_OUT.admits(actor, {}),
        name=names.get(asked.patient_id),
        is_late=asked.late(pages.clock(), pages.zone),
        proofs=[each.value for each in SEEN_BY_STAFF],
        grounds=[each.value for each in RefusalGrounds],
        typed=typed.parted("told_on"),
        faults=faults or {},
        at=at.value if at else None,
    )
