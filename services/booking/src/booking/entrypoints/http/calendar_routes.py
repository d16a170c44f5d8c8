"""Calendars over HTTP, in a form calendar programs read."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from booking.domain.ids import AppointmentId, PractitionerId
from booking.entrypoints.http.calendar_schemas import FeedView
from booking.entrypoints.http.icalendar_views import busy_blocks, invitation
from booking.entrypoints.http.schemas import App
from careflow_service.http.dependencies import CurrentActor, IdempotentRequest, answer

router = APIRouter(prefix="/v1")


@router.get("/appointments/{appointment_id}/invitation", response_class=Response)
async def read_invitation(appointment_id: str, app: App, actor: CurrentActor) -> Response:
    """The appointment for the patient's own calendar, or that it is called off; neutral text only."""
    return invitation(await app.read_invitation(AppointmentId(appointment_id), actor))


@router.post("/practitioners/{practitioner_id}/calendar-feed", status_code=201, response_model=FeedView)
async def open_calendar_feed(
    practitioner_id: str, app: App, actor: CurrentActor, request: IdempotentRequest
) -> Response:
    """A secret address for a calendar program; the one before is dead."""
    done = await app.open_calendar_feed(PractitionerId(practitioner_id), actor, request)
    return answer(done, FeedView.of(done.value), status=201)


@router.delete("/practitioners/{practitioner_id}/calendar-feed", status_code=204, response_class=Response)
async def close_calendar_feed(practitioner_id: str, app: App, actor: CurrentActor) -> Response:
    """Take the address out of use."""
    await app.close_calendar_feed(PractitionerId(practitioner_id), actor)
    return Response(status_code=204)


@router.get("/public/calendars/{secret}.ics", response_class=Response)
async def read_busy_times(secret: Annotated[str, Path(max_length=64)], app: App) -> Response:
    """When the owner of the feed is busy: blocks of time, and nothing of what is in them."""
    feed, blocks = await app.read_busy_times(secret)
    return busy_blocks(feed, blocks)
