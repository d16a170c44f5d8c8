"""The clinic's day for those who work there: who comes when, what keeps a visit from taking place, and one thing to do
about it.

For whoever asks for it the page shows itself anew every so often; what it says, it says as of a time.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from booking.application.commands.record_arrival import RecordArrival
from booking.application.commands.record_missed_visit import RecordMissedVisit
from booking.domain.ids import AppointmentId
from booking.entrypoints.http.schemas import App
from careflow_service.http.dependencies import CurrentActor, RequestBody
from careflow_service.http.fields import Day
from careflow_service.ids import new_id
from careflow_service.pages.forms import FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on, shown_anew

router = APIRouter(prefix="/pages/day", include_in_schema=False)

SHOWN_ANEW_SECONDS: Final = 20
"""How often the board shows itself anew. Each time is a read, and is in the audit trail."""


class Mark(StrEnum):
    ARRIVED = "arrived"
    MISSED = "missed"


class Seen(RequestBody):
    """As which version of the visit the button was seen, and on which board: `live` on one that shows itself anew."""

    version: Annotated[str, Field(pattern="^[0-9]{1,18}$")]
    day: Day
    live: Literal["1"] | None = None

    @property
    def expected(self) -> int:
        return int(self.version)


@router.get("")
async def day_board(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    day: Day | None = None,
    live: Literal["1"] | None = None,
) -> Response:
    """The visits of one day of the clinic."""
    return await _board(request, app, actor, pages, day, live=live)


@router.post("/{appointment_id}/{mark}")
async def mark_visit(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    appointment_id: str,
    mark: Mark,
    form: Submitted,
    key: FormRequest,
) -> Response:
    """The patient is there, or did not come."""
    seen = form.said(Seen)
    visit = AppointmentId(appointment_id)
    match mark:
        case Mark.ARRIVED:
            refused = await refusal_of(app.record_arrival(RecordArrival(visit, seen.expected), actor, key))
        case Mark.MISSED:
            refused = await refusal_of(app.record_missed_visit(RecordMissedVisit(visit, seen.expected), actor, key))
    if refused:
        return await _board(request, app, actor, pages, seen.day, live=None, refused=refused)
    return go_on(request, "../../day", anchor=f"visit-{appointment_id}", day=str(seen.day), live=seen.live or "")


async def _board(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Site,
    day: Day | None,
    *,
    live: Literal["1"] | None,
    refused: Refused | None = None,
) -> Response:
    today = pages.clock().astimezone(pages.zone).date()
    on = day or today
    board = await app.read_day_board(on, actor)
    answer = pages.show(
        request.scope,
        "day.html",
        status=refused.status if refused else 200,
        board=board,
        zone=pages.zone,
        today=today,
        before=on - timedelta(days=1),
        after=on + timedelta(days=1),
        live=live,
        seconds=SHOWN_ANEW_SECONDS,
        refused=refused.code if refused else None,
        may_arrive=app.ports.policy.may_arrive,
        key=new_id,
        urgent_waits=await app.read_inquiries.urgent_waits(),
    )
    return shown_anew(answer, request, "day", seconds=SHOWN_ANEW_SECONDS, day=str(on)) if live else answer
