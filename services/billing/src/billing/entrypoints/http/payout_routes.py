"""What the card processor paid out to the clinic's bank, over HTTP: read only, for it is told by the processor."""

from datetime import date, datetime

from fastapi import APIRouter
from fastapi.responses import Response

from billing.domain.payouts import PayoutState
from billing.entrypoints.http.schemas import App, MoneyView, View
from careflow_service.http.dependencies import Page, PageCursor, PageLimit, represent

router = APIRouter(prefix="/v1/payouts", tags=["ledger"])


class PayoutView(View):
    """`id` is the processor's; entries of the books with `cause_id` are of it. Of `amount`, which the bank shows,
    `booked` is in the books, after `fees`, and `others` was none of our payments. `refused` is the processor's word for
    why it does not tell what is in it.
    """

    id: str
    cause_id: str
    state: PayoutState
    amount: MoneyView
    arrives_on: date
    told_at: datetime
    booked: MoneyView
    fees: MoneyView
    others: MoneyView
    closed_at: datetime | None
    refused: str | None


@router.get("", response_model=Page[PayoutView])
async def list_payouts(app: App, limit: PageLimit = 50, after: PageCursor = None) -> Response:
    """Payouts, those told of last first."""
    found = await app.reading.payouts(limit, after)
    return represent(Page[PayoutView](items=[PayoutView.model_validate(each) for each in found.items], next=found.next))
