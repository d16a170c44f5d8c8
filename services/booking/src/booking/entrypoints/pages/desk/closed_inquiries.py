"""Closed inquiries at the desk: found by the day they were closed on and by what came of them."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from booking.domain.inquiries import InquiryOutcome
from booking.entrypoints.http.schemas import App
from booking.entrypoints.pages.desk.showing import SHOWN, show_desk, today_of
from careflow_service.http.dependencies import CurrentActor, PageCursor, RequestBody
from careflow_service.http.fields import Day
from careflow_service.listed import Listed
from careflow_service.pages.forms import Form
from careflow_service.pages.site import Pages

router = APIRouter(prefix="/pages/desk/inquiries", include_in_schema=False)


class Sought(RequestBody):
    """On which date of the clinic they were closed, and how; any where neither is said."""

    day: Day | None = None
    outcome: InquiryOutcome | None = None


@router.get("/closed")
async def closed(request: Request, app: App, actor: CurrentActor, pages: Pages, after: PageCursor = None) -> Response:
    """The newest first."""
    typed = Form({name: value for name, value in request.query_params.items() if value})
    sought, faults = typed.read(Sought)
    found = (
        await app.read_inquiries.closed(actor, SHOWN, after, day=sought.day, outcome=sought.outcome)
        if sought is not None
        else Listed((), None)
    )
    return show_desk(
        request,
        pages,
        "closed_inquiries.html",
        status=422 if faults else 200,
        found=found,
        outcomes=[each.value for each in InquiryOutcome],
        typed=typed,
        faults=faults,
        today=today_of(pages),
    )
