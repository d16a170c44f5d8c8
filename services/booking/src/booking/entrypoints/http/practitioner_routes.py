"""Practitioners and their hours over HTTP."""

from collections.abc import Callable
from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from booking.application.commands.add_practitioner import AddPractitioner
from booking.application.commands.change_practitioner import ChangePractitioner
from booking.application.use_cases import Booking
from booking.domain.ids import PractitionerId
from booking.domain.practitioners import Practitioner
from booking.entrypoints.http.resource_schemas import (
    ExceptionBody,
    PractitionerBody,
    PractitionerChangeBody,
    PractitionerView,
    WeekBody,
)
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

router = APIRouter(prefix="/v1/practitioners")


@router.post("", status_code=201, response_model=SavedView)
async def add_practitioner(
    body: PractitionerBody, app: App, actor: CurrentActor, request: IdempotentRequest
) -> Response:
    """Add a practitioner."""
    done = await app.add_practitioner(AddPractitioner(body.practitioner()), actor, request)
    return saved(done, status=201, location=f"/v1/practitioners/{done.value.id}")


@router.get("", response_model=Page[PractitionerView])
async def list_practitioners(app: App, limit: PageLimit = 50, after: PageCursor = None) -> Response:
    """The clinic's practitioners, by id."""
    found = await app.practitioners.page(limit, after)
    items = [PractitionerView.of(each) for each in found.items]
    return represent(Page[PractitionerView](items=items, next=found.next))


@router.get("/{practitioner_id}", response_model=PractitionerView)
async def read_practitioner(practitioner_id: str, app: App) -> Response:
    """One practitioner."""
    found = await app.practitioners.get(PractitionerId(practitioner_id))
    return represent(PractitionerView.of(found), version=found.version)


@router.put("/{practitioner_id}", response_model=SavedView)
async def change_practitioner(
    practitioner_id: str,
    body: PractitionerChangeBody,
    app: App,
    actor: CurrentActor,
    version: ExpectedVersion,
) -> Response:
    """Replace name, licences, telehealth and whether they work here."""
    licences = tuple(each.licence() for each in body.licences)
    return await _change(
        app,
        actor,
        practitioner_id,
        version,
        lambda before: before.changed(
            name=body.name, licences=licences, telehealth=body.telehealth, active=body.active
        ),
    )


@router.put("/{practitioner_id}/hours", response_model=SavedView)
async def set_practitioner_hours(
    practitioner_id: str, body: WeekBody, app: App, actor: CurrentActor, version: ExpectedVersion
) -> Response:
    """Replace the hours by weekday; dated exceptions stay."""
    week = body.hours()
    return await _change(app, actor, practitioner_id, version, lambda before: before.with_hours(week))


@router.put("/{practitioner_id}/exceptions/{day}", response_model=SavedView)
async def set_practitioner_exception(
    practitioner_id: str,
    day: Day,
    body: ExceptionBody,
    app: App,
    actor: CurrentActor,
    version: ExpectedVersion,
) -> Response:
    """Other hours on one date; none: away."""
    exception = body.on(day)
    return await _change(app, actor, practitioner_id, version, lambda before: before.with_exception(exception), day)


@router.delete("/{practitioner_id}/exceptions/{day}", response_model=SavedView)
async def remove_practitioner_exception(
    practitioner_id: str, day: Day, app: App, actor: CurrentActor, version: ExpectedVersion
) -> Response:
    """The weekday's hours hold again on this date."""
    return await _change(app, actor, practitioner_id, version, lambda before: before.without_exception(day))


async def _change(
    app: Booking,
    actor: Actor,
    practitioner_id: str,
    version: int,
    change: Callable[[Practitioner], Practitioner],
    until: date | None = None,
) -> Response:
    command = ChangePractitioner(PractitionerId(practitioner_id), version, change, until)
    done = await app.change_practitioner(command, actor)
    return saved(done)
