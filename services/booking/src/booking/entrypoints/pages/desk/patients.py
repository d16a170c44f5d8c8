"""A patient at the desk: found by birth date and contact, their visits, and what may be booked for them and why not."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from booking.application.use_cases import Booking
from booking.domain.ids import PatientId
from booking.domain.intervals import day_interval
from booking.domain.patients import Patient
from booking.domain.visits import Modality, VisitKind
from booking.entrypoints.http.access import ACCESS
from booking.entrypoints.http.patient_schemas import SearchBody
from booking.entrypoints.http.schemas import App
from booking.entrypoints.pages.desk.callers import is_young
from booking.entrypoints.pages.desk.showing import SHOWN, Done, show_desk, staff_of, today_of
from careflow_service.http.dependencies import CurrentActor, PageCursor, Repeatable
from careflow_service.pages.forms import UNTYPED, Form, Submitted
from careflow_service.pages.site import Pages, Site
from careflow_service.work import side_by_side

router = APIRouter(prefix="/pages/desk", include_in_schema=False)


@router.get("/find")
async def ask_whom(request: Request, app: App, pages: Pages) -> Response:
    """By what a patient is found."""
    return _find(request, app, pages, UNTYPED, {}, None)


@router.post("/find")
async def find_patients(
    request: Request, app: App, actor: CurrentActor, pages: Pages, form: Submitted, _: Repeatable
) -> Response:
    """Who was born then and has this address or number; what was typed is in no address. Changes nothing."""
    typed = form.with_day("birth_date")
    asked, faults = typed.read(SearchBody)
    if asked is not None and asked.email is None and asked.phone is None:
        faults = {"phone": "email_or_phone"}
    if asked is None or faults:
        young = asked is not None and is_young(app, pages, asked.birth_date)
        return _find(request, app, pages, form, faults, None, young=young)
    found = await app.find_patients.by_contact(actor, asked.birth_date, email=asked.email, phone=asked.phone)
    return _find(request, app, pages, form, {}, found, young=is_young(app, pages, asked.birth_date))


@router.get("/patients/{patient_id}")
async def patient(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    patient_id: str,
    after: PageCursor = None,
    later: PageCursor = None,
    done: Done = None,
) -> Response:
    """Their visits, those from today on first, and for each kind of visit whether it may be booked as things stand."""
    whose = PatientId(patient_id)
    today = day_interval(today_of(pages), pages.zone).start
    person, report, waits, (coming, been) = await side_by_side(
        app.read_patient(whose, actor),
        app.read_care_path(whose, actor),
        app.read_waitlist(whose, actor, SHOWN, None),
        side_by_side(
            app.read_appointments.since(whose, today, actor, SHOWN, later),
            app.read_appointments.before(whose, today, actor, SHOWN, after),
        ),
    )
    return show_desk(
        request,
        pages,
        "patient.html",
        done=done,
        person=person,
        report=report,
        visits={"coming": coming, "been": been},
        cursors={"coming": "later", "been": "after"},
        waits=waits.items,
        staff=await staff_of(app),
        people=sorted(await app.practitioners.active(), key=lambda each: (each.name, each.id)),
        visit_kinds=tuple(VisitKind),
        ways=tuple(Modality),
        years=app.ports.policy.minimum_age_years.value,
        young=is_young(app, pages, person.details.birth_date),
        of_age=person.details.comes_of_age(app.ports.policy),
        may_change=ACCESS["POST /pages/desk/patients/{patient_id}/details"].admits(actor, {}),
    )


def _find(
    request: Request,
    app: Booking,
    pages: Site,
    form: Form,
    faults: dict[str, str],
    found: tuple[Patient, ...] | None,
    *,
    young: bool = False,
) -> Response:
    typed = form.with_day("birth_date")
    return show_desk(
        request,
        pages,
        "find.html",
        status=422 if faults else 200,
        typed=typed.parted("birth_date"),
        faults=faults,
        found=found,
        young=young,
        years=app.ports.policy.minimum_age_years.value,
        kept={name: typed[name] for name in ("birth_date", "phone", "email") if typed[name]},
    )
