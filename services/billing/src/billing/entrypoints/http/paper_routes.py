"""Receipts, statements and yearly summaries over HTTP. A paper is read as it was issued, always the same bytes."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from billing.application.commands.issue_receipt import IssueReceipt
from billing.application.commands.issue_statement import IssueStatement
from billing.application.commands.issue_yearly_summary import IssueYearlySummary
from billing.application.results import Issued
from billing.domain.ids import PaperId, PatientId, PaymentId
from billing.domain.letterhead import PaperKind
from billing.domain.months import Month
from billing.domain.papers import Paper
from billing.domain.statements import Statement
from billing.entrypoints.http.schemas import App, Id, MoneyView, MonthText, View, paper
from careflow_service.http.dependencies import (
    CurrentActor,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    answer,
    represent,
)
from careflow_service.work import Committed

router = APIRouter(tags=["papers"])


class ReceiptBody(RequestBody):
    payment_id: Id


class StatementBody(RequestBody):
    """The month must be over."""

    patient_id: Id
    month: MonthText


YEARS = Annotated[int, Field(ge=1900, le=2199)]


class YearlySummaryBody(RequestBody):
    """Of the payments received in this year, so far if it is not over."""

    patient_id: Id
    year: YEARS


class IssuedView(View):
    paper_id: str
    version: int
    number: str


class BalancesView(View):
    """`owed` for visits and fees; the others are the patient's own money; `net` is what is owed less these."""

    owed: MoneyView
    credit: MoneyView
    deposits: MoneyView
    packages: MoneyView
    net: MoneyView


class StatementView(View):
    """From the beginning of `begins_on` to the end of `ends_on`; `to_pay` is what was asked for, by `due_on`."""

    begins_on: date
    ends_on: date
    opening: BalancesView
    closing: BalancesView
    settled_since: MoneyView
    to_pay: MoneyView
    due_on: date | None


class PaperView(View):
    """A paper as it was issued. `about` is a payment's id, a month, a year, or a
    superbill's id with the stage of the appeal. What it says is in the PDF, for machines
    in the JSON that is attached there; of a statement the balances are here too.
    """

    id: str
    version: int
    patient_id: str
    kind: PaperKind
    about: str
    number: str
    issued_at: datetime
    replaces: str | None
    replaces_number: str | None
    statement: StatementView | None

    @classmethod
    def of(cls, paper: Paper) -> "PaperView":
        content = paper.content
        return cls(
            id=paper.id,
            version=paper.version,
            patient_id=paper.patient_id,
            kind=paper.kind,
            about=paper.about,
            number=paper.number,
            issued_at=paper.issued_at,
            replaces=paper.replaces,
            replaces_number=paper.replaces_number,
            statement=StatementView.model_validate(content) if isinstance(content, Statement) else None,
        )


@router.post("/v1/receipts", status_code=201, response_model=IssuedView)
async def issue_receipt(body: ReceiptBody, actor: CurrentActor, app: App, request: IdempotentRequest) -> Response:
    """A receipt for a payment as it stands; the one there is while nothing has changed."""
    return issued(await app.issue_receipt(IssueReceipt(PaymentId(body.payment_id)), actor, request))


@router.post("/v1/statements", status_code=201, response_model=IssuedView)
async def issue_statement(body: StatementBody, actor: CurrentActor, app: App, request: IdempotentRequest) -> Response:
    """An account's statement of a month that is over, from the end of the one before; the one there is if there is."""
    command = IssueStatement(PatientId(body.patient_id), Month.written(body.month))
    return issued(await app.issue_statement(command, actor, request))


@router.post("/v1/yearly-summaries", status_code=201, response_model=IssuedView)
async def issue_yearly_summary(
    body: YearlySummaryBody, actor: CurrentActor, app: App, request: IdempotentRequest
) -> Response:
    """What was paid in a year, as it stands; the one there is while nothing has changed."""
    return issued(
        await app.issue_yearly_summary(IssueYearlySummary(PatientId(body.patient_id), body.year), actor, request)
    )


@router.get("/v1/papers", response_model=Page[PaperView])
async def list_papers(
    patient_id: Annotated[Id, Query()],
    actor: CurrentActor,
    app: App,
    limit: PageLimit = 50,
    after: PageCursor = None,
) -> Response:
    """A patient's papers, oldest first."""
    found = await app.reading.papers_of(PatientId(patient_id), actor, limit, after)
    return represent(Page[PaperView](items=[PaperView.of(each) for each in found.items], next=found.next))


@router.get("/v1/papers/{paper_id}", response_model=PaperView)
async def read_paper(paper_id: str, actor: CurrentActor, app: App) -> Response:
    """One paper."""
    found = await app.reading.paper(PaperId(paper_id), actor)
    return represent(PaperView.of(found), version=found.version)


@router.get("/v1/papers/{paper_id}/pdf", response_class=Response)
async def print_paper(paper_id: str, actor: CurrentActor, app: App) -> Response:
    """The paper as PDF, as it was issued."""
    return paper(await app.reading.paper_print(PaperId(paper_id), actor), f"paper-{paper_id}")


def issued(done: Committed[Issued]) -> Response:
    made = IssuedView.model_validate(done.value)
    return answer(done, made, status=201, version=made.version, location=f"/v1/papers/{made.paper_id}")
