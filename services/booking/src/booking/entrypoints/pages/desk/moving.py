"""A visit is moved at the desk: another time, with a dosing visit its integration, a last look that says what is in the
way, moved. It keeps its identity and its old time until the last button.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from booking.application.commands.reschedule_appointment import RescheduleAppointment
from booking.application.commands.reschedule_pair import ReschedulePair
from booking.application.queries.read_visit import VisitRead
from booking.application.scheduling import Wish
from booking.application.use_cases import Booking
from booking.domain.ids import AppointmentId
from booking.domain.visits import Modality, VisitKind
from booking.entrypoints.http.schemas import App
from booking.entrypoints.pages.desk.choosing import Searched, Typed, integration_times, times_for, typed_moment
from booking.entrypoints.pages.desk.showing import Seen, show_desk, staff_of
from careflow_service.http.dependencies import CurrentActor
from careflow_service.http.fields import Day, Moment
from careflow_service.identity import Actor
from careflow_service.pages.forms import UNTYPED, Form, FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(prefix="/pages/desk/visits/{appointment_id}", include_in_schema=False)


class Moved(Seen):
    """Where to; with a dosing visit its integration, where that moves too."""

    starts_at: Moment
    integration_at: Moment | None = None
    integration_modality: Modality | None = None


async def _read(app: App, actor: CurrentActor, appointment_id: str) -> VisitRead:
    return await app.read_visit(AppointmentId(appointment_id), actor)


Moving = Annotated[VisitRead, Depends(_read)]


@router.get("/times")
async def times(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    moving: Moving,
    first: Day | None = None,
    day: Day | None = None,
) -> Response:
    """The free times it could be moved to."""
    return await _times(request, app, actor, pages, moving, first=first, day=day)


@router.get("/integration")
async def times_of_integration(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    moving: Moving,
    starts_at: Moment,
    integration_modality: Modality | None = None,
    day: Day | None = None,
) -> Response:
    """The free times to which its integration could move, after a dose at this time."""
    booked = moving.integration
    modality = integration_modality or (booked.modality if booked else Modality.VIDEO)
    root = _root(moving)
    free = await integration_times(_searched(moving), starts_at, modality, app, actor, pages, day)
    return show_desk(
        request,
        pages,
        "integration.html",
        who=_who(moving),
        dosing_at=starts_at,
        given={"starts_at": starts_at.isoformat()},
        modality=modality,
        path=f"{root}/integration",
        onwards=f"{root}/move",
        back=f"{root}/times",
        booked=booked,
        **free,
    )


@router.get("/move")
async def ask_to_move(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    moving: Moving,
    starts_at: Moment | None = None,
    at: Typed = None,
    integration_at: Moment | None = None,
    integration_modality: Modality | None = None,
) -> Response:
    """Where it would be moved, and what is in its way. Changes nothing."""
    wished = starts_at or typed_moment(at, pages)
    if wished is None:
        faults = {"at": "wrong_type"}
        return await _times(request, app, actor, pages, moving, typed=Form({"at": at or ""}), faults=faults)
    given = {"integration_at": integration_at, "integration_modality": integration_modality}
    chosen = {name: value for name, value in given.items() if value is not None}
    moved = Moved.model_validate({"version": str(moving.visit.version), "starts_at": wished, **chosen})
    return await _ask(request, app, actor, pages, moving, moved)


@router.post("/move")
async def move(
    request: Request, app: App, actor: CurrentActor, pages: Pages, moving: Moving, form: Submitted, key: FormRequest
) -> Response:
    """The same visit at another time, a dosing visit with its integration: both or none."""
    moved = form.said(Moved)
    command = RescheduleAppointment(moving.visit.appointment_id, moved.expected, moved.starts_at)
    if moved.integration_at is None:
        doing = refusal_of(app.reschedule_appointment(command, actor, key))
    else:
        pair = ReschedulePair(command, moved.integration_at, moved.integration_modality)
        doing = refusal_of(app.reschedule_pair(pair, actor, key))
    if refused := await doing:
        return await _ask(request, app, actor, pages, moving, moved, refused=refused)
    return go_on(request, f"../{moving.visit.appointment_id}", done="moved")


async def _times(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    moving: VisitRead,
    *,
    first: Day | None = None,
    day: Day | None = None,
    typed: Form = UNTYPED,
    faults: dict[str, str] | None = None,
) -> Response:
    searched = _searched(moving)
    found = await times_for(searched, app, actor, pages, first=first, day=day)
    root = _root(moving)
    return show_desk(
        request,
        pages,
        "times.html",
        status=422 if faults else 200,
        refused=found.refused,
        who=_who(moving),
        asked=searched,
        staff={},
        given={},
        path=f"{root}/times",
        onwards=f"{root}/integration" if searched.kind is VisitKind.DOSING else f"{root}/move",
        last_look=f"{root}/move",
        back=root,
        waits=None,
        typed=typed,
        faults=faults or {},
        **found.free,
    )


async def _ask(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    moving: VisitRead,
    moved: Moved,
    *,
    refused: Refused | None = None,
) -> Response:
    """As the visit stands now."""
    visit, booked = moving.visit, moving.integration
    wish = Wish(kind=visit.kind, starts_at=moved.starts_at, modality=visit.modality)
    weighed = {
        visit.kind: await app.weigh_visit(
            visit.patient_id,
            wish,
            actor,
            moving=visit,
            together_with=booked.appointment_id if booked and moved.integration_at else None,
            integration_at=moved.integration_at,
        )
    }
    wishes = [wish]
    if booked is not None and moved.integration_at is not None:
        modality = moved.integration_modality or booked.modality
        follows = Wish(kind=VisitKind.INTEGRATION, starts_at=moved.integration_at, modality=modality)
        weighed[follows.kind] = await app.weigh_visit(visit.patient_id, follows, actor, moving=booked)
        wishes.append(follows)
    kept = {name: str(value) for name, value in moved.model_dump(mode="json").items() if value is not None}
    root = _root(moving)
    return show_desk(
        request,
        pages,
        "check.html",
        refused=refused,
        who=_who(moving),
        staff=await staff_of(app),
        wishes=wishes,
        visit=visit,
        weighed=weighed,
        possible=all(each.possible for each in weighed.values()),
        kept={**kept, "version": str(visit.version)},
        given={},
        path=f"{root}/move",
        all_times=f"{root}/times",
        integration=f"{root}/integration" if visit.kind is VisitKind.DOSING else None,
    )


def _searched(moving: VisitRead) -> Searched:
    visit = moving.visit
    return Searched(patient_id=visit.patient_id, kind=visit.kind, modality=visit.modality)


def _root(moving: VisitRead) -> str:
    return f"desk/visits/{moving.visit.appointment_id}"


def _who(moving: VisitRead) -> str:
    details = moving.patient.details
    return f"{details.given_name} {details.family_name}"
