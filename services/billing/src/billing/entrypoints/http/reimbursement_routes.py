"""Cases of reimbursement over HTTP: what waits at which day, and what the patient or a biller says has happened."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from billing.application.commands.open_reimbursement import OpenReimbursement
from billing.application.commands.record_reimbursement import RecordReimbursement
from billing.application.use_cases import Billing
from billing.domain.appeals import Decision, DenialReason
from billing.domain.ids import PatientId, ReimbursementId, SuperbillId
from billing.domain.money import Money
from billing.domain.reimbursement_policy import FilingLimit
from billing.domain.reimbursements import (
    Answered,
    Appealed,
    Closed,
    Filed,
    MoreAsked,
    Outcome,
    Reimbursement,
    Stage,
    Step,
)
from billing.entrypoints.http.schemas import LARGEST_AMOUNT, App, ChangedView, Id, Line, MoneyView
from careflow_service.http.dependencies import (
    WHOLE,
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    answer,
    represent,
)
from careflow_service.http.fields import Day
from careflow_service.identity import Actor, RequestKey

router = APIRouter(tags=["reimbursements"])

Decided = Literal["paid", "partly_paid", "denied"]
Cents = Annotated[int, Field(ge=0, le=LARGEST_AMOUNT)]


class Opening(RequestBody):
    """`file_by` is the plan's last day to file, where it is known; else the policy's days are counted."""

    file_by: Day | None = None


class ReimbursementBody(Opening):
    superbill_id: Id


class OnDay(RequestBody):
    """The day it happened."""

    on: Day


class MoreAskedBody(OnDay):
    """The insurer asks for something; `answer_by` where it says by when."""

    answer_by: Day | None = None

    def step(self) -> Step:
        return MoreAsked(on=self.on, answer_by=self.answer_by)


class AnsweredBody(OnDay):
    """The insurer's notice came `on` that day. `received_minor` is what it paid to the patient by this notice, in
    cents; `reason` why not, or not all, and `last_day` to appeal where the notice names one.
    """

    outcome: Decided
    received_minor: Cents = 0
    reason: DenialReason | None = None
    last_day: Day | None = None
    claim_number: Line | None = None

    def step(self, currency: str) -> Step:
        received = Money(self.received_minor, currency)
        return answered(self.on, Outcome(self.outcome), received, self.reason, self.last_day, self.claim_number)


def answered(
    on: date,
    outcome: Outcome,
    received: Money,
    reason: DenialReason | None,
    last_day: date | None,
    claim_number: str | None,
) -> Step:
    """What an insurer answered. Raises `notice_dates_invalid`."""
    decision = None
    if reason is not None:
        decision = Decision(reason=reason, received_on=on, last_day=last_day, claim_number=claim_number)
    return Answered(on=on, outcome=outcome, received=received, decision=decision)


class AnswerView(BaseModel):
    """One answer of the insurer's, and what the patient got by it."""

    on: date
    outcome: Outcome
    received: MoneyView
    reason: DenialReason | None
    claim_number: str | None

    @classmethod
    def of(cls, one: Answered) -> "AnswerView":
        decision = one.decision
        return cls(
            on=one.on,
            outcome=one.outcome,
            received=MoneyView.model_validate(one.received),
            reason=decision.reason if decision else None,
            claim_number=decision.claim_number if decision else None,
        )


class ReimbursementView(BaseModel):
    """One case. `due_on` is the day of what comes next in its stage: the last to file, to answer or to appeal, or when
    the insurer is asked again; the patient is told of it on `remind_on`. `filed_another` when the superbill has been
    replaced since it was filed.
    """

    id: str
    version: int
    patient_id: str
    superbill_id: str
    superbill_number: str
    stage: Stage
    opened_at: datetime
    opened_by: str
    charged: MoneyView
    received: MoneyView
    file_by: date
    file_by_from: FilingLimit
    filed_on: date | None
    filed_another: bool
    answers: list[AnswerView]
    appealed_on: list[date]
    due_on: date | None
    remind_on: date | None
    outcome: Outcome | None
    resolved_at: datetime | None

    @classmethod
    def of(cls, case: Reimbursement) -> "ReimbursementView":
        return cls(
            id=case.id,
            version=case.version,
            patient_id=case.patient_id,
            superbill_id=case.superbill_id,
            superbill_number=case.superbill_number,
            stage=case.stage,
            opened_at=case.opened_at,
            opened_by=case.opened_by,
            charged=MoneyView.model_validate(case.charged),
            received=MoneyView.model_validate(case.received),
            file_by=case.file_by,
            file_by_from=case.limit,
            filed_on=case.filed_on,
            filed_another=case.filed_another,
            answers=[AnswerView.of(each) for each in case.answers],
            appealed_on=list(case.appealed),
            due_on=case.due_on,
            remind_on=case.remind_on,
            outcome=case.outcome,
            resolved_at=case.resolved_at,
        )


@router.post("/v1/reimbursements", status_code=201, response_model=ChangedView)
async def open_reimbursement(
    body: ReimbursementBody, actor: CurrentActor, app: App, request: IdempotentRequest
) -> Response:
    """Keep by when a superbill is to be filed with its patient's insurer, and what comes of it. One for a superbill; it
    goes on with the one that takes its place.
    """
    done = await app.open_reimbursement(OpenReimbursement(SuperbillId(body.superbill_id), body.file_by), actor, request)
    made = ChangedView.model_validate(done.value, from_attributes=True)
    return answer(done, made, status=201, version=made.version, location=f"/v1/reimbursements/{made.id}")


@router.get("/v1/reimbursements", response_model=Page[ReimbursementView])
async def list_reimbursements(
    actor: CurrentActor,
    app: App,
    standing: Literal["open", "resolved"] = "open",
    limit: PageLimit = 50,
    after: PageCursor = None,
) -> Response:
    """Those of all patients that are open, what comes next first; or those that are closed, the one opened last
    first.
    """
    found = await app.read_reimbursements(actor, limit, after, resolved=standing == "resolved")
    views = [ReimbursementView.of(each.case) for each in found.items]
    return represent(Page[ReimbursementView](items=views, next=found.next))


@router.get("/v1/accounts/{patient_id}/reimbursements", response_model=Page[ReimbursementView])
async def list_reimbursements_of(
    patient_id: Id, actor: CurrentActor, app: App, limit: PageLimit = WHOLE, after: PageCursor = None
) -> Response:
    """A patient's cases, oldest first."""
    found = await app.read_reimbursements.of_patient(PatientId(patient_id), actor, limit, after)
    views = [ReimbursementView.of(each) for each in found.items]
    return represent(Page[ReimbursementView](items=views, next=found.next))


@router.get("/v1/reimbursements/{case_id}", response_model=ReimbursementView)
async def read_reimbursement(case_id: Id, actor: CurrentActor, app: App) -> Response:
    """One case."""
    case = await app.read_reimbursements.one(ReimbursementId(case_id), actor)
    return represent(ReimbursementView.of(case), version=case.version)


@router.post("/v1/reimbursements/{case_id}/filed", response_model=ChangedView)
async def record_filed(
    case_id: Id, body: OnDay, actor: CurrentActor, app: App, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """The patient filed it, or sent what was asked for."""
    return await _recorded(app, case_id, Filed(on=body.on), actor, request, version)


@router.post("/v1/reimbursements/{case_id}/more-asked", response_model=ChangedView)
async def record_more_asked(
    case_id: Id,
    body: MoreAskedBody,
    actor: CurrentActor,
    app: App,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """The insurer asks for something before it decides."""
    return await _recorded(app, case_id, body.step(), actor, request, version)


@router.post("/v1/reimbursements/{case_id}/answered", response_model=ChangedView)
async def record_answered(
    case_id: Id, body: AnsweredBody, actor: CurrentActor, app: App, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """The insurer decided. Paid whole, the case is closed; else it stays open while the patient may appeal."""
    return await _recorded(app, case_id, body.step(app.ports.policy.currency), actor, request, version)


@router.post("/v1/reimbursements/{case_id}/appealed", response_model=ChangedView)
async def record_appealed(
    case_id: Id, body: OnDay, actor: CurrentActor, app: App, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """The patient appealed, or asked for an external review."""
    return await _recorded(app, case_id, Appealed(on=body.on), actor, request, version)


@router.post("/v1/reimbursements/{case_id}/close", response_model=ChangedView)
async def close_reimbursement(
    case_id: Id, actor: CurrentActor, app: App, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """Nobody goes on with it; it ends as it was decided last, if it was."""
    return await _recorded(app, case_id, Closed(), actor, request, version)


async def _recorded(
    app: Billing, case_id: str, step: Step, actor: Actor, request: RequestKey, version: int
) -> Response:
    command = RecordReimbursement(ReimbursementId(case_id), step, version)
    done = await app.record_reimbursement(command, actor, request)
    return answer(done, ChangedView.model_validate(done.value, from_attributes=True), version=done.value.version)
