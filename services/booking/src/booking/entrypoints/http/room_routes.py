"""Rooms and their hours over HTTP."""

from collections.abc import Callable
from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from booking.application.commands.change_room import ChangeRoom
from booking.application.use_cases import Booking
from booking.domain.ids import RoomId
from booking.domain.rooms import Room
from booking.entrypoints.http.resource_schemas import ExceptionBody, RoomBody, RoomChangeBody, RoomView, WeekBody
from booking.entrypoints.http.schemas import App, SavedView, saved
from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    represent,
)
from careflow_service.http.fields import Day
from careflow_service.identity import Actor

router = APIRouter(prefix="/v1/rooms")


@router.post("", status_code=201, response_model=SavedView)
async def add_room(body: RoomBody, app: App, actor: CurrentActor, request: IdempotentRequest) -> Response:
    """Add a room."""
    done = await app.add_room(body.room(), actor, request)
    return saved(done, status=201, location=f"/v1/rooms/{done.value.id}")


@router.get("", response_model=Page[RoomView])
async def list_rooms(app: App, limit: PageLimit = 50, after: PageCursor = None) -> Response:
    """The clinic's rooms, by id."""
    found = await app.rooms.page(limit, after)
    return represent(Page[RoomView](items=[RoomView.of(each) for each in found.items], next=found.next))


@router.get("/{room_id}", response_model=RoomView)
async def read_room(room_id: str, app: App) -> Response:
    """One room."""
    found = await app.rooms.get(RoomId(room_id))
    return represent(RoomView.of(found), version=found.version)


@router.put("/{room_id}", response_model=SavedView)
async def change_room(
    room_id: str, body: RoomChangeBody, app: App, actor: CurrentActor, version: ExpectedVersion
) -> Response:
    """Replace name, purposes and whether it is in use."""
    return await _change(
        app,
        actor,
        room_id,
        version,
        lambda before: before.changed(name=body.name, purposes=body.purposes, active=body.active),
    )


@router.put("/{room_id}/hours", response_model=SavedView)
async def set_room_hours(
    room_id: str, body: WeekBody, app: App, actor: CurrentActor, version: ExpectedVersion
) -> Response:
    """Replace the hours by weekday; dated exceptions stay."""
    week = body.hours()
    return await _change(app, actor, room_id, version, lambda before: before.with_hours(week))


@router.put("/{room_id}/exceptions/{day}", response_model=SavedView)
async def set_room_exception(
    room_id: str,
    day: Day,
    body: ExceptionBody,
    app: App,
    actor: CurrentActor,
    version: ExpectedVersion,
) -> Response:
    """Other hours on one date; none: closed."""
    exception = body.on(day)
    return await _change(app, actor, room_id, version, lambda before: before.with_exception(exception), day)


@router.delete("/{room_id}/exceptions/{day}", response_model=SavedView)
async def remove_room_exception(
    room_id: str, day: Day, app: App, actor: CurrentActor, version: ExpectedVersion
) -> Response:
    """The weekday's hours hold again on this date."""
    return await _change(app, actor, room_id, version, lambda before: before.without_exception(day))


async def _change(
    app: Booking,
    actor: Actor,
    room_id: str,
    version: int,
    change: Callable[[Room], Room],
    until: date | None = None,
) -> Response:
    done = await app.change_room(ChangeRoom(RoomId(room_id), version, change, until), actor)
    return saved(done)
