"""A patient's plan for the staff: what it asks for beside the sessions, what waits of it across the clinic, and the
paper the patient takes home.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from careflow_domain.errors import not_found
from careflow_service.http.dependencies import CurrentActor, PageCursor
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.asking import Filled, body_of, read
from careflow_service.pages.forms import KEY, VERSION, FormRequest, Submitted
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from careflow_service.work import side_by_side
from sessions.application.queries.read_plan_page import PlansSeen
from sessions.application.use_cases import Sessions
from sessions.domain.ids import PatientId
from sessions.domain.plan_links import PlanLink
from sessions.domain.plan_tasks import PlanTask
from sessions.domain.plans import Plan
from sessions.entrypoints.http.access import ACCESS
from sessions.entrypoints.http.schemas import App, Uuid
from sessions.entrypoints.pages.plan_forms import FORMS, Asked, PlanForm

router = APIRouter(prefix="/pages/plans", include_in_schema=False)

SHOWN: Final = 25
OF: Final = "of"
"""What a form is about: a task, or for a new one the plan."""
Done = Annotated[str | None, Query(max_length=20, pattern="^[a-z-]+$")]


@router.get("")
async def what_waits(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    after: PageCursor = None,
    after_plan: PageCursor = None,
) -> Response:
    """What of all plans waits for somebody of the clinic, the most urgent first: what they ask for, and which end; each
    by pages of its own.
    """
    listed, ending = await side_by_side(
        app.reading_plan_tasks.waiting(actor, limit=SHOWN, after=after),
        app.reading_plan_tasks.ending(actor, limit=SHOWN, after=after_plan),
    )
    return pages.show(
        request.scope,
        "plan_work.html",
        listed=listed,
        ending=ending,
        after=after or after_plan,
        as_of=app.ports.clock(),
        zone=pages.zone,
    )


@router.get("/{patient_id}")
async def plan_page(
    request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: Uuid, done: Done = None
) -> Response:
    """One patient's plan."""
    return await _show(request, app, actor, pages, patient_id, Filled(), done)


@router.get("/{patient_id}/summary")
async def summary(request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: Uuid) -> Response:
    """The paper for the patient, in the language it is asked for in."""
    seen = await app.read_plan_page(PatientId(patient_id), actor)
    if seen.live is None:
        raise not_found("plan")
    return pages.show(request.scope, "plan_summary.html", seen=seen, plan=seen.live, zone=pages.zone, staff=True)


def _add(form: PlanForm) -> None:
    """Its page, and where it is sent."""

    async def ask(
        request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: Uuid, of: Uuid
    ) -> Response:
        seen = await app.read_plan_page(PatientId(patient_id), actor)
        return _ask(request, pages, form, seen, _about(form, seen, of), Filled())

    async def do(
        request: Request,
        app: App,
        actor: CurrentActor,
        pages: Pages,
        patient_id: Uuid,
        typed: Submitted,
        key: FormRequest,
    ) -> Response:
        seen = await app.read_plan_page(PatientId(patient_id), actor)
        about = _about(form, seen, typed[OF])
        body, faults = read(form.body, body_of(form.fields, typed, pages.zone, {}))
        if body is None:
            return _ask(request, pages, form, seen, about, Filled(typed, faults))
        doing = form.does(app, Asked(seen.patient_id, about.id, typed.version, body), actor, key)
        if refused := await refusal_of(doing, typed=True):
            filled = Filled(typed, refused=refused)
            if form.at_once:
                return await _show(request, app, actor, pages, patient_id, filled, None)
            return _ask(request, pages, form, await app.read_plan_page(seen.patient_id, actor), about, filled)
        return go_on(request, f"../{patient_id}", anchor="done", done=form.name)

    if not form.at_once:
        router.add_api_route(f"/{{patient_id}}/{form.name}", ask, methods=["GET"], name=f"ask_to_{form.name}")
    router.add_api_route(f"/{{patient_id}}/{form.name}", do, methods=["POST"], name=f"do_{form.name}_of_plan")


for each in FORMS:
    _add(each)


def _about(form: PlanForm, seen: PlansSeen, of: str) -> PlanTask | Plan | PlanLink:
    """The patient's own task, plan or link. Raises the refusal `plan_task_not_found`, `plan_not_found`,
    `plan_link_not_found`.
    """
    if form.of_link:
        # One that leads nowhere any more is refused by the command, in its own words.
        among: tuple[PlanTask | Plan | PlanLink, ...] = seen.links
    else:
        among = seen.tasks if form.offered else seen.plans
    found = next((each for each in among if each.id == of), None)
    if found is None:
        raise not_found("plan_link" if form.of_link else "plan_task" if form.offered else "plan")
    return found


async def _show(
    request: Request,
    app: Sessions,
    actor: Actor,
    pages: Site,
    patient_id: str,
    filled: Filled,
    done: str | None,
) -> Response:
    seen = await app.read_plan_page(PatientId(patient_id), actor)
    may = [form for form in FORMS if ACCESS[f"POST /pages/plans/{{patient_id}}/{form.name}"].admits(actor, {})]
    offered = {
        task.id: [form for form in may if form.offered is not None and form.offered(task)] for task in seen.tasks
    }
    addresses = app.ports.link_addresses
    return pages.show(
        request.scope,
        "plan.html",
        status=filled.status,
        seen=seen,
        offered=offered,
        addresses={each.id: addresses.whole(each.id) or addresses.path(each.id) for each in seen.ways_in},
        key=new_id,
        done=done,
        refused=filled.refused,
        zone=pages.zone,
    )


def _ask(
    request: Request, pages: Site, form: PlanForm, seen: PlansSeen, about: PlanTask | Plan | PlanLink, filled: Filled
) -> Response:
    asked = pages.words(request.scope).groups["asked"]
    return pages.show(
        request.scope,
        "plan_form.html",
        status=filled.status,
        seen=seen,
        form=form,
        task=about if isinstance(about, PlanTask) else None,
        labels={each.name: asked[each.named] for each in form.fields},
        typed=filled.typed,
        faults=filled.faults,
        refused=filled.refused,
        kept={OF: about.id, VERSION: str(filled.typed[VERSION] or about.version), KEY: new_id()},
        zone=pages.zone,
    )
