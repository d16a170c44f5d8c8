"""What Stripe tells by itself: is it Stripe that says so, is it about us, and what does it mean.

Stripe signs `<timestamp>.<body>` with HMAC-SHA-256; several signatures stand in the header while one secret follows
another. It may send an event twice, and events in any order.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, StringConstraints, ValidationError

from billing.domain.ids import LinkId, ProcessorId
from billing.domain.money import Money
from billing.domain.processing import (
    CardDeclined,
    DeclineReason,
    DisputeState,
    DisputeTold,
    FundsMove,
    LinkExpired,
    LinkPaid,
    News,
    PayoutTold,
    RefundState,
    RefundTold,
    Refused,
    StillOpen,
)
from billing.domain.processor_feed import Told
from careflow_domain.errors import DomainError, invalid
from careflow_service.clock import Clock

TOLERANCE_SECONDS: Final = 300
"""Stripe's own default: an older signature may have been recorded and sent again by somebody else."""

REFUND_STATES: Final[Mapping[str, RefundState]] = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.DONE,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
_DISPUTE_STATES: Final[Mapping[str, DisputeState]] = {
    "warning_needs_response": DisputeState.INQUIRY,
    "warning_under_review": DisputeState.INQUIRY,
    "warning_closed": DisputeState.WON,
    "prevented": DisputeState.WON,
    "needs_response": DisputeState.OPEN,
    "under_review": DisputeState.OPEN,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
}
_DECLINES: Final[Mapping[str, DeclineReason]] = {
    "card_declined": DeclineReason.DECLINED,
    "expired_card": DeclineReason.EXPIRED_CARD,
    "authentication_required": DeclineReason.NOT_AUTHENTICATED,
    "payment_intent_authentication_failure": DeclineReason.NOT_AUTHENTICATED,
}

_Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,64}$")]
_Ours = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")]
_Currency = Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-z]{3}$")]


class _Data(BaseModel):
    object: dict[str, Any]


class _Event(BaseModel):
    id: _Id
    type: str
    livemode: bool
    account: str | None = None
    data: _Data


class _Listed(BaseModel):
    id: _Id
    created: int


class _Events(BaseModel):
    """A page of events, the newest first; each is read by itself, for of a form we do not know there may be one."""

    data: tuple[dict[str, Any], ...]
    has_more: bool = False


class _CheckoutSession(BaseModel):
    status: str = ""
    client_reference_id: _Ours | None = None
    payment_intent: _Id | None = None
    payment_status: str = ""
    amount_total: int | None = None
    currency: _Currency | None = None


class _CardError(BaseModel):
    code: str | None = None
    charge: _Id | None = None


class _LinkMetadata(BaseModel):
    careflow_link: _Ours | None = None


class _PaymentIntent(BaseModel):
    id: _Id
    metadata: _LinkMetadata = _LinkMetadata()
    last_payment_error: _CardError | None = None


class _RefundMetadata(BaseModel):
    careflow_refund: _Ours | None = None


class _Refund(BaseModel):
    id: _Id
    payment_intent: _Id | None = None
    amount: int
    currency: _Currency
    status: str | None = None
    metadata: _RefundMetadata | None = None


class _BalanceTransaction(BaseModel):
    id: _Id
    amount: int
    fee: int
    currency: _Currency


class _Payout(BaseModel):
    id: _Id
    amount: int
    currency: _Currency
    arrival_date: int
    status: str = ""


class _Dispute(BaseModel):
    id: _Id
    payment_intent: _Id | None = None
    amount: int
    currency: _Currency
    status: str
    balance_transactions: tuple[_BalanceTransaction, ...] = ()


class StripeWebhooks:
    """Reads what was sent to the webhook endpoint; `live` and `account` say what of it is about us."""

    def __init__(self, secrets: Sequence[str], wall_clock: Clock, *, live: bool, account: str | None) -> None:
        self._secrets = [each.encode() for each in secrets]
        self._wall_clock = wall_clock
        self._live = live
        self._account = account

    def read(self, body: bytes, signature: str | None) -> News | None:
        """Raises `signature_invalid` and `webhook_not_understood`."""
        self._expect_signed(body, signature or "")
        try:
            return self._meant(_Event.model_validate_json(body))
        except ValidationError:
            raise invalid("webhook_not_understood", "This is no event in the form this service knows.") from None

    def first_of(self, body: bytes) -> Told | None:
        """What was told first of a page of events; None where there is none. What is not understood is no news."""
        events = _Events.model_validate_json(body).data
        if not events:
            return None
        listed = _Listed.model_validate(events[-1])
        try:
            news = self._meant(_Event.model_validate(events[-1]))
        except ValidationError:
            news = None
        return Told(ProcessorId(listed.id), datetime.fromtimestamp(listed.created, UTC), news)

    @staticmethod
    def last_of_page(body: bytes) -> ProcessorId | None:
        """Behind which event the next page begins; None where there is none."""
        page = _Events.model_validate_json(body)
        return ProcessorId(_Listed.model_validate(page.data[-1]).id) if page.has_more and page.data else None

    def _meant(self, event: _Event) -> News | None:
        meant = _MEANINGS.get(event.type)
        ours = event.livemode is self._live and event.account in (None, self._account)
        return meant(event) if meant and ours else None

    def _expect_signed(self, body: bytes, signature: str) -> None:
        parts = [part.strip().partition("=") for part in signature.split(",")]
        times = [value for name, _, value in parts if name == "t"]
        given = [value.encode() for name, _, value in parts if name == "v1"]
        if len(times) != 1 or not times[0].isascii() or not times[0].isdigit() or len(times[0]) > 12:
            raise _unsigned()
        signed = times[0].encode() + b"." + body
        right = [hmac.new(secret, signed, hashlib.sha256).hexdigest().encode() for secret in self._secrets]
        if not any(hmac.compare_digest(each, mine) for each in given for mine in right):
            raise _unsigned()
        if int(times[0]) < self._wall_clock().timestamp() - TOLERANCE_SECONDS:
            raise _unsigned()


def _unsigned() -> DomainError:
    return invalid("signature_invalid", "This was not signed by the card processor, or too long ago.")


def _session_paid(event: _Event) -> News | None:
    """Money that is on its way only is told of again when it is there."""
    return _paid(_CheckoutSession.model_validate(event.data.object))


def _paid(session: _CheckoutSession) -> LinkPaid | None:
    link, payment, amount = session.client_reference_id, session.payment_intent, session.amount_total
    if link is None or payment is None or not amount or session.currency is None or session.payment_status != "paid":
        return None
    return LinkPaid(link_id=LinkId(link), processor_id=ProcessorId(payment), amount=Money(amount, session.currency))


def session_stands(body: bytes, link_id: LinkId) -> LinkPaid | LinkExpired | StillOpen | Refused:
    """What a Checkout Session that was read says of the link it was opened for."""
    session = _CheckoutSession.model_validate_json(body)
    if session.client_reference_id != link_id:
        return Refused("session_of_another_link")
    if session.status == "expired":
        return LinkExpired(link_id)
    return _paid(session) or StillOpen()


def _session_expired(event: _Event) -> News | None:
    link = _CheckoutSession.model_validate(event.data.object).client_reference_id
    return LinkExpired(LinkId(link)) if link else None


def _declined(event: _Event) -> News | None:
    intent = _PaymentIntent.model_validate(event.data.object)
    link, error = intent.metadata.careflow_link, intent.last_payment_error
    if link is None:
        return None
    attempt = error.charge if error and error.charge else event.id
    reason = _DECLINES.get(error.code or "", DeclineReason.OTHER) if error else DeclineReason.OTHER
    return CardDeclined(link_id=LinkId(link), attempt_id=ProcessorId(attempt), reason=reason)


def _refund(event: _Event) -> News | None:
    refund = _Refund.model_validate(event.data.object)
    if refund.payment_intent is None:
        return None
    return RefundTold(
        of_payment=ProcessorId(refund.payment_intent),
        id=ProcessorId(refund.id),
        refund_id=refund.metadata.careflow_refund if refund.metadata else None,
        amount=Money(refund.amount, refund.currency),
        state=REFUND_STATES.get(refund.status or "", RefundState.PENDING),
    )


def _dispute(event: _Event) -> News | None:
    dispute = _Dispute.model_validate(event.data.object)
    if dispute.payment_intent is None:
        return None
    return DisputeTold(
        of_payment=ProcessorId(dispute.payment_intent),
        id=ProcessorId(dispute.id),
        amount=Money(dispute.amount, dispute.currency),
        state=_DISPUTE_STATES.get(dispute.status, DisputeState.OPEN),
        moves=tuple(
            FundsMove(
                id=ProcessorId(each.id), amount=Money(each.amount, each.currency), fee=Money(each.fee, each.currency)
            )
            for each in dispute.balance_transactions
        ),
    )


def _payout(event: _Event) -> News | None:
    payout = _Payout.model_validate(event.data.object)
    return PayoutTold(
        id=ProcessorId(payout.id),
        amount=Money(payout.amount, payout.currency),
        arrives_on=datetime.fromtimestamp(payout.arrival_date, UTC).date(),
        failed=payout.status in {"failed", "canceled"},
    )


_MEANINGS: Final[Mapping[str, Callable[[_Event], News | None]]] = {
    "checkout.session.completed": _session_paid,
    "checkout.session.async_payment_succeeded": _session_paid,
    "checkout.session.expired": _session_expired,
    "payment_intent.payment_failed": _declined,
    "refund.created": _refund,
    "refund.updated": _refund,
    "refund.failed": _refund,
    "charge.dispute.created": _dispute,
    "charge.dispute.updated": _dispute,
    "charge.dispute.funds_withdrawn": _dispute,
    "charge.dispute.funds_reinstated": _dispute,
    "charge.dispute.closed": _dispute,
    "payout.reconciliation_completed": _payout,
    "payout.failed": _payout,
    "payout.canceled": _payout,
}
"""What the endpoint is to be sent, and what each means."""
TOLD: Final = tuple(_MEANINGS)
