"""What is asked of a patient beside the sessions, for who came in by a link: what is to be read and signed, what is to
be done and by when, each ticked off once it is.

Invariant: the patient is who sits there, never one that an address names; no result and no note of the clinic is on the
page.
"""

from datetime import date, datetime
from typing import Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import CurrentActor
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.coming_in import coming_in, still_there
from careflow_service.pages.forms import FormRequest
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from careflow_service.work import side_by_side
from sessions.application.commands.open_plan_link import OpenPlanLink
from sessions.application.commands.settle_plan_task import SettlePlanTask
from sessions.application.commands.undo_plan_task import UndoPlanTask
from sessions.application.use_cases import Sessions
from sessions.domain.ids import PlanLinkId, TaskId
from sessions.domain.plan_task_terms import TaskOutcome
from sessions.entrypoints.http.schemas import App

router = APIRouter(prefix="/pages/to-do", include_in_schema=False)

Done = Literal["done", "undone", "signed", "withdrawn"]
SHOWN: Final = 25
"""So much of what is over."""


async def _comes_in(app: Sessions, link_id: str, born_on: date, actor: Actor) -> datetime | None:
    return (await app.open_plan_link(OpenPlanLink(PlanLinkId(link_id), born_on), actor)).value.opened_at


way_in = coming_in("to-do", Sessions, _comes_in, lambda app: app.ports.policy.plan_links.sitting)


@router.get("")
async def my_tasks(request: Request, pages: Pages, app: App, actor: CurrentActor, done: Done | None = None) -> Response:
    """What is to be done, and what is over."""
    await still_there(request, app)
    return await _show(request, pages, app, actor, done=done)


@router.post("/tasks/{task_id}/done")
async def tick_off(
    request: Request, pages: Pages, app: App, actor: CurrentActor, task_id: str, key: FormRequest
) -> Response:
    """It is done; of a laboratory test: the sample was taken."""
    await still_there(request, app)
    settling = app.settle_plan_task(SettlePlanTask(TaskId(task_id), TaskOutcome.DONE), actor, key)
    if refused := await refusal_of(settling):
        return await _show(request, pages, app, actor, refused=refused)
    return go_on(request, "../../../to-do", anchor="done", done="done")


@router.post("/tasks/{task_id}/undo")
async def undo(
    request: Request, pages: Pages, app: App, actor: CurrentActor, task_id: str, key: FormRequest
) -> Response:
    """It was ticked off by mistake."""
    await still_there(request, app)
    if refused := await refusal_of(app.undo_plan_task(UndoPlanTask(TaskId(task_id)), actor, key)):
        return await _show(request, pages, app, actor, refused=refused)
    return go_on(request, "../../../to-do", anchor="done", done="undone")


async def _show(
    request: Request,
    pages: Site,
    app: Sessions,
    actor: Actor,
    *,
    done: str | None = None,
    refused: Refused | None = None,
) -> Response:
    seen, papers = await side_by_side(app.reading_plan_tasks.own(actor), app.reading_papers.own(actor))
    return pages.show(
        request.scope,
        "my_tasks.html",
        status=refused.status if refused else 200,
        seen=seen,
        papers=papers,
        shown=SHOWN,
        zone=pages.zone,
        key=new_id,
        done=done,
        refused=refused.code if refused else None,
    )
