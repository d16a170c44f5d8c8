"""The books over HTTP: read only, for they are written by what happens."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse

from billing.domain.ids import PatientId
from billing.domain.ledger import EntryCause, LedgerAccount
from billing.entrypoints.http.ledger_exports import TEXTS, LedgerFormat, written
from billing.entrypoints.http.schemas import App, Id, MoneyView, View
from careflow_service.http.dependencies import CurrentActor, Page, PageCursor, PageLimit, represent
from careflow_service.http.fields import Day

router = APIRouter(prefix="/v1/ledger", tags=["ledger"])


class EntryLineView(View):
    account: LedgerAccount
    debit: MoneyView
    credit: MoneyView


class EntryView(View):
    id: str
    patient_id: str
    posted_on: date
    cause: EntryCause
    cause_id: str
    policy_version: str
    lines: list[EntryLineView]
    reverses: str | None


class AccountTotalView(View):
    """`balance` is debits less credits."""

    account: LedgerAccount
    debit: MoneyView
    credit: MoneyView
    balance: MoneyView


class TrialBalanceView(View):
    """Over the whole journal; `balances` is whether the books are right."""

    accounts: list[AccountTotalView]
    debit: MoneyView
    credit: MoneyView
    balances: bool


@router.get("/entries", response_model=Page[EntryView])
async def list_entries(
    app: App,
    actor: CurrentActor,
    patient_id: Annotated[Id | None, Query()] = None,
    limit: PageLimit = 50,
    after: PageCursor = None,
) -> Response:
    """The entries of a patient, or all, in the order they were posted."""
    found = await app.reading.entries(PatientId(patient_id) if patient_id else None, actor, limit, after)
    return represent(Page[EntryView](items=[EntryView.model_validate(each) for each in found.items], next=found.next))


@router.get("/export", response_class=StreamingResponse)
async def export_ledger(
    app: App,
    actor: CurrentActor,
    format: Annotated[LedgerFormat, Query()],  # noqa: A002 - what callers call it
    posted_from: Annotated[Day | None, Query(description="From this date on; all if left out.")] = None,
    posted_to: Annotated[Day | None, Query(description="To this date, with it.")] = None,
) -> Response:
    """All entries in the order they were posted, as CSV or as plain-text double entry for beancount. The answer is a
    stream; beancount's ends by saying how many entries it has.
    """
    text = TEXTS[format]
    pages = await app.reading.whole_journal(actor, posted_from, posted_to)
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="ledger.{format}"'}
    body = written(text, app.ports.policy.currency, pages)
    return StreamingResponse(body, media_type=text.media_type, headers=headers)


@router.get("/trial-balance", response_model=TrialBalanceView)
async def read_trial_balance(app: App) -> Response:
    """Every account's totals."""
    return represent(TrialBalanceView.model_validate(await app.reading.trial_balance()))
