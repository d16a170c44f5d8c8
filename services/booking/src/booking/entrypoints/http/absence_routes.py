"""Absences over HTTP: of practitioners, and of rooms that are closed."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import Response

from booking.application.commands.record_absence import RecordAbsence
from booking.application.commands.record_return import RecordReturn
from booking.application.use_cases import Booking
from booking.domain.calendar import Resource, ResourceKind
from booking.domain.intervals import Interval
from booking.entrypoints.http.absence_schemas import AbsenceBody, AbsenceView, AlternativesView, ReturnBody
from booking.entrypoints.http.schemas import App, From, SavedView, To, saved
from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    answer,
    represent,
)
from careflow_service.identity import Actor, RequestKey

FewAtOnce = Annotated[int, Query(ge=1, le=50)]
A_FEW: Final = 20
"""For each of them a substitute and other times are looked for."""
router = APIRouter(prefix="/v1")


@router.post("/practitioners/{practitioner_id}/absence", response_model=AbsenceView)
async def record_absence(
    practitioner_id: str,
    body: AbsenceBody,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """Somebody is away: nothing more is booked with them then. What is booked is listed, with what can become of it."""
    return await _record(Resource(ResourceKind.PRACTITIONER, practitioner_id), body, app, actor, request, version)


@router.get("/practitioners/{practitioner_id}/absence", response_model=Page[AlternativesView])
async def list_affected_by_absence(
    practitioner_id: str,
    app: App,
    actor: CurrentActor,
    starts_from: From,
    starts_before: To,
    limit: FewAtOnce = A_FEW,
    after: PageCursor = None,
) -> Response:
    """The visits that need them then; a page may be empty and not the last."""
    resource = Resource(ResourceKind.PRACTITIONER, practitioner_id)
    return represent(await _affected(resource, Interval(starts_from, starts_before), app, actor, limit, after))


@router.post("/rooms/{room_id}/absence", response_model=AbsenceView)
async def close_room(
    room_id: str,
    body: AbsenceBody,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """A room is closed: nothing more is booked in it then. What is booked is listed, with what can become of it."""
    return await _record(Resource(ResourceKind.ROOM, room_id), body, app, actor, request, version)


@router.get("/rooms/{room_id}/absence", response_model=Page[AlternativesView])
async def list_affected_by_closure(
    room_id: str,
    app: App,
    actor: CurrentActor,
    starts_from: From,
    starts_before: To,
    limit: FewAtOnce = A_FEW,
    after: PageCursor = None,
) -> Response:
    """The visits that need the room then; a page may be empty and not the last."""
    resource = Resource(ResourceKind.ROOM, room_id)
    return represent(await _affected(resource, Interval(starts_from, starts_before), app, actor, limit, after))


@router.post("/practitioners/{practitioner_id}/return", response_model=SavedView)
async def record_return(
    practitioner_id: str,
    body: ReturnBody,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """Somebody is there after all: on the days of these on which they are away the hours of the weekday hold again."""
    return await _return(Resource(ResourceKind.PRACTITIONER, practitioner_id), body, app, actor, request, version)


@router.post("/rooms/{room_id}/return", response_model=SavedView)
async def open_room(
    room_id: str,
    body: ReturnBody,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """A room is open after all: on the days of these on which it is closed the hours of the weekday hold again."""
    return await _return(Resource(ResourceKind.ROOM, room_id), body, app, actor, request, version)


async def _return(
    resource: Resource, body: ReturnBody, app: Booking, actor: Actor, request: RequestKey | None, version: int
) -> Response:
    command = RecordReturn(resource, version, body.days(app.ports.zone))
    return saved(await app.record_return(command, actor, request))


async def _record(
    resource: Resource, body: AbsenceBody, app: Booking, actor: Actor, request: RequestKey | None, version: int
) -> Response:
    absence = body.interval(app.ports.zone)
    done = await app.record_absence(RecordAbsence(resource, version, absence), actor, request)
    affected = await _affected(resource, absence, app, actor, A_FEW, None)
    saved = done.value
    return answer(done, AbsenceView(id=saved.id, version=saved.version, affected=affected), version=saved.version)


async def _affected(
    resource: Resource, absence: Interval, app: Booking, actor: Actor, limit: int, after: str | None
) -> Page[AlternativesView]:
    found = await app.find_alternatives(resource, absence, actor, limit, after)
    return Page[AlternativesView](items=[AlternativesView.of(each) for each in found.items], next=found.next)
