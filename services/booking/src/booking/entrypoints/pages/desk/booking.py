"""A visit is booked at the desk: a time, for a dosing visit its integration, a last look that says what is in the way,
booked. For whoever finds no time there is the waitlist.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from booking.application.commands.book_appointment import BookAppointment
from booking.application.commands.book_dosing import BookDosing
from booking.application.commands.join_waitlist import JoinWaitlist
from booking.application.scheduling import Wish
from booking.application.use_cases import Booking
from booking.domain.ids import PatientId, PractitionerId
from booking.domain.intervals import day_interval
from booking.domain.visits import Modality, VisitKind
from booking.entrypoints.http.schemas import App, StaffId
from booking.entrypoints.pages.desk.choosing import Searched, Typed, integration_times, times_for, typed_moment
from booking.entrypoints.pages.desk.showing import show_desk, staff_of
from careflow_service.http.dependencies import CurrentActor, RequestBody
from careflow_service.http.fields import Day, Moment
from careflow_service.identity import Actor
from careflow_service.pages.forms import UNTYPED, Form, FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(prefix="/pages/desk/patients/{patient_id}", include_in_schema=False)

NONE: Final[Mapping[str, str]] = {}
TalkedBy = Literal[Modality.IN_PERSON, Modality.VIDEO]
"""How an integration is held."""


class Kind(RequestBody):
    """Which visit is looked for, as the pages themselves keep it."""

    kind: VisitKind
    modality: Modality
    provider: StaffId | None = None

    def of(self, patient_id: str) -> Searched:
        return Searched(
            patient_id=PatientId(patient_id), kind=self.kind, modality=self.modality, provider=self.provider
        )


class Chosen(Kind):
    """With the time that was chosen, and of a dosing visit that of its integration."""

    starts_at: Moment
    integration_at: Moment | None = None
    integration_modality: TalkedBy = Modality.VIDEO

    def wish(self) -> Wish:
        return Wish(kind=self.kind, starts_at=self.starts_at, modality=self.modality, provider=self.provider)

    def integration(self) -> Wish | None:
        """The integration booked with a dosing visit."""
        if self.kind is not VisitKind.DOSING or self.integration_at is None:
            return None
        return Wish(kind=VisitKind.INTEGRATION, starts_at=self.integration_at, modality=self.integration_modality)


class Days(RequestBody):
    """On which days it would do, both of them included."""

    first: Day | None = None
    last: Day | None = None


async def _searched(
    patient_id: str,
    kind: VisitKind,
    modality: Modality,
    provider: Annotated[str, Query(pattern="^[A-Za-z0-9_-]{0,64}$")] = "",
) -> Searched:
    return Searched(
        patient_id=PatientId(patient_id), kind=kind, modality=modality, provider=PractitionerId(provider) or None
    )


Asked = Annotated[Searched, Depends(_searched)]


@router.get("/times")
async def times(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    asked: Asked,
    first: Day | None = None,
    day: Day | None = None,
) -> Response:
    """Free times for a visit of this kind."""
    return await _times(request, app, actor, pages, asked, first=first, day=day)


@router.get("/integration")
async def times_of_integration(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    asked: Asked,
    starts_at: Moment,
    integration_modality: TalkedBy = Modality.VIDEO,
    day: Day | None = None,
) -> Response:
    """Free times for the integration after a dose at this time."""
    root = f"desk/patients/{asked.patient_id}"
    free = await integration_times(asked, starts_at, integration_modality, app, actor, pages, day)
    return show_desk(
        request,
        pages,
        "integration.html",
        who=await _who(app, actor, asked),
        dosing_at=starts_at,
        given={**_given(asked), "starts_at": starts_at.isoformat()},
        modality=integration_modality,
        path=f"{root}/integration",
        onwards=f"{root}/book",
        back=f"{root}/times",
        booked=None,
        **free,
    )


@router.get("/book")
async def ask_to_book(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    asked: Asked,
    starts_at: Moment | None = None,
    at: Typed = None,
    integration_at: Moment | None = None,
    integration_modality: TalkedBy = Modality.VIDEO,
) -> Response:
    """What would be booked, and what is in its way. Changes nothing."""
    wished = starts_at or typed_moment(at, pages)
    if wished is None:
        return await _times(
            request, app, actor, pages, asked, typed=Form({"at": at or ""}), faults={"at": "wrong_type"}
        )
    then = {} if integration_at is None else {"integration_at": integration_at}
    chosen = Chosen.model_validate(
        {**_given(asked), "starts_at": wished, "integration_modality": integration_modality, **then}
    )
    return await _ask(request, app, actor, pages, asked, chosen)


@router.post("/book")
async def book(
    request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: str, form: Submitted, key: FormRequest
) -> Response:
    """Book it, a dosing visit with its integration: both or none."""
    chosen = form.said(Chosen)
    asked, integration = chosen.of(patient_id), chosen.integration()
    if integration is None:
        booking = refusal_of(app.book_appointment(BookAppointment(asked.patient_id, chosen.wish()), actor, key))
    else:
        booking = refusal_of(app.book_dosing(BookDosing(asked.patient_id, chosen.wish(), integration), actor, key))
    if refused := await booking:
        return await _ask(request, app, actor, pages, asked, chosen, refused=refused)
    return go_on(request, f"../{patient_id}", done="booked")


@router.post("/wait")
async def wait(
    request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: str, form: Submitted, key: FormRequest
) -> Response:
    """Onto the waitlist for a kind of visit, on any day or between two."""
    asked = form.said(Kind).of(patient_id)
    days, faults = form.read(Days)
    if days is None:
        return await _times(request, app, actor, pages, asked, typed=form, faults=faults)
    command = JoinWaitlist(
        patient_id=asked.patient_id,
        kind=asked.kind,
        modality=asked.modality,
        starts_from=_midnight(days.first, pages),
        starts_before=_midnight(days.last and days.last + timedelta(days=1), pages),
    )
    if refused := await refusal_of(app.join_waitlist(command, actor, key)):
        return await _times(request, app, actor, pages, asked, typed=form, refused=refused)
    return go_on(request, f"../{patient_id}", done="waits")


async def _times(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    asked: Searched,
    *,
    first: date | None = None,
    day: date | None = None,
    typed: Form = UNTYPED,
    faults: Mapping[str, str] = NONE,
    refused: Refused | None = None,
) -> Response:
    found = await times_for(asked, app, actor, pages, first=first, day=day)
    root = f"desk/patients/{asked.patient_id}"
    return show_desk(
        request,
        pages,
        "times.html",
        status=422 if faults else 200,
        refused=refused or found.refused,
        who=await _who(app, actor, asked),
        asked=asked,
        staff=await staff_of(app),
        given=_given(asked),
        path=f"{root}/times",
        onwards=f"{root}/integration" if asked.kind is VisitKind.DOSING else f"{root}/book",
        last_look=f"{root}/book",
        back=root,
        waits=f"{root}/wait",
        typed=typed,
        faults=faults,
        **found.free,
    )


async def _ask(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    asked: Searched,
    chosen: Chosen,
    *,
    refused: Refused | None = None,
) -> Response:
    integration = chosen.integration()
    weighed = {
        chosen.kind: await app.weigh_visit(
            asked.patient_id, chosen.wish(), actor, integration_at=integration.starts_at if integration else None
        )
    }
    if integration is not None:
        weighed[integration.kind] = await app.weigh_visit(asked.patient_id, integration, actor)
    given = _given(asked)
    root = f"desk/patients/{asked.patient_id}"
    kept = {name: str(value) for name, value in chosen.model_dump(mode="json").items() if value is not None}
    return show_desk(
        request,
        pages,
        "check.html",
        refused=refused,
        who=await _who(app, actor, asked),
        staff=await staff_of(app),
        wishes=[each for each in (chosen.wish(), integration) if each is not None],
        visit=None,
        weighed=weighed,
        possible=all(each.possible for each in weighed.values()),
        kept=kept,
        given=given,
        path=f"{root}/book",
        all_times=f"{root}/times",
        integration=f"{root}/integration" if chosen.kind is VisitKind.DOSING else None,
    )


async def _who(app: Booking, actor: Actor, asked: Searched) -> str:
    return (await app.name_patients([asked.patient_id], actor)).get(asked.patient_id, "")


def _given(asked: Searched) -> dict[str, str]:
    with_whom = {"provider": asked.provider} if asked.provider else {}
    return {"kind": asked.kind.value, "modality": asked.modality.value, **with_whom}


def _midnight(day: date | None, pages: Site) -> datetime | None:
    return None if day is None else day_interval(day, pages.zone).start
