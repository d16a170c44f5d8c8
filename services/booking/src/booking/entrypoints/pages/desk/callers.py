"""Whoever calls and is new: they are registered and their free call is booked in one step.

Invariant: of whoever is not of age nothing is kept; whoever is at the telephone is told what to say to them instead.
"""

from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from booking.application.commands.book_info_call import BookInfoCall
from booking.application.queries.find_openings import FindOpenings
from booking.application.results import Scheduled
from booking.application.use_cases import Booking
from booking.domain.inquiries import Inquiry
from booking.domain.patient_details import comes_of_age
from booking.domain.visits import Modality, VisitKind
from booking.entrypoints.http.public_schemas import InfoCallBody
from booking.entrypoints.http.schemas import App
from booking.entrypoints.pages.desk.showing import show_desk, today_of
from careflow_service.http.dependencies import CurrentActor, Repeatable, RequestBody
from careflow_service.http.fields import Day
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.forms import KEY, UNTYPED, Form, FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(prefix="/pages/desk/callers", include_in_schema=False)

FREE_WITHIN: Final = timedelta(days=14)
"""The free times of so many days are offered for the call."""
BORN: Final = "birth_date"
TYPED: Final = ("given_name", "family_name", "birth_date", "phone", "email", "state", "modality", "starts_at")


class Born(RequestBody):
    birth_date: Day


@router.get("")
async def ask_caller(request: Request, app: App, actor: CurrentActor, pages: Pages) -> Response:
    """Who calls. Changes nothing."""
    return await _form(request, app, actor, pages, UNTYPED, {})


@router.post("/form")
async def ask_caller_again(
    request: Request, app: App, actor: CurrentActor, pages: Pages, form: Submitted, _: Repeatable
) -> Response:
    """With what was typed to find them, or before; `mistyped` where the date is to be changed. Changes nothing."""
    if not form["mistyped"] and types_young(app, pages, form):
        return _not_of_age(request, app, pages, form)
    return await _form(request, app, actor, pages, form, {})


@router.post("")
async def book_for_caller(
    request: Request, app: App, actor: CurrentActor, pages: Pages, form: Submitted, key: FormRequest
) -> Response:
    """Register them and book the call. Sent twice it is one call."""
    if types_young(app, pages, form):
        return _not_of_age(request, app, pages, form)
    body, faults = form.with_day("birth_date").read(InfoCallBody)
    if body is None:
        return await _form(request, app, actor, pages, form, faults)
    command = BookInfoCall(body.details(), body.starts_at, body.modality, client=None)
    booked: list[Scheduled] = []

    async def books() -> None:
        booked.append((await app.book_info_call(command, actor, key)).value)

    refused = await refusal_of(books(), typed=True)
    if refused is None:
        return go_on(request, f"patients/{booked[0].patient_id}", done="booked")
    if refused.code == "minor_not_served":
        return _not_of_age(request, app, pages, form)
    if refused.code == "birth_date_in_future":
        return await _form(request, app, actor, pages, form, {"birth_date": refused.code})
    return await _form(request, app, actor, pages, form, {}, refused=refused)


def is_young(app: Booking, pages: Site, born: date) -> bool:
    """Whether somebody born then is not of age today, by the clinic's date; a date to come is a mistake, not an age."""
    today = today_of(pages)
    return born <= today < comes_of_age(born, app.ports.policy)


def types_young(app: Booking, pages: Site, form: Form) -> bool:
    """The same of the date in a form, whatever else is wrong in it: that is asked of nobody who is not of age."""
    born, _ = Form({BORN: form.with_day(BORN)[BORN]}).read(Born)
    return born is not None and is_young(app, pages, born.birth_date)


async def free_calls(app: Booking, actor: Actor, pages: Site, state: str) -> dict[date, list[datetime]]:
    """When free calls may begin on each day, for whoever lives there; for anybody where no state is said."""
    now = pages.clock()
    wanted = FindOpenings(
        kind=VisitKind.INFO_CALL,
        modality=Modality.PHONE,
        starts_from=now,
        starts_before=now + FREE_WITHIN,
        state=state or None,
    )
    found = await app.find_openings(wanted, actor)
    starts = sorted({each.interval.start for each in found})
    return {on: list(times) for on, times in groupby(starts, key=lambda start: start.astimezone(pages.zone).date())}


async def _form(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    form: Form,
    faults: dict[str, str],
    *,
    refused: Refused | None = None,
) -> Response:
    typed = form if form["state"] else Form({**form.fields, "state": app.ports.policy.home_state})
    return show_desk(
        request,
        pages,
        "caller.html",
        status=422 if faults else 200,
        refused=refused,
        free=await free_calls(app, actor, pages, typed["state"]),
        now=pages.clock(),
        typed=typed.with_day("birth_date").parted("birth_date"),
        faults=faults,
    )


def _not_of_age(request: Request, app: Booking, pages: Site, form: Form) -> Response:
    return show_not_of_age(request, app, pages, form, "desk/callers/form")


def show_not_of_age(
    request: Request, app: Booking, pages: Site, form: Form, form_at: str, *, inquiry: Inquiry | None = None
) -> Response:
    """What to tell them, and a way back for a date that was mistyped: to the form that is there. Of whom an inquiry was
    kept it is said what becomes of that.
    """
    typed = form.with_day("birth_date")
    return show_desk(
        request,
        pages,
        "not_of_age.html",
        status=422,
        years=app.ports.policy.minimum_age_years.value,
        form_at=form_at,
        inq=inquiry,
        kept={KEY: new_id(), **{name: typed[name] for name in TYPED if typed[name]}},
    )
