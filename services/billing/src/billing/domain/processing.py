"""What the card processor and this service say to each other, in words that are no processor's."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from billing.domain.ids import LinkId, PaymentId, ProcessorId
from billing.domain.money import Money


class RefundState(StrEnum):
    """PLANNED: the processor was not told yet. PENDING: it was, and has not said how it went. FAILED: the money came
    back, and is still to be paid.
    """

    PLANNED = "planned"
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class DisputeState(StrEnum):
    """INQUIRY: the bank asks, and has taken nothing. OPEN: it has taken the money until it decides."""

    INQUIRY = "inquiry"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class DeclineReason(StrEnum):
    """Why a card was not charged, as far as a clinic needs to know."""

    DECLINED = "declined"
    NOT_AUTHENTICATED = "not_authenticated"
    EXPIRED_CARD = "expired_card"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Checkout:
    """Where a payment link leads."""

    id: ProcessorId
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """A refund as the processor has it."""

    id: ProcessorId
    state: RefundState


@dataclass(frozen=True, slots=True)
class Refused:
    """The processor refused for good; `code` is its word for why."""

    code: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """It may go another time."""


@dataclass(frozen=True, slots=True)
class StillOpen:
    """A link was not paid, and is not over: somebody may still pay by it, or their money is on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPaid:
    """A link was paid, with the processor's payment of this id."""

    link_id: LinkId
    processor_id: ProcessorId
    amount: Money


@dataclass(frozen=True, slots=True)
class LinkExpired:
    """Nobody can pay by this link any more."""

    link_id: LinkId


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDeclined:
    """An attempt to pay by a link did not come off; the link goes on."""

    link_id: LinkId
    attempt_id: ProcessorId
    reason: DeclineReason


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTold:
    """How a refund stands. `refund_id` is ours, None for one that was made at the processor's own desk."""

    of_payment: ProcessorId
    id: ProcessorId
    refund_id: str | None
    amount: Money
    state: RefundState


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsMove:
    """The processor took disputed money, below zero, or gave it back; `fee` is what it asked for that."""

    id: ProcessorId
    amount: Money
    fee: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeTold:
    """How a cardholder's dispute stands, with every move of money so far."""

    of_payment: ProcessorId
    id: ProcessorId
    amount: Money
    state: DisputeState
    moves: tuple[FundsMove, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutTold:
    """Money is on its way to the clinic's bank, and of what it is made can be asked; or the bank gave it back."""

    id: ProcessorId
    amount: Money
    arrives_on: date
    failed: bool


OfLink = LinkPaid | LinkExpired | CardDeclined
OfPayment = RefundTold | DisputeTold
News = OfLink | OfPayment | PayoutTold
Standing = LinkPaid | LinkExpired | StillOpen | Refused | NotNow
"""How a link stands, asked for instead of told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAsked:
    """`id` is the same however often it is asked; nobody can pay after `expires_at`."""

    id: LinkId
    amount: Money
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAsked:
    """`id` is the same however often it is asked."""

    id: str
    payment_id: PaymentId
    of_payment: ProcessorId
    amount: Money
