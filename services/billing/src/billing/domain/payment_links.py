"""Payment links: a patient pays by card at the processor's own page, and this service never sees the card.

Invariants: a link is paid at most once; one that is over is never opened again; what is asked for was owed, or is for a
visit to come; once the patient has its address, only the processor can say that it is over, and is asked until it
does.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from billing.domain.ids import AppointmentId, ChargeId, LinkId, PatientId, PaymentId, ProcessorId
from billing.domain.money import Money
from billing.domain.processing import CardDeclined, Checkout, DeclineReason, NotNow, Refused, StillOpen
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict

LONGEST_WAIT: Final = timedelta(minutes=5)
ASKED_AFTER: Final = timedelta(minutes=15)
"""A processor tells within seconds that a link is over. So long after its end it is asked: what it told was lost."""
UNKNOWN_ASKED_AFTER: Final = timedelta(days=1)
"""A link the processor does not know: somebody has to see why, which takes no minutes."""
ATTEMPTS_KEPT: Final = 20


class LinkState(StrEnum):
    """PLANNED: the processor was not asked yet. CLOSING: it is asked to let nobody pay any more."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSING = "closing"
    PAID = "paid"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFailed(Fact):
    """A card was not charged; the link goes on."""

    link: "PaymentLink"
    reason: DeclineReason


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLink(Aggregate):
    """`charge_ids` are what it is to pay, or `appointment_id` the visit to come; `address` is where the patient pays.
    The processor is asked at `attempt_at`, where nothing was done before: what became of it. `refused` is its word for
    why it did not want to, or that it knows no such link.
    """

    id: LinkId
    patient_id: PatientId
    amount: Money
    made_at: datetime
    expires_at: datetime
    charge_ids: tuple[ChargeId, ...] = ()
    appointment_id: AppointmentId | None = None
    state: LinkState = LinkState.PLANNED
    attempt_at: datetime | None = None
    attempts: int = 0
    checkout_id: ProcessorId | None = None
    address: str | None = field(default=None, repr=False)
    refused: str | None = None
    payment_id: PaymentId | None = None
    declined: tuple[ProcessorId, ...] = ()

    @property
    def is_undecided(self) -> bool:
        """Whether it may still bring money: also after it expired, until the processor has told what came of it."""
        return self.state in {LinkState.PLANNED, LinkState.OPEN, LinkState.CLOSING}

    def can_be_paid(self, now: datetime) -> bool:
        """Whether somebody can pay by it, or soon can."""
        return self.is_undecided and now < self.expires_at

    def answered(self, answer: Checkout | StillOpen | Refused | NotNow, *, now: datetime) -> "PaymentLink":
        """What the processor said when it was asked to open or to close it, or how it stands."""
        match answer:
            case NotNow() | StillOpen() if self.checkout_id is not None or now < self.expires_at:
                wait = min(timedelta(seconds=2 ** min(self.attempts, 20)), LONGEST_WAIT)
                return replace(self.recording(), attempts=self.attempts + 1, attempt_at=now + wait)
            case NotNow() | StillOpen():
                # Nobody was given an address, so nobody has paid.
                return self.over()
            case Refused(code) if self.checkout_id is None:
                return replace(self.over(), refused=code)
            case Refused(code):
                # Somebody had its address. That the processor does not know it now, under another key perhaps, says
                # nothing of whether money came.
                return replace(self.recording(), refused=code, attempt_at=now + UNKNOWN_ASKED_AFTER)
            case Checkout(checkout_id, address):
                closing = self.state is LinkState.CLOSING and self.checkout_id is not None
                if closing or self.state in {LinkState.PAID, LinkState.OVER}:
                    return self.over()
                state = LinkState.CLOSING if self.state is LinkState.CLOSING else LinkState.OPEN
                again = now if state is LinkState.CLOSING else self.expires_at + ASKED_AFTER
                opened = replace(self.recording(), state=state, checkout_id=checkout_id, address=address)
                return replace(opened, attempts=0, attempt_at=again)

    def close(self, *, now: datetime) -> "PaymentLink":
        """Nobody is to pay by it. Raises `payment_link_over`."""
        if not self.can_be_paid(now):
            raise conflict("payment_link_over", "This link was paid, or is over.")
        return replace(self.recording(), state=LinkState.CLOSING, attempt_at=now)

    def over(self) -> "PaymentLink":
        """Nobody can pay by it any more; one that was paid stays so."""
        if self.state in {LinkState.PAID, LinkState.OVER}:
            return self
        return replace(self.recording(), state=LinkState.OVER, attempt_at=None, address=None)

    def paid(self, payment_id: PaymentId) -> "PaymentLink":
        """Also one that was believed to be over: the money came."""
        after = replace(self.recording(), state=LinkState.PAID, attempt_at=None, address=None)
        return replace(after, payment_id=payment_id, refused=None)

    def decline(self, told: CardDeclined, *, now: datetime) -> "PaymentLink":
        """An attempt did not come off; each is told of once."""
        if told.attempt_id in self.declined:
            return self
        after = replace(self.recording(), declined=(*self.declined, told.attempt_id)[-ATTEMPTS_KEPT:])
        return after.saying(PaymentFailed(link=after, reason=told.reason, at=now))
