"""The free call, booked by a visitor on a phone or at a desk: how and where, a time, who, a last look, asked for; and
booked by the link that they are sent.

One thing a page; nothing typed about a person is ever part of an address; nothing is kept before the last button.
Opening the link changes nothing, for programs open links too; pressing the button behind it does.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from booking.application.commands.book_info_call import BookInfoCall
from booking.application.queries.find_openings import FindOpenings
from booking.application.results import Scheduled
from booking.application.use_cases import Booking
from booking.domain.visits import Modality, VisitKind
from booking.entrypoints.http.icalendar_views import invitation
from booking.entrypoints.http.public_schemas import InfoCallBody
from booking.entrypoints.http.schemas import App
from booking.entrypoints.pages.free_times import free_times
from careflow_domain.errors import DomainError
from careflow_service.http.dependencies import ClientAddress, CurrentActor
from careflow_service.http.fields import Day, Moment
from careflow_service.http.places import UsState
from careflow_service.ids import new_id
from careflow_service.pages.forms import KEY, Form, FormRequest, Submitted
from careflow_service.pages.site import Pages, Site
from careflow_service.problems import INVALID_REQUEST, Problem

router = APIRouter(prefix="/pages/free-call", include_in_schema=False)

ZONES: Final = (
    "America/Los_Angeles",
    "America/Denver",
    "America/Phoenix",
    "America/Chicago",
    "America/New_York",
    "America/Anchorage",
    "Pacific/Honolulu",
)
"""What a visitor's clock may show, beside the clinic's own."""

OF_BIRTH_DATE: Final = frozenset({"minor_not_served", "birth_date_in_future"})
"""Refusals that are about this answer."""

OF_TIME: Final = frozenset({"slot_off_grid", "slot_in_past", "slot_too_soon", "slot_too_far"})
"""Refusals that are about the time, beside those that name the next free ones."""

OVER: Final = {"appointment_not_found": 404, "hold_expired": 410, "outside_hours": 422}
"""Refusals that say of a link that its call cannot be booked by it."""

NONE: Final[Mapping[str, str]] = {}

PERSON: Final = ("given_name", "family_name", "birth_date", "email", "phone")
WISH: Final = ("modality", "state", "zone", "starts_at")


Zone = Annotated[str | None, Query(max_length=64)]
Secret = Annotated[str, Path(max_length=128)]


@router.get("")
async def free_call(
    request: Request, app: App, pages: Pages, modality: Modality | None = None, state: UsState | None = None
) -> Response:
    """What the call is, and the two things that must be known to find a time."""
    if not {"modality", "state"} & request.query_params.keys():
        return _start(request, app, pages)
    missing = {} if modality else {"modality": "required"}
    return _start(request, app, pages, modality, state, {**missing, **_unserved(state, app)})


@router.get("/times")
async def free_call_times(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    modality: Modality | None = None,
    state: UsState | None = None,
    zone: Zone = None,
    first: Day | None = None,
    day: Day | None = None,
) -> Response:
    """The days with a free time, and the times of one of them."""
    if modality is None or state is None or _unserved(state, app):
        return RedirectResponse(f"../free-call?{request.url.query}", 303)
    clock = _zone(zone, pages)
    wanted = partial(FindOpenings, kind=VisitKind.INFO_CALL, modality=modality, state=state)
    free = await free_times(
        lambda since, before: app.find_openings(wanted(starts_from=since, starts_before=before), actor),
        first=first,
        day=day,
        now=pages.clock(),
        clock=clock,
        horizon=app.ports.policy.horizon,
    )
    return pages.show(
        request.scope,
        "times.html",
        wish={"modality": modality, "state": state, "zone": clock.key},
        zones=[ZoneInfo(name) for name in dict.fromkeys((pages.zone.key, *ZONES))],
        **free,
    )


@router.get("/details")
async def free_call_details(
    request: Request, pages: Pages, modality: Modality, state: UsState, starts_at: Moment, zone: Zone = None
) -> Response:
    """Who is to be called."""
    wish = {"modality": modality, "state": state, "starts_at": starts_at.isoformat(), "zone": _zone(zone, pages).key}
    return _details(request, pages, Form(wish), NONE)


@router.post("/edit")
async def edit_free_call(request: Request, pages: Pages, form: Submitted) -> Response:
    """The form again, with what was typed. Changes nothing."""
    return _details(request, pages, form, NONE)


@router.post("/check")
async def check_free_call(request: Request, app: App, pages: Pages, form: Submitted) -> Response:
    """Everything once more, before it counts; or what is wrong with it. Changes nothing."""
    typed = form.with_day("birth_date")
    body, faults = _read(typed)
    if body is None:
        return _details(request, pages, form, faults)
    person = body.details()
    try:
        person.check_adult(app.ports.policy, pages.clock().astimezone(pages.zone).date())
    except DomainError as refused:
        return _not_of_age(request, app, pages, typed, refused)
    kept = {name: typed[name] for name in (*WISH, *PERSON) if typed[name]}
    return pages.show(
        request.scope,
        "check.html",
        body=body,
        zone=_zone(typed["zone"], pages),
        kept={KEY: form.fields.get(KEY) or new_id(), **kept},
    )


@router.post("/book")
async def book_free_call(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    form: Submitted,
    client: ClientAddress,
    key: FormRequest,
) -> Response:
    """Ask for it. Sent twice it is one call; a time that is gone offers the next ones. Where it is booked by this, and
    sent once more as `calendar`, it is answered for the visitor's calendar.
    """
    body, faults = _read(form)
    if body is None:
        return _details(request, pages, form, faults)
    zone = _zone(form["zone"], pages)
    try:
        # They are written to in the language they read here, by the clock they chose.
        visitor = replace(body.details(), language=pages.words(request.scope).language, timezone=zone.key)
        done = await app.book_info_call(BookInfoCall(visitor, body.starts_at, body.modality, client), actor, key)
    except DomainError as refused:
        if refused.code in OF_BIRTH_DATE:
            return _not_of_age(request, app, pages, form, refused)
        if refused.code == "state_not_served":
            return _start(request, app, pages, body.modality, body.state, {"state": refused.code})
        if refused.code in OF_TIME or "next_free" in refused.extra:
            return _taken(request, pages, form, zone, refused)
        raise
    if done.value.held_until is not None:
        return pages.show(request.scope, "call_kept.html", status=201, booked=done.value, body=body, zone=zone)
    if "calendar" in request.query_params:
        return invitation(app.read_invitation.to(done.value, body.email))
    return pages.show(
        request.scope, "booked.html", status=201, booked=done.value, body=body, zone=zone, kept=dict(form.fields)
    )


@router.get("/confirm/{secret}")
async def ask_to_confirm(request: Request, app: App, actor: CurrentActor, pages: Pages, secret: Secret) -> Response:
    """What pressing the button books. Changes nothing."""
    try:
        asked = await app.read_asked_call(secret, actor)
    except DomainError as refused:
        return _over(request, pages, refused)
    if asked.held_until is None:
        return _confirmed(request, pages, asked)
    return pages.show(request.scope, "call_asked.html", asked=asked, zone=pages.zone, kept={KEY: new_id()})


@router.post("/confirm/{secret}")
async def confirm_free_call(
    request: Request, app: App, actor: CurrentActor, pages: Pages, secret: Secret, key: FormRequest
) -> Response:
    """It was they who asked. Pressed twice it is one call."""
    try:
        done = await app.confirm_info_call(secret, actor, key)
    except DomainError as refused:
        return _over(request, pages, refused)
    return _confirmed(request, pages, done.value)


def _confirmed(request: Request, pages: Site, booked: Scheduled) -> Response:
    return pages.show(request.scope, "call_confirmed.html", booked=booked, zone=pages.zone)


def _over(request: Request, pages: Site, refused: DomainError) -> Response:
    """A link that leads nowhere, or a time that is gone: the way to another one."""
    if refused.code not in OVER:
        raise refused
    return pages.show(request.scope, "call_over.html", status=OVER[refused.code], code=refused.code)


def _read(form: Form) -> tuple[InfoCallBody | None, Mapping[str, str]]:
    """What the form says, or what is wrong with what was typed. What the pages themselves keep in it is not typed."""
    body, faults = form.read(InfoCallBody)
    if not faults.keys() <= set(PERSON):
        raise Problem(INVALID_REQUEST)
    return body, faults


def _unserved(state: str | None, app: Booking) -> dict[str, str]:
    if state is None:
        return {"state": "required"}
    return {} if app.ports.policy.serves(state) else {"state": "state_not_served"}


def _start(
    request: Request,
    app: Booking,
    pages: Site,
    modality: Modality | None = None,
    state: str | None = None,
    faults: Mapping[str, str] = NONE,
) -> Response:
    return pages.show(
        request.scope,
        "start.html",
        status=422 if faults else 200,
        modality=modality,
        state=state or app.ports.policy.home_state,
        faults=faults,
    )


def _details(request: Request, pages: Site, form: Form, faults: Mapping[str, str]) -> Response:
    """The form with what was typed, and a key of its own from now on."""
    return pages.show(
        request.scope,
        "details.html",
        status=422 if faults else 200,
        typed=form.parted("birth_date"),
        kept={KEY: new_id(), **{name: form[name] for name in WISH if form[name]}},
        zone=_zone(form["zone"], pages),
        faults=faults,
    )


def _not_of_age(request: Request, app: Booking, pages: Site, form: Form, refused: DomainError) -> Response:
    """An end, and who can help: whoever reads only that the date is wrong gives another one."""
    if refused.code != "minor_not_served":
        return _details(request, pages, form, {"birth_date": refused.code})
    kept = {name: form[name] for name in (*WISH, *PERSON) if form[name]}
    years = app.ports.policy.minimum_age_years.value
    return pages.show(request.scope, "not_of_age.html", status=422, years=years, kept={KEY: new_id(), **kept})


def _taken(request: Request, pages: Site, form: Form, zone: ZoneInfo, refused: DomainError) -> Response:
    kept = {name: form[name] for name in (*WISH, *PERSON) if form[name] and name != "starts_at"}
    free: list[datetime] = list(refused.extra.get("next_free", ()))  # type: ignore[call-overload] # see Scheduling.run
    return pages.show(request.scope, "taken.html", status=409, free=free, zone=zone, kept={KEY: new_id(), **kept})


def _zone(name: str | None, pages: Site) -> ZoneInfo:
    """The zone a visitor chose among those offered; the clinic's where they chose none."""
    return ZoneInfo(name) if name in ZONES else pages.zone
