"""Stripe as the card processor: six calls of its API and its webhooks.

A card is typed at Stripe's own page (Checkout), so nothing of it comes here. Stripe is told an amount, the clinic's
name and our ids; no patient and no service. What it may not mean by a retry is in its Idempotency-Key.
"""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from pydantic import BaseModel, ValidationError

from billing.adapters.stripe_webhooks import REFUND_STATES, TOLD, StripeWebhooks, session_stands
from billing.domain.ids import LinkId, ProcessorId
from billing.domain.money import Money
from billing.domain.payouts import Movement, MovementKind, NothingMoved
from billing.domain.processing import Checkout, LinkAsked, NotNow, RefundAsked, RefundState, Refused, Sent, Standing
from billing.domain.processor_feed import NothingTold, Told
from careflow_service.outbound import Asking, NotReached, Reply

STRIPE: Final = "https://api.stripe.com"
VERSION: Final = "2026-10-28.endive"
"""The version of the API that the calls are written for, and that the webhook endpoint is to be set to."""
TIMEOUT_SECONDS: Final = 20.0
EVENTS_AT_ONCE: Final = 5
"""An event is some kilobytes, and no answer is read further than `careflow_service.outbound` does."""

_LATER: Final = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,  # our key is wrong, and somebody is going to put it right
        HTTPStatus.FORBIDDEN,
        HTTPStatus.CONFLICT,  # the same request is being worked on
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)


_OF_PAYMENTS: Final = {
    "charge": MovementKind.PAYMENT,
    "refund": MovementKind.REFUND,
    "dispute": MovementKind.DISPUTE,
}

_RETURNED: Final = frozenset({"payout_failure", "payout_cancel"})
"""Types of movements by which a payout's money is back in Stripe's balance; the next payout takes it along."""


class _Session(BaseModel):
    id: ProcessorId
    url: str | None = None


class _Refund(BaseModel):
    id: ProcessorId
    status: str | None = None


class _Source(BaseModel):
    """What a movement is of: a charge, a refund or a dispute, each of which names its payment, or a payout."""

    id: ProcessorId | None = None
    object: str = ""
    payment_intent: ProcessorId | None = None


class _BalanceTransaction(BaseModel):
    id: ProcessorId
    type: str
    amount: int
    fee: int
    currency: str
    source: _Source | str | None = None

    @property
    def movement(self) -> Movement:
        source = self.source if isinstance(self.source, _Source) else _Source()
        kind = _OF_PAYMENTS.get(source.object, MovementKind.OTHER) if source.payment_intent else MovementKind.OTHER
        returned = source.id if self.type in _RETURNED else None
        currency = self.currency.upper()
        return Movement(
            id=self.id,
            kind=kind if returned is None else MovementKind.RETURNED,
            of_payout=returned,
            of_payment=source.payment_intent,
            amount=Money(self.amount, currency),
            fee=Money(self.fee, currency),
        )


class _BalanceTransactions(BaseModel):
    data: tuple[_BalanceTransaction, ...]


class _Error(BaseModel):
    type: str
    code: str | None = None


class _Failure(BaseModel):
    error: _Error


class StripeProcessor:
    """See `billing.application.ports.CardProcessor`."""

    def __init__(
        self,
        key: str,
        webhooks: StripeWebhooks,
        outbound: Asking,
        *,
        clinic_name: str,
        return_url: str,
        address: str = STRIPE,
    ) -> None:
        """`address` is where its API is, without a path."""
        self._outbound = outbound
        self._address = address
        self._headers = {"Authorization": f"Bearer {key}", "Stripe-Version": VERSION}
        self._clinic_name = clinic_name
        self._return_url = return_url
        self._webhooks = webhooks
        self.told = webhooks.read

    async def open_link(self, asked: LinkAsked) -> Checkout | Refused | NotNow:
        said = await self._post(
            "/v1/checkout/sessions",
            {
                "mode": "payment",
                "payment_method_types[0]": "card",
                "line_items[0][quantity]": "1",
                "line_items[0][price_data][currency]": asked.amount.currency.lower(),
                "line_items[0][price_data][unit_amount]": str(asked.amount.minor),
                "line_items[0][price_data][product_data][name]": f"Payment to {self._clinic_name}",
                "client_reference_id": asked.id,
                "payment_intent_data[metadata][careflow_link]": asked.id,
                "expires_at": str(int(asked.expires_at.timestamp())),
                "success_url": self._return_url,
                "cancel_url": self._return_url,
            },
            key=asked.id,
        )
        return _checkout(said) if isinstance(said, Reply) else said

    async def close_link(self, checkout_id: ProcessorId, link_id: LinkId) -> Checkout | Refused | NotNow:
        said = await self._post(f"/v1/checkout/sessions/{checkout_id}/expire", {}, key=f"{link_id}-expire")
        return _checkout(said) if isinstance(said, Reply) else said

    async def link_stands(self, checkout_id: ProcessorId, link_id: LinkId) -> Standing:
        said = await self._get(f"/v1/checkout/sessions/{checkout_id}")
        return session_stands(said.body, link_id) if isinstance(said, Reply) else said

    async def refund(self, asked: RefundAsked) -> Sent | Refused | NotNow:
        said = await self._post(
            "/v1/refunds",
            {
                "payment_intent": asked.of_payment,
                "amount": str(asked.amount.minor),
                "metadata[careflow_refund]": asked.id,
            },
            key=asked.id,
        )
        if not isinstance(said, Reply):
            return said
        refund = _Refund.model_validate_json(said.body)
        return Sent(refund.id, REFUND_STATES.get(refund.status or "", RefundState.PENDING))

    async def told_next(
        self, behind: ProcessorId | None, *, since: datetime, until: datetime
    ) -> Told | NothingTold | Refused | NotNow:
        """Stripe lists its events of the last thirty days, the newest first; `ending_before` answers those that
        followed one event, without which the oldest are on the last page. They are written in the version of the API
        that the account had then, not in ours: what is read of them is in both.
        """
        asked = [
            *(("types[]", each) for each in TOLD),
            ("created[gte]", str(int(since.timestamp()))),
            ("created[lte]", str(int(until.timestamp()))),
            ("limit", str(EVENTS_AT_ONCE)),
        ]
        if behind is not None:
            said = await self._get(f"/v1/events?{urlencode([*asked, ('ending_before', behind)])}")
            if said != Refused("resource_missing"):
                return self._webhooks.first_of(said.body) or NothingTold() if isinstance(said, Reply) else said
            # So long was nothing told that it keeps that event no longer.
        page: list[tuple[str, str]] = []
        while True:
            said = await self._get(f"/v1/events?{urlencode([*asked, *page])}")
            if not isinstance(said, Reply):
                return said
            last = self._webhooks.last_of_page(said.body)
            if last is None:
                break
            page = [("starting_after", last)]
        return self._webhooks.first_of(said.body) or NothingTold()

    async def moved_next(
        self, payout_id: ProcessorId, behind: ProcessorId | None
    ) -> Movement | NothingMoved | Refused | NotNow:
        """Stripe tells this of payouts it makes by itself. One of the movements is the payout's own."""
        asked = [("payout", payout_id), ("limit", "1"), ("expand[]", "data.source")]
        while True:
            page = [] if behind is None else [("starting_after", behind)]
            said = await self._get(f"/v1/balance_transactions?{urlencode([*asked, *page])}")
            if not isinstance(said, Reply):
                return said
            found = _BalanceTransactions.model_validate_json(said.body).data
            if not found:
                return NothingMoved()
            if found[0].type != "payout":
                return found[0].movement
            behind = found[0].id

    async def _get(self, path: str) -> Reply | Refused | NotNow:
        try:
            return _judged(await self._outbound.get(self._address + path, self._headers, seconds=TIMEOUT_SECONDS))
        except NotReached:
            return NotNow()

    async def _post(self, path: str, form: Mapping[str, str], *, key: str) -> Reply | Refused | NotNow:
        """The answer, where Stripe did it. Whatever leaves that open is asked again, under the same key."""
        headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": key}
        sent = urlencode(form).encode("ascii")
        try:
            answer = await self._outbound.post(self._address + path, sent, headers, seconds=TIMEOUT_SECONDS)
        except NotReached:
            return NotNow()
        return _judged(answer)


def _judged(answer: Reply) -> Reply | Refused | NotNow:
    """The answer itself, where Stripe did what it was asked."""
    if answer.is_success:
        return answer
    for_good = 400 <= answer.status < 500 and answer.status not in _LATER
    return Refused(_code(answer)) if for_good else NotNow()


def _checkout(said: Reply) -> Checkout:
    session = _Session.model_validate_json(said.body)
    return Checkout(session.id, session.url or "")


def _code(answer: Reply) -> str:
    """Stripe's word for what was wrong; its sentences may quote what was sent."""
    try:
        error = _Failure.model_validate_json(answer.body).error
    except ValidationError:
        return f"http_{answer.status}"
    return error.code or error.type
