"""One visit at the desk: what it stands for, marked, ended, moved, given to somebody else or called off."""

from datetime import datetime
from typing import Any, Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from booking.application.commands.cancel_appointment import CancelAppointment
from booking.application.commands.complete_consultation import CompleteConsultation
from booking.application.commands.reassign_appointment import ReassignAppointment
from booking.application.queries.read_visit import VisitRead
from booking.application.use_cases import Booking
from booking.domain.calendar import Resource, ResourceKind
from booking.domain.cancellations import WHOSE, CancelledBy, CancelReason
from booking.domain.ids import AppointmentId, PractitionerId
from booking.domain.states import Status
from booking.domain.visits import DISPOSITIONS, Disposition
from booking.entrypoints.http.schemas import App, StaffId
from booking.entrypoints.pages.desk.absences import ASKED, Away
from booking.entrypoints.pages.desk.marking import COMMANDS, Mark, marks_for
from booking.entrypoints.pages.desk.showing import Done, Seen, show_desk, staff_of
from careflow_service.http.dependencies import CurrentActor
from careflow_service.identity import Actor
from careflow_service.pages.forms import UNTYPED, Form, FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(prefix="/pages/desk/visits/{appointment_id}", include_in_schema=False)

REASONS: Final = (
    CancelReason.PATIENT_REQUEST,
    CancelReason.PROVIDER_UNAVAILABLE,
    CancelReason.CLINIC_CLOSED,
    CancelReason.BOOKED_IN_ERROR,
    CancelReason.OTHER,
)
"""Why somebody at the desk calls a visit off; the others are for what happens by itself."""


class CalledOff(Seen):
    """For whose sake: it decides about fees, so nothing is chosen beforehand."""

    reason: CancelReason
    integration: StaffId | None = None
    """The one called off with it."""


class Ended(Seen):
    """How: it decides what comes next for the patient, so nothing is chosen beforehand."""

    disposition: Disposition


class Given(Seen):
    """To whom; another therapist only if the patient has agreed."""

    provider: StaffId
    agreed: Literal["1"] | None = None


@router.get("")
async def visit(
    request: Request, app: App, actor: CurrentActor, pages: Pages, appointment_id: str, done: Done = None
) -> Response:
    """One visit, with what can be done about it."""
    return await _visit(request, app, actor, pages, appointment_id, done=done)


@router.post("/marks/{mark}")
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
    """The patient is there, did not come, came after all, was told; what is held is taken or given back."""
    seen = form.said(Seen)
    doing = COMMANDS[mark](app, AppointmentId(appointment_id), seen.expected, actor, key)
    if refused := await refusal_of(doing):
        return await _visit(request, app, actor, pages, appointment_id, refused=refused)
    return go_on(request, f"../../{appointment_id}", done=mark.value)


@router.post("/ended")
async def say_how_it_ended(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    appointment_id: str,
    form: Submitted,
    key: FormRequest,
) -> Response:
    """A call or an evaluation is over, and how; `proceed` opens the way to screening."""
    said, faults = form.read(Ended)
    if said is None:
        form.said(Seen)
        return await _visit(request, app, actor, pages, appointment_id, typed=form, faults=faults)
    command = CompleteConsultation(AppointmentId(appointment_id), said.expected, said.disposition)
    if refused := await refusal_of(app.complete_consultation(command, actor, key)):
        return await _visit(request, app, actor, pages, appointment_id, typed=form, refused=refused)
    return go_on(request, f"../{appointment_id}", done="ended")


@router.post("/reassign")
async def reassign(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    appointment_id: str,
    form: Submitted,
    key: FormRequest,
) -> Response:
    """The same visit with somebody else."""
    said, faults = form.read(Given)
    if said is None:
        form.said(Seen)
        return await _visit(request, app, actor, pages, appointment_id, typed=form, faults=faults)
    command = ReassignAppointment(
        appointment_id=AppointmentId(appointment_id),
        expected_version=said.expected,
        provider=PractitionerId(said.provider),
        patient_agreed=said.agreed is not None,
    )
    if refused := await refusal_of(app.reassign_appointment(command, actor, key)):
        return await _visit(request, app, actor, pages, appointment_id, typed=form, refused=refused)
    return go_on(request, f"../{appointment_id}", done="reassigned")


@router.get("/cancel")
async def ask_to_cancel(request: Request, app: App, actor: CurrentActor, pages: Pages, appointment_id: str) -> Response:
    """Whether it is to be called off, and for whose sake, which is known of somebody's absence. Changes nothing."""
    asked = Form({name: value for name, value in request.query_params.items() if name in ASKED | {"reason"}})
    return await _ask_to_cancel(request, app, actor, pages, appointment_id, asked, {})


@router.post("/cancel")
async def cancel(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    appointment_id: str,
    form: Submitted,
    key: FormRequest,
) -> Response:
    """Call it off and give its time back."""
    said, faults = form.read(CalledOff)
    if said is None:
        form.said(Seen)
        return await _ask_to_cancel(request, app, actor, pages, appointment_id, form, faults)
    pair = AppointmentId(said.integration) if said.integration else None
    command = CancelAppointment(AppointmentId(appointment_id), said.expected, said.reason, pair)
    if refused := await refusal_of(app.cancel_appointment(command, actor, key)):
        return await _ask_to_cancel(request, app, actor, pages, appointment_id, form, {}, refused)
    if (away := _away(form)) is not None:
        return go_on(request, "../../absences/concerned", done="cancelled", **away.parameters)
    return go_on(request, f"../{appointment_id}", done="cancelled")


async def _visit(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    appointment_id: str,
    *,
    done: str | None = None,
    typed: Form = UNTYPED,
    faults: dict[str, str] | None = None,
    refused: Refused | None = None,
) -> Response:
    seen = await app.read_visit(AppointmentId(appointment_id), actor)
    return show_desk(
        request,
        pages,
        "visit.html",
        status=422 if faults else 200,
        done=done,
        refused=refused,
        marks=[each.value for each in marks_for(seen.visit, seen.task, app.ports.policy, now=seen.as_of)],
        endings=_endings(seen),
        typed=typed,
        faults=faults or {},
        people=sorted(seen.others, key=lambda each: (each.name, each.id)),
        staff=await staff_of(app, *_resources(seen)),
        **_shown(seen),
    )


async def _ask_to_cancel(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    appointment_id: str,
    typed: Form,
    faults: dict[str, str],
    refused: Refused | None = None,
) -> Response:
    seen = await app.read_visit(AppointmentId(appointment_id), actor)
    free = seen.visit.could_not_be_lost
    return show_desk(
        request,
        pages,
        "cancel.html",
        status=422 if faults else 200,
        refused=refused,
        reasons=[(each.value, (CancelledBy.CLINIC if free else WHOSE[each]).value) for each in REASONS],
        typed=typed,
        faults=faults,
        away=_away(typed),
        **_shown(seen),
    )


def _away(form: Form) -> Away | None:
    """Whose absence it is called off for, to go back to what else follows from it."""
    away, _ = form.read(Away)
    return away


def _shown(seen: VisitRead) -> dict[str, Any]:
    return {
        "seen": seen,
        "visit": seen.visit,
        "who": f"{seen.patient.details.given_name} {seen.patient.details.family_name}",
        "movable": movable(seen, seen.as_of),
    }


def _endings(seen: VisitRead) -> list[str]:
    """How it can end, of a consultation that is taking place; a treatment visit is ended by its session."""
    visit = seen.visit
    allowed = DISPOSITIONS.get(visit.kind, frozenset()) if visit.status is Status.ARRIVED else frozenset()
    return [each.value for each in Disposition if each in allowed and visit.starts_at <= seen.as_of]


def _resources(seen: VisitRead) -> list[Resource]:
    """Who gives it and where, whether or not they still work here."""
    people = [Resource(ResourceKind.PRACTITIONER, each.id) for each in seen.visit.providers]
    return [*people, *([Resource(ResourceKind.ROOM, seen.visit.room_id)] if seen.visit.room_id else [])]


def movable(seen: VisitRead, now: datetime) -> bool:
    """Whether it is booked and to come."""
    return seen.visit.status == "booked" and not seen.visit.unmarked and seen.visit.starts_at > now
