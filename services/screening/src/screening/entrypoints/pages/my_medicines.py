"""What a patient takes, as they say it: added by the name they know, near spellings offered; that it is no longer taken
is a report; and that all of the intake is told.

Invariant: a near spelling is taken only where the patient chose it.
"""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import CurrentActor, RequestBody
from careflow_service.ids import new_id
from careflow_service.pages.asking import Filled
from careflow_service.pages.forms import KEY, UNTYPED, Form, FormRequest, Submitted
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from screening.application.commands.add_medication import AddMedication
from screening.application.commands.stop_medication import StopMedication
from screening.application.commands.submit_screening import SubmitScreening
from screening.application.queries.read_intake import IntakeSeen
from screening.domain.ids import MedicationId
from screening.domain.medications import Medication
from screening.entrypoints.http.history_routes import NewMedication, StoppedMedication
from screening.entrypoints.http.schemas import App
from screening.entrypoints.pages.my_history import whole_progress
from screening.entrypoints.pages.over import Mine, Over, OverRoute

router = APIRouter(prefix="/pages/questions/mine", include_in_schema=False, route_class=OverRoute)

Ticked = Literal["1"]


class AllTold(RequestBody):
    """One box for each statement."""

    history_complete: Ticked
    medications_complete: Ticked


@router.get("/medicines")
async def my_medicines(
    request: Request, pages: Pages, intake: Mine, done: Literal["added", "stopped"] | None = None
) -> Response:
    """What is on the list, and the form for one more."""
    return _list(request, pages, intake, Filled(), done=done)


@router.post("/medicines")
async def add_mine(
    request: Request, pages: Pages, intake: Mine, app: App, actor: CurrentActor, form: Submitted, key: FormRequest
) -> Response:
    """One more, by the name the patient knows; a name nobody knows is asked about once, if one comes near."""
    dated = form.with_day("started_on")
    body, faults = dated.read(NewMedication)
    near = intake.names.spelled(form["name"]) if form["name"] and "name" not in faults else ()
    chosen = form["meant"]
    if near and chosen not in (*near, form["name"]):
        faults = {**faults, "meant": "which"}
    if body is None or faults:
        return _list(request, pages, intake, Filled(form, faults), near=near)
    name = chosen if chosen in near else body.name
    command = AddMedication(intake.case_id, name, body.started_on, body.detail or "")
    if refused := await refusal_of(app.add_medication(command, actor, key), typed=True):
        return _list(request, pages, intake, Filled(form, refused=refused), near=near)
    return go_on(request, "medicines", anchor="done", done="added")


@router.get("/medicines/{medication_id}/stop")
async def ask_when_last_taken(request: Request, pages: Pages, intake: Mine, medication_id: str) -> Response:
    """Since when it is no longer taken."""
    taken = _one_of(intake, medication_id)
    if taken.stop is not None:
        return go_on(request, "../../medicines")
    return _stop(request, pages, taken, Filled())


@router.post("/medicines/{medication_id}/stop")
async def stop_mine(
    request: Request,
    pages: Pages,
    intake: Mine,
    app: App,
    actor: CurrentActor,
    medication_id: str,
    form: Submitted,
    key: FormRequest,
) -> Response:
    """It is no longer taken: a report, which a prescriber confirms."""
    taken = _one_of(intake, medication_id)
    body, faults = form.with_day("last_taken_on").read(StoppedMedication)
    if body is None:
        return _stop(request, pages, taken, Filled(form, faults))
    command = StopMedication(intake.case_id, taken.id, body.last_taken_on)
    refused = await refusal_of(app.stop_medication(command, actor, key), typed=True)
    if refused is None:
        return go_on(request, "../../medicines", anchor="done", done="stopped")
    beside = {"last_taken_on": refused.code} if refused.code in ("date_in_future", "dates_contradict") else {}
    return _stop(request, pages, taken, Filled(form, beside, None if beside else refused))


@router.get("/hand-in")
async def look_once_more(
    request: Request, pages: Pages, intake: Mine, done: Literal["handed-in"] | None = None
) -> Response:
    """What is still open, and the statements that nothing is left out."""
    return _hand_in(request, pages, intake, Filled(), done=done)


@router.post("/hand-in")
async def hand_in(
    request: Request, pages: Pages, intake: Mine, app: App, actor: CurrentActor, form: Submitted, key: FormRequest
) -> Response:
    """The clinic takes over."""
    body, faults = form.read(AllTold)
    if body is None:
        return _hand_in(request, pages, intake, Filled(form, faults))
    command = SubmitScreening(intake.case_id, history_complete=True, medications_complete=True)
    if refused := await refusal_of(app.submit_screening(command, actor, key), typed=True):
        return _hand_in(request, pages, intake, Filled(form, refused=refused))
    return go_on(request, "hand-in", anchor="done", done="handed-in")


def _one_of(intake: IntakeSeen, medication_id: str) -> Medication:
    """Raises `Over` where it is not on the list, or not any more."""
    found = next((each for each in intake.medications if each.id == MedicationId(medication_id)), None)
    if found is None:
        raise Over
    return found


def _list(
    request: Request,
    pages: Site,
    intake: IntakeSeen,
    filled: Filled,
    *,
    near: tuple[str, ...] = (),
    done: str | None = None,
) -> Response:
    return pages.show(
        request.scope,
        "my_medicines.html",
        status=filled.status,
        listed=intake.medications,
        handed_in=intake.submitted_at,
        known=sorted(intake.names.names),
        near=near,
        typed=filled.typed.parted("started_on") if filled.typed is not UNTYPED else UNTYPED,
        faults=filled.faults,
        refused=filled.refused.code if filled.refused else None,
        kept={KEY: new_id()},
        done=done,
    )


def _stop(request: Request, pages: Site, taken: Medication, filled: Filled) -> Response:
    return pages.show(
        request.scope,
        "stop_medicine.html",
        status=filled.status,
        taken=taken,
        typed=filled.typed.parted("last_taken_on") if filled.typed is not UNTYPED else Form({}),
        faults=filled.faults,
        refused=filled.refused.code if filled.refused else None,
        kept={KEY: new_id()},
    )


def _hand_in(request: Request, pages: Site, intake: IntakeSeen, filled: Filled, *, done: str | None = None) -> Response:
    answered, of = whole_progress(intake)
    return pages.show(
        request.scope,
        "hand_in.html",
        status=filled.status,
        intake=intake,
        left=of - answered,
        typed=filled.typed,
        faults=filled.faults,
        refused=filled.refused.code if filled.refused else None,
        kept={KEY: new_id()},
        zone=pages.zone,
        done=done,
    )
