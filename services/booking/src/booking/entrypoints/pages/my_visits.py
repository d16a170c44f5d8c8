"""A patient's own visits, for who came in by the link in a message: what is to come, another time for it, or none.

A dosing visit is moved by the clinic, together with its integration. Nothing changes before the last button.
"""

from collections.abc import Awaitable
from datetime import date, datetime
from functools import partial
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from booking.application.commands.cancel_appointment import CancelAppointment
from booking.application.commands.come_in import ComeIn
from booking.application.commands.reschedule_appointment import RescheduleAppointment
from booking.application.queries.find_openings import FindOpenings
from booking.application.results import Scheduled
from booking.application.use_cases import Booking
from booking.domain.cancellations import CancelReason
from booking.domain.ids import AppointmentId, MessageId, PatientId
from booking.domain.visits import VisitKind
from booking.entrypoints.http.schemas import App
from booking.entrypoints.pages.free_times import free_times
from careflow_service.http.dependencies import CurrentActor, RequestBody
from careflow_service.http.fields import Day, Moment
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.coming_in import coming_in, still_there
from careflow_service.pages.forms import KEY, FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from careflow_service.work import Committed

router = APIRouter(prefix="/pages/visits", include_in_schema=False)

BY_CLINIC: Final = frozenset({VisitKind.DOSING})
"""What a patient calls about to have it moved."""


async def _comes_in(app: Booking, link_id: str, born_on: date, actor: Actor) -> datetime | None:
    return (await app.come_in(ComeIn(MessageId(link_id), born_on), actor)).value.opened_at


way_in = coming_in("visits", Booking, _comes_in, lambda app: app.ports.policy.sitting)


class Seen(RequestBody):
    """As which version of the visit the button was seen."""

    version: Annotated[str, Field(pattern="^[0-9]{1,18}$")]


@router.get("")
async def my_visits(
    request: Request, pages: Pages, app: App, actor: CurrentActor, done: Literal["moved", "cancelled"] | None = None
) -> Response:
    """What is to come."""
    await still_there(request, app)
    return await _list(request, pages, app, actor, done=done)


class CalledOff(Seen):
    integration: Annotated[AppointmentId, Field(max_length=64)] | None = None
    """What is called off with it."""


@router.get("/{appointment_id}/cancel")
async def ask_to_cancel(request: Request, pages: Pages, app: App, actor: CurrentActor, appointment_id: str) -> Response:
    """Whether it is to be called off. Changes nothing."""
    return await _ask(request, pages, app, actor, appointment_id, None)


@router.post("/{appointment_id}/cancel")
async def cancel(
    request: Request,
    pages: Pages,
    app: App,
    actor: CurrentActor,
    appointment_id: str,
    form: Submitted,
    key: FormRequest,
) -> Response:
    """The patient will not come."""
    await still_there(request, app)
    seen, reason = form.said(CalledOff), CancelReason.PATIENT_REQUEST
    command = CancelAppointment(AppointmentId(appointment_id), int(seen.version), reason, seen.integration)
    return await _done(request, pages, app, actor, app.cancel_appointment(command, actor, key), "cancelled")


@router.get("/{appointment_id}/times")
async def times(
    request: Request,
    pages: Pages,
    app: App,
    actor: CurrentActor,
    appointment_id: str,
    first: Day | None = None,
    day: Day | None = None,
) -> Response:
    """The free times it could be moved to."""
    await still_there(request, app)
    visit, zone = await _visit(app, actor, appointment_id)
    if visit.kind in BY_CLINIC:
        return go_on(request, "../../visits")
    wanted = partial(FindOpenings, kind=visit.kind, modality=visit.modality, patient_id=visit.patient_id)
    free = await free_times(
        lambda since, before: app.find_openings(wanted(starts_from=since, starts_before=before), actor),
        first=first,
        day=day,
        now=pages.clock(),
        clock=zone,
        horizon=app.ports.policy.horizon,
    )
    return pages.show(request.scope, "my_times.html", visit=visit, **free)


@router.get("/{appointment_id}/move")
async def ask_to_move(
    request: Request, pages: Pages, app: App, actor: CurrentActor, appointment_id: str, starts_at: Moment
) -> Response:
    """Whether it is to be moved there. Changes nothing."""
    return await _ask(request, pages, app, actor, appointment_id, starts_at)


class Moved(Seen):
    starts_at: Moment


@router.post("/{appointment_id}/move")
async def move(
    request: Request,
    pages: Pages,
    app: App,
    actor: CurrentActor,
    appointment_id: str,
    form: Submitted,
    key: FormRequest,
) -> Response:
    """The same visit at another time."""
    await still_there(request, app)
    seen = form.said(Moved)
    command = RescheduleAppointment(AppointmentId(appointment_id), int(seen.version), seen.starts_at)
    return await _done(request, pages, app, actor, app.reschedule_appointment(command, actor, key), "moved")


async def _visit(app: Booking, actor: Actor, appointment_id: str) -> tuple[Scheduled, ZoneInfo]:
    """One of the patient's own, and the zone by whose clock they live."""
    visit = await app.read_appointments.one(AppointmentId(appointment_id), actor)
    person = await app.read_patient(visit.patient_id, actor)
    return visit, ZoneInfo(person.details.timezone)


async def _ask(
    request: Request, pages: Site, app: Booking, actor: Actor, appointment_id: str, starts_at: datetime | None
) -> Response:
    await still_there(request, app)
    seen = await app.read_visit(AppointmentId(appointment_id), actor)
    visit, zone = seen.visit, ZoneInfo(seen.patient.details.timezone)
    kept = {KEY: new_id(), "version": str(visit.version)}
    if starts_at is not None:
        kept["starts_at"] = starts_at.isoformat()
    return pages.show(
        request.scope,
        "my_visit.html",
        visit=visit,
        integration=seen.integration if starts_at is None else None,
        zone=zone,
        starts_at=starts_at,
        kept=kept,
    )


async def _done(
    request: Request,
    pages: Site,
    app: Booking,
    actor: Actor,
    act: Awaitable[Committed[Scheduled]],
    done: Literal["moved", "cancelled"],
) -> Response:
    if refused := await refusal_of(act):
        return await _list(request, pages, app, actor, refused=refused)
    return go_on(request, "../../visits", done=done)


async def _list(
    request: Request,
    pages: Site,
    app: Booking,
    actor: Actor,
    *,
    done: str | None = None,
    refused: Refused | None = None,
) -> Response:
    person = await app.read_patient(PatientId(actor.patient_id or ""), actor)
    return pages.show(
        request.scope,
        "my_visits.html",
        status=refused.status if refused else 200,
        visits=await app.read_appointments.coming(person.id, actor),
        zone=ZoneInfo(person.details.timezone),
        by_clinic=[kind.value for kind in BY_CLINIC],
        phone=app.clinic_phone,
        done=done,
        refused=refused.code if refused else None,
    )
