"""Somebody is away for some days, or a room is closed: first what would follow for whom, then the absence, all of it or
none, then each visit given to somebody else, moved or called off; and that they are there after all.
"""

from datetime import date, timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from booking.application.commands.reassign_appointment import ReassignAppointment
from booking.application.commands.record_absence import RecordAbsence
from booking.application.commands.record_return import RecordReturn
from booking.application.use_cases import Booking
from booking.domain.absences import LONGEST_ABSENCE
from booking.domain.calendar import Resource, ResourceKind
from booking.domain.cancellations import CancelReason
from booking.domain.ids import AppointmentId
from booking.domain.intervals import days_interval
from booking.entrypoints.http.schemas import App
from booking.entrypoints.pages.desk.showing import Done, Seen, bookable, show_desk, staff_of, today_of
from careflow_service.http.dependencies import CurrentActor, PageCursor, RequestBody
from careflow_service.http.fields import Day
from careflow_service.identity import Actor
from careflow_service.pages.forms import Form, FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from careflow_service.work import side_by_side

router = APIRouter(prefix="/pages/desk/absences", include_in_schema=False)

A_FEW: Final = 20
"""For each of them a substitute and other times are looked for."""
REASONS: Final = {
    ResourceKind.PRACTITIONER: CancelReason.PROVIDER_UNAVAILABLE,
    ResourceKind.ROOM: CancelReason.CLINIC_CLOSED,
}
"""Why a visit is called off that they cannot give."""


class Away(RequestBody):
    """Who, or which room, and from which date of the clinic until which; for one where no last one is said."""

    who: Annotated[str, Field(pattern="^(practitioner|room):[A-Za-z0-9_-]{1,64}$")]
    day: Day
    until: Day | None = None

    @field_validator("until")
    @classmethod
    def _in_order(cls, until: date | None, info: ValidationInfo) -> date | None:
        first: date | None = info.data.get("day")
        if until is None or first is None:
            return until
        if until < first:
            raise PydanticCustomError("end_before_start", "the last day is before the first")
        if until - first >= timedelta(days=LONGEST_ABSENCE.days):
            raise PydanticCustomError("absence_too_long", "longer than one absence may be")
        return until

    @property
    def last(self) -> date:
        return self.until or self.day

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.day + timedelta(days=each) for each in range((self.last - self.day).days + 1))

    @property
    def resource(self) -> Resource:
        kind, _, name = self.who.partition(":")
        return Resource(ResourceKind(kind), name)

    @property
    def parameters(self) -> dict[str, str]:
        return {"who": self.who, "day": str(self.day), "until": str(self.last)}


ASKED: Final = frozenset(Away.model_fields)
"""What the form of an absence asks."""


class AwayAsSeen(Away, Seen):
    """As which version the person or room was seen; in the form of a visit, the visit."""

    agreed: Literal["1"] | None = None


@router.get("")
async def absence(request: Request, app: App, pages: Pages) -> Response:
    """Who is away when; and on to what would follow once that is said."""
    asked = _asked(request)
    away, faults = asked.read(Away)
    if away is not None:
        return go_on(request, "absences/concerned", **away.parameters)
    people, rooms = await side_by_side(app.practitioners.active(), app.rooms.active())
    whom = [(f"practitioner:{each.id}", each.name) for each in sorted(people, key=lambda each: each.name)]
    whom += [(f"room:{each.id}", each.name) for each in sorted(rooms, key=lambda each: each.name)]
    faults = faults if ASKED & request.query_params.keys() else {}
    return show_desk(
        request,
        pages,
        "absence.html",
        status=422 if faults else 200,
        whom=whom,
        typed=asked,
        faults=faults,
        today=today_of(pages),
    )


@router.get("/concerned")
async def concerned(
    request: Request, app: App, actor: CurrentActor, pages: Pages, after: PageCursor = None, done: Done = None
) -> Response:
    """What would follow, or has followed. Changes nothing."""
    return await _concerned(request, app, actor, pages, _asked(request).said(Away), after=after, done=done)


@router.post("")
async def record_absence(
    request: Request, app: App, actor: CurrentActor, pages: Pages, form: Submitted, key: FormRequest
) -> Response:
    """They are away: nothing more is booked with them then, on none of the days."""
    away = form.said(AwayAsSeen)
    command = RecordAbsence(away.resource, away.expected, days_interval(away.day, away.last, pages.zone))
    if refused := await refusal_of(app.record_absence(command, actor, key)):
        return await _concerned(request, app, actor, pages, away, refused=refused)
    return go_on(request, "absences/concerned", done="away", **away.parameters)


@router.post("/over")
async def record_return(
    request: Request, app: App, actor: CurrentActor, pages: Pages, form: Submitted, key: FormRequest
) -> Response:
    """They are there after all, on all of these days on which they are away."""
    away = form.said(AwayAsSeen)
    command = RecordReturn(away.resource, away.expected, away.days)
    if refused := await refusal_of(app.record_return(command, actor, key)):
        return await _concerned(request, app, actor, pages, away, refused=refused)
    return go_on(request, "concerned", done="back", **away.parameters)


@router.post("/visits/{appointment_id}/reassign")
async def give_visit(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    appointment_id: str,
    form: Submitted,
    key: FormRequest,
) -> Response:
    """Give one of their visits to whoever can: it costs the patient nothing. Calling one off is asked on a page of its
    own, as everywhere.
    """
    away = form.said(AwayAsSeen)
    given = ReassignAppointment(
        appointment_id=AppointmentId(appointment_id),
        expected_version=away.expected,
        without=frozenset({away.resource.id}),
        patient_agreed=away.agreed is not None,
    )
    if refused := await refusal_of(app.reassign_appointment(given, actor, key)):
        return await _concerned(request, app, actor, pages, away, refused=refused)
    return go_on(request, "../../concerned", done="reassigned", **away.parameters)


def _asked(request: Request) -> Form:
    asked = {name: request.query_params.get(name, "").strip() for name in ASKED}
    return Form({name: value for name, value in asked.items() if value})


async def _concerned(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    away: Away,
    *,
    after: str | None = None,
    done: str | None = None,
    refused: Refused | None = None,
) -> Response:
    """The visits concerned and what can become of each; the buttons for it once the absence is recorded."""
    whose = await bookable(app, away.resource)
    span = days_interval(away.day, away.last, pages.zone)
    found = await app.find_alternatives(away.resource, span, actor, A_FEW, after)
    names = await app.name_patients([each.visit.patient_id for each in found.items], actor)
    return show_desk(
        request,
        pages,
        "absent.html",
        done=done,
        refused=refused,
        away=away,
        reason=REASONS[away.resource.kind].value,
        name=whose.name,
        version=whose.version,
        recorded=not whose.active or not any(whose.hours.open_on(day, pages.zone) for day in away.days),
        closed=whose.hours.closed_on(away.days) if whose.active else (),
        further=after is not None,
        found=found,
        names=names,
        staff=await staff_of(app, away.resource),
    )
