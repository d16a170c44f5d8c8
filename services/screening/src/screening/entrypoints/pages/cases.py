"""Pages for clinicians: who waits for what, and one case with everything its clearance rests on.

Invariant: a page decides nothing; what is about substance use stands apart, under its own notice.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import CurrentActor, PageCursor
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.forms import FormRequest
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from screening.application.commands.acknowledge_alert import AcknowledgeAlert
from screening.application.use_cases import Screening
from screening.domain.evidence import EvidenceCategory
from screening.domain.ids import AlertId, CaseId, PatientId
from screening.entrypoints.http.schemas import App
from screening.entrypoints.pages.curves import curves, rows

router = APIRouter(prefix="/pages/cases", include_in_schema=False)

SHOWN = 25
"""So many of each list on a page."""

Done = Annotated[str | None, Query(max_length=40, pattern="^[a-z-]+$")]


@router.get("")
async def who_waits(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    alerts_after: PageCursor = None,
    tasks_after: PageCursor = None,
) -> Response:
    """Open alerts by when somebody must respond, then open tasks by when they are due."""
    alerts = await app.reading.alerts(actor, open_only=True, limit=SHOWN, after=alerts_after)
    tasks = await app.reading.tasks(actor, limit=SHOWN, after=tasks_after)
    now = app.ports.clock()
    return pages.show(
        request.scope,
        "cases.html",
        alerts=alerts,
        tasks=tasks,
        alerts_after=alerts_after,
        tasks_after=tasks_after,
        as_of=now,
        zone=pages.zone,
    )


@router.get("/of/{patient_id}")
async def newest_case(request: Request, app: App, actor: CurrentActor, patient_id: str) -> Response:
    """To the newest case of a patient."""
    return go_on(request, f"../{await app.read_case_page.newest_of(PatientId(patient_id), actor)}")


@router.get("/{case_id}")
async def one_case(
    request: Request, app: App, actor: CurrentActor, pages: Pages, case_id: str, done: Done = None
) -> Response:
    """One case."""
    return await _case(request, app, actor, pages, case_id, done=done)


@router.post("/{case_id}/alerts/{alert_id}/acknowledge")
async def take_on(
    request: Request, app: App, actor: CurrentActor, pages: Pages, case_id: str, alert_id: str, key: FormRequest
) -> Response:
    """Take the alert on; nobody else is asked any more."""
    if refused := await refusal_of(app.acknowledge_alert(AcknowledgeAlert(AlertId(alert_id)), actor, key)):
        return await _case(request, app, actor, pages, case_id, refused=refused)
    return go_on(request, f"../../../{case_id}", anchor="done", done="acknowledged")


async def _case(
    request: Request,
    app: Screening,
    actor: Actor,
    pages: Site,
    case_id: str,
    *,
    done: str | None = None,
    refused: Refused | None = None,
) -> Response:
    seen = await app.read_case_page(CaseId(case_id), actor)
    scales = [scale for scale, _ in seen.scales]

    def highest(questionnaire: str) -> int:
        return app.ports.shelf.newest(questionnaire).bands[-1].highest

    return pages.show(
        request.scope,
        "case.html",
        status=refused.status if refused else 200,
        seen=seen,
        case=seen.general.case,
        curves=curves(scales, highest, now=seen.as_of),
        rows=rows(scales, now=seen.as_of),
        interactions=app.ports.policy.interactions,
        carries=EvidenceCategory.CLEARANCE,
        zone=pages.zone,
        done=done,
        refused=refused.code if refused else None,
        key=new_id,
    )
