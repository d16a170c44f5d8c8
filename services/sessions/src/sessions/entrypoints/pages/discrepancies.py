"""What did not add up in a place's drug log: what was found by whom, by when it is judged and told, and the judgement.

Invariant: a form is the API's own body and command, of its own roles; whoever found it is told that somebody else
judges it. Source of the clocks: 21 CFR 1301.76(b).
"""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import CurrentActor, PageCursor
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.asking import Field, Filled, Kind, body_of, read
from careflow_service.pages.forms import KEY, FormRequest, Submitted
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from sessions.application.commands.judge_discrepancy import FileDrugReport, JudgeDiscrepancy
from sessions.application.use_cases import Sessions
from sessions.domain.clinic_day import clinic_day
from sessions.domain.discrepancy_cases import DiscrepancyCase, Judgement, ReportKind
from sessions.domain.ids import CaseId, LocationId, StaffId
from sessions.entrypoints.http.access import ACCESS
from sessions.entrypoints.http.discrepancy_routes import DiscrepancyJudgement, DrugReport
from sessions.entrypoints.http.schemas import App, Uuid
from sessions.entrypoints.pages.bedside_fields import field

router = APIRouter(prefix="/pages/drug-log/cases", include_in_schema=False)

SHOWN: Final = 25
JUDGING: Final = (field("how", Kind.CHOICE, *Judgement), field("note", Kind.PROSE, word="judgement_note"))
Done = Annotated[str | None, Query(max_length=20, pattern="^[a-z]+$")]


def _reporting(case: DiscrepancyCase) -> Sequence[Field]:
    """What the case waits for, and what it can be found by."""
    asked = {task.value for task in case.pending}
    return (
        field("kind", Kind.CHOICE, *(each for each in ReportKind if each.value in asked), word="report_kind"),
        field("reference", Kind.TEXT, word="report_reference"),
    )


@router.get("")
async def cases_page(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    location: Uuid,
    after: PageCursor = None,
    *,
    over: bool = False,
) -> Response:
    """The cases of a place that wait for something, the oldest first; or those that are over, the newest first."""
    where = LocationId(location)
    listed = await app.reading.discrepancy_cases_of(where, actor, SHOWN, after, waiting=not over)
    return pages.show(
        request.scope,
        "drug_cases.html",
        listed=listed,
        location=location,
        over=over,
        after=after,
        now=app.ports.clock(),
        zone=pages.zone,
    )


@router.get("/{case_id}")
async def case_page(
    request: Request, app: App, actor: CurrentActor, pages: Pages, case_id: Uuid, done: Done = None
) -> Response:
    """One case with everything that was found, judged and told, and what the forms of the DEA are copied from."""
    case = await app.reading.discrepancy_case(CaseId(case_id), actor)
    may = ACCESS["POST /pages/drug-log/cases/{case_id}/judge"].admits(actor, {})
    return pages.show(
        request.scope,
        "drug_case.html",
        case=case,
        registrant=app.ports.registrants.at(case.location_id),
        discovered_on=clinic_day(case.discovered_at, app.ports.policy.timezone),
        may_judge=may,
        found_it=StaffId(actor.id) in {each.by for each in case.findings},
        reports=may and any(task.value in set(ReportKind) for task in case.pending),
        now=app.ports.clock(),
        done=done,
        zone=pages.zone,
    )


@router.get("/{case_id}/judge")
async def ask_judgement(request: Request, app: App, actor: CurrentActor, pages: Pages, case_id: Uuid) -> Response:
    """How it is judged, and what was found out."""
    return await _ask(request, app, actor, pages, case_id, "judge", Filled())


@router.post("/{case_id}/judge")
async def judge(
    request: Request, app: App, actor: CurrentActor, pages: Pages, case_id: Uuid, typed: Submitted, key: FormRequest
) -> Response:
    """Judge it."""
    body, faults = read(DiscrepancyJudgement, body_of(JUDGING, typed, pages.zone, {}, now=pages.clock()))
    if body is None:
        return await _ask(request, app, actor, pages, case_id, "judge", Filled(typed, faults))
    command = JudgeDiscrepancy(CaseId(case_id), body.how, body.note)
    if refused := await refusal_of(app.judge_discrepancy(command, actor, key), typed=True):
        filled = Filled(typed, refused=refused)
        return await _ask(request, app, actor, pages, case_id, "judge", filled)
    return go_on(request, f"../{case_id}", anchor="done", done="judge")


@router.get("/{case_id}/report")
async def ask_report(request: Request, app: App, actor: CurrentActor, pages: Pages, case_id: Uuid) -> Response:
    """What the DEA was told, and what that can be found by."""
    return await _ask(request, app, actor, pages, case_id, "report", Filled())


@router.post("/{case_id}/report")
async def report(
    request: Request, app: App, actor: CurrentActor, pages: Pages, case_id: Uuid, typed: Submitted, key: FormRequest
) -> Response:
    """Record that the DEA was told."""
    case = await app.reading.discrepancy_case(CaseId(case_id), actor)
    body, faults = read(DrugReport, body_of(_reporting(case), typed, pages.zone, {}, now=pages.clock()))
    if body is None:
        return await _ask(request, app, actor, pages, case_id, "report", Filled(typed, faults))
    command = FileDrugReport(CaseId(case_id), body.kind, body.reference)
    if refused := await refusal_of(app.file_drug_report(command, actor, key), typed=True):
        filled = Filled(typed, refused=refused)
        return await _ask(request, app, actor, pages, case_id, "report", filled)
    return go_on(request, f"../{case_id}", anchor="done", done="report")


async def _ask(
    request: Request, app: Sessions, actor: Actor, pages: Site, case_id: str, form: str, filled: Filled
) -> Response:
    case = await app.reading.discrepancy_case(CaseId(case_id), actor)
    fields = JUDGING if form == "judge" else _reporting(case)
    asked = pages.words(request.scope).groups["asked"]
    return pages.show(
        request.scope,
        "drug_form.html",
        status=filled.status,
        form=form,
        fields=fields,
        address=f"drug-log/cases/{case.id}/{form}",
        back=f"drug-log/cases/{case.id}",
        parameters={},
        container=None,
        line=None,
        for_whom=None,
        kept={KEY: new_id()},
        labels={each.name: asked[each.named] for each in fields},
        typed=filled.typed,
        faults=filled.faults,
        refused=filled.refused,
        zone=pages.zone,
    )
