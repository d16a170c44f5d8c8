"""Good-faith estimates over HTTP."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from billing.application.commands.begin_estimate_dispute import BeginEstimateDispute
from billing.application.commands.close_estimate_dispute import CloseEstimateDispute
from billing.application.commands.deliver_estimate import DeliverEstimate
from billing.application.commands.issue_estimate import IssueEstimate
from billing.application.commands.request_estimate import RequestEstimate
from billing.domain.estimate_disputes import DisputeOutcome
from billing.domain.estimate_issues import DeliveryWay
from billing.domain.estimates import Estimate, EstimateCause
from billing.domain.ids import EstimateId, PatientId
from billing.domain.visits import VisitKind
from billing.entrypoints.http.schemas import App, ChangedView, Id, MoneyBody, MoneyView, Note, View, paper
from careflow_service.http.dependencies import (
    WHOLE,
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    RequestPart,
    answer,
    represent,
)
from careflow_service.http.fields import Day

router = APIRouter(tags=["estimates"])

MOST_VISITS = 50


class VisitsBody(RequestPart):
    kind: VisitKind
    count: Annotated[int, Field(ge=1, le=MOST_VISITS)]


class RequestEstimateBody(RequestBody):
    """What the patient asks the price of."""

    patient_id: Id
    visits: Annotated[list[VisitsBody], Field(min_length=1, max_length=len(VisitKind))]


class IssueEstimateBody(RequestBody):
    """`late_reason` is asked for after the estimate's time, and only then."""

    late_reason: Note | None = None


class DeliverEstimateBody(RequestBody):
    way: DeliveryWay


class BeginDisputeBody(RequestBody):
    """As the notice says: the date of the first bill, and when it was sent."""

    billed_on: Day
    initiated_on: Day


class CloseDisputeBody(RequestBody):
    """`adjusted` is what is to be paid of what was billed, where that was decided or agreed, and only then."""

    outcome: DisputeOutcome
    adjusted: MoneyBody | None = None


class EstimateLineView(View):
    kind: VisitKind
    code: str
    description: str
    units: int
    unit_price: MoneyView
    amount: MoneyView


class IssueView(View):
    number: int
    issued_at: datetime
    late_reason: str | None
    service_date: date | None
    lines: list[EstimateLineView]
    total: MoneyView
    delivered_at: datetime | None
    delivered_by: DeliveryWay | None


class EstimateDisputeView(View):
    """While it is open nothing of it is collected or given up, and no fee is posted."""

    billed_on: date
    initiated_on: date
    billed: MoneyView
    estimated: MoneyView
    closed_at: datetime | None
    outcome: DisputeOutcome | None
    adjusted: MoneyView | None


class EstimateView(View):
    """`due_by` is there while something is to be issued, `overdue_at` once its time was over."""

    id: str
    version: int
    patient_id: str
    cause: EstimateCause
    started_at: datetime
    due_by: datetime | None
    overdue_at: datetime | None
    appointment_id: str | None
    plan_id: str | None
    first_visit_on: date | None
    covers_until: date
    charged: MoneyView
    issues: list[IssueView]
    dispute: EstimateDisputeView | None


@router.post("/v1/estimates", status_code=201, response_model=ChangedView)
async def request_estimate(
    body: RequestEstimateBody, actor: CurrentActor, app: App, request: IdempotentRequest
) -> Response:
    """A question about costs: an estimate is due within three business days."""
    visits = tuple((each.kind, each.count) for each in body.visits)
    done = await app.request_estimate(RequestEstimate(PatientId(body.patient_id), visits), actor, request)
    made = ChangedView.model_validate(done.value)
    return answer(done, made, status=201, version=made.version, location=f"/v1/estimates/{made.id}")


@router.get("/v1/estimates", response_model=Page[EstimateView])
async def list_estimates(
    patient_id: Annotated[Id, Query()],
    actor: CurrentActor,
    app: App,
    limit: PageLimit = WHOLE,
    after: PageCursor = None,
) -> Response:
    """A patient's estimates, oldest first."""
    found = await app.reading.estimates_of(PatientId(patient_id), actor, limit, after)
    return represent(Page[EstimateView](items=[_view(estimate) for estimate in found.items], next=found.next))


@router.get("/v1/estimates/{estimate_id}", response_model=EstimateView)
async def read_estimate(estimate_id: str, actor: CurrentActor, app: App) -> Response:
    """One estimate with all its versions."""
    estimate = await app.reading.estimate(EstimateId(estimate_id), actor)
    return represent(_view(estimate), version=estimate.version)


@router.get("/v1/estimates/{estimate_id}/pdf", response_class=Response)
async def print_estimate(
    estimate_id: str, actor: CurrentActor, app: App, number: Annotated[int | None, Query(ge=1)] = None
) -> Response:
    """A version as the patient gets it, the latest if none is named."""
    pdf = await app.reading.estimate_paper(EstimateId(estimate_id), number, actor)
    return paper(pdf, f"estimate-{estimate_id}")


@router.post("/v1/estimates/{estimate_id}/issue", response_model=ChangedView)
async def issue_estimate(
    estimate_id: str,
    body: IssueEstimateBody,
    actor: CurrentActor,
    app: App,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """Issue the version that is due."""
    command = IssueEstimate(EstimateId(estimate_id), body.late_reason, version)
    done = await app.issue_estimate(command, actor, request)
    return answer(done, ChangedView.model_validate(done.value), version=done.value.version)


@router.post("/v1/estimates/{estimate_id}/deliver", response_model=ChangedView)
async def deliver_estimate(
    estimate_id: str,
    body: DeliverEstimateBody,
    actor: CurrentActor,
    app: App,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """The patient got the latest version."""
    done = await app.deliver_estimate(DeliverEstimate(EstimateId(estimate_id), body.way, version), actor, request)
    return answer(done, ChangedView.model_validate(done.value), version=done.value.version)


@router.post("/v1/estimates/{estimate_id}/dispute", response_model=ChangedView)
async def begin_estimate_dispute(
    estimate_id: str,
    body: BeginDisputeBody,
    actor: CurrentActor,
    app: App,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """The patient has what was billed beyond it decided."""
    command = BeginEstimateDispute(EstimateId(estimate_id), body.billed_on, body.initiated_on, version)
    done = await app.begin_estimate_dispute(command, actor, request)
    return answer(done, ChangedView.model_validate(done.value), version=done.value.version)


@router.post("/v1/estimates/{estimate_id}/dispute/close", response_model=ChangedView)
async def close_estimate_dispute(
    estimate_id: str,
    body: CloseDisputeBody,
    actor: CurrentActor,
    app: App,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """It was decided, settled or given up."""
    adjusted = body.adjusted.money() if body.adjusted else None
    command = CloseEstimateDispute(EstimateId(estimate_id), body.outcome, adjusted, version)
    done = await app.close_estimate_dispute(command, actor, request)
    return answer(done, ChangedView.model_validate(done.value), version=done.value.version)


def _view(estimate: Estimate) -> EstimateView:
    return EstimateView.model_validate(estimate)
