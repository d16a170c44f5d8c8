"""Discrepancies of the controlled-drug log: read, judged, told to the DEA."""

from datetime import date, datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel

from careflow_service.http.dependencies import (
    WHOLE,
    CurrentActor,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    represent,
)
from sessions.application.commands.judge_discrepancy import FileDrugReport, JudgeDiscrepancy
from sessions.domain.clinic_day import clinic_day
from sessions.domain.discrepancy_cases import DiscrepancyCase, DiscrepancyKind, Judgement, ReportKind
from sessions.domain.drug_amounts import DrugUnit
from sessions.domain.drug_tasks import DrugTask
from sessions.domain.ids import CaseId, LocationId
from sessions.entrypoints.http.drug_amount_bodies import AmountView
from sessions.entrypoints.http.schemas import (
    AggregateChanged,
    App,
    Line,
    Note,
    RegistrantView,
    Shown,
    Uuid,
    View,
    changed,
    registrant_view,
)

router = APIRouter(tags=["drug log"])


class DiscrepancyJudgement(RequestBody):
    how: Judgement
    note: Note


class DrugReport(RequestBody):
    """`reference`: the letter, or the number the DEA gave it."""

    kind: ReportKind
    reference: Line


class FindingView(BaseModel):
    kind: DiscrepancyKind
    amount_mg: Shown
    by: str
    at: datetime
    entry_id: str | None


class JudgementView(View):
    """`settles` are the lines of the container that nobody witnessed in time; the judgement stands in them instead."""

    how: Judgement
    note: str
    by: str
    at: datetime
    settles: tuple[str, ...]


class DrugReportView(View):
    kind: ReportKind
    reference: str
    by: str
    at: datetime


class PendingView(BaseModel):
    task: DrugTask
    due_by: datetime
    overdue: bool


class FormRecord(BaseModel):
    """What the log can say for the notice and for Form 106. What only the registrant knows (the police report, the
    circumstances) is filled in by who files it. `registrant` is who is registered for the place, null where the clinic
    has not said.
    """

    registrant: RegistrantView | None
    discovered_on: date
    theft: bool
    ndc: str | None
    drug: str
    form: str
    lot: str
    unit: DrugUnit
    mg_per_unit: Shown
    mg_per_ml: Shown | None
    missing_mg: Shown
    missing: AmountView
    missing_ml: Shown | None


class DiscrepancyCaseView(BaseModel):
    """`pending` is what is still to be done, by when; `form_record` is what the forms of the DEA are copied from."""

    id: str
    version: int
    location_id: str
    container_id: str
    findings: tuple[FindingView, ...]
    judgements: tuple[JudgementView, ...]
    reports: tuple[DrugReportView, ...]
    pending: tuple[PendingView, ...]
    form_record: FormRecord


@router.get("/v1/drug-log/locations/{location_id}/cases", response_model=Page[DiscrepancyCaseView])
async def list_discrepancy_cases(
    location_id: Uuid,
    actor: CurrentActor,
    app: App,
    waiting: bool = True,
    limit: PageLimit = WHOLE,
    after: PageCursor = None,
) -> Response:
    """The cases that wait for something, the oldest first; or those that wait for nothing, the newest first."""
    cases = await app.reading.discrepancy_cases_of(LocationId(location_id), actor, limit, after, waiting=waiting)
    return represent(Page[DiscrepancyCaseView](items=[_case(each, app) for each in cases.items], next=cases.next))


@router.get("/v1/drug-log/cases/{case_id}", response_model=DiscrepancyCaseView)
async def read_discrepancy_case(case_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """One case with everything that was found, judged and told."""
    case = await app.reading.discrepancy_case(CaseId(case_id), actor)
    return represent(_case(case, app), version=case.version)


@router.post("/v1/drug-log/cases/{case_id}/judgements", status_code=201, response_model=AggregateChanged)
async def judge_discrepancy(
    case_id: Uuid, body: DiscrepancyJudgement, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Judge a discrepancy, as somebody else than who found it. Theft and significant loss start the reports."""
    command = JudgeDiscrepancy(CaseId(case_id), body.how, body.note)
    return changed(await app.judge_discrepancy(command, actor, request), status=201)


@router.post("/v1/drug-log/cases/{case_id}/reports", status_code=201, response_model=AggregateChanged)
async def file_drug_report(
    case_id: Uuid, body: DrugReport, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Record that the DEA was told."""
    command = FileDrugReport(CaseId(case_id), body.kind, body.reference)
    return changed(await app.file_drug_report(command, actor, request), status=201)


def _case(case: DiscrepancyCase, app: App) -> DiscrepancyCaseView:
    item, now, missing = case.item, app.ports.clock(), case.item.quantity_of(case.amount)
    return DiscrepancyCaseView(
        id=case.id,
        version=case.version,
        location_id=case.location_id,
        container_id=case.container_id,
        findings=tuple(
            FindingView(kind=each.kind, amount_mg=each.amount.value, by=each.by, at=each.at, entry_id=each.entry_id)
            for each in case.findings
        ),
        judgements=tuple(JudgementView.model_validate(each) for each in case.judgements),
        reports=tuple(DrugReportView.model_validate(each) for each in case.reports),
        pending=tuple(PendingView(task=task, due_by=by, overdue=by <= now) for task, by in case.pending.items()),
        form_record=FormRecord(
            registrant=registrant_view(app.ports.registrants.at(case.location_id)),
            discovered_on=clinic_day(case.discovered_at, app.ports.policy.timezone),
            theft=case.judgement is Judgement.THEFT,
            ndc=item.ndc,
            drug=item.drug,
            form=item.form,
            lot=item.lot,
            unit=item.unit,
            mg_per_unit=item.strength,
            mg_per_ml=item.concentration.value if item.concentration else None,
            missing_mg=case.amount.value,
            missing=AmountView.of(missing),
            missing_ml=missing.value if item.concentration else None,
        ),
    )
