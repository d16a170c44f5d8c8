"""What was received, what it was received for, and what was given back.

Invariants: what is allocated and refunded never exceeds what was received; no card number is ever kept, only what the
terminal or the bank calls the payment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from billing.domain.card_numbers import refuse_card_number
from billing.domain.charges import Charge
from billing.domain.ids import ChargeId, PatientId, PaymentId
from billing.domain.ledger import EntryLine, LedgerAccount, credit, debit
from billing.domain.money import Money, total
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, invalid


class PaymentMethod(StrEnum):
    CARD_TERMINAL = "card_terminal"
    HSA_FSA = "hsa_fsa"
    CASH = "cash"
    CHECK = "check"
    TRANSFER = "transfer"


REFERENCED = frozenset(
    {PaymentMethod.CARD_TERMINAL, PaymentMethod.HSA_FSA, PaymentMethod.CHECK, PaymentMethod.TRANSFER}
)
"""Methods that leave a trace elsewhere, whose reference is asked for."""


class RefundReason(StrEnum):
    OVERPAID = "overpaid"
    CHARGE_CORRECTED = "charge_corrected"
    GOODWILL = "goodwill"
    ENTERED_IN_ERROR = "entered_in_error"


@dataclass(frozen=True, slots=True)
class Allocation:
    """So much of the payment is for this charge."""

    charge_id: ChargeId
    amount: Money


@dataclass(frozen=True, slots=True)
class Refund:
    """Given back by the method it came by."""

    id: str
    amount: Money
    reason: RefundReason
    refunded_at: datetime

    def entry_lines(self) -> tuple[EntryLine, ...]:
        return (debit(LedgerAccount.UNAPPLIED, self.amount), credit(LedgerAccount.CASH, self.amount))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReceived(Fact):
    payment: "Payment"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundIssued(Fact):
    payment: "Payment"
    refund: Refund


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(Aggregate):
    """One receipt of a patient's money."""

    id: PaymentId
    patient_id: PatientId
    amount: Money
    method: PaymentMethod
    reference: str | None
    received_at: datetime
    allocations: tuple[Allocation, ...] = ()
    refunds: tuple[Refund, ...] = ()

    @classmethod
    def received(
        cls,
        payment_id: PaymentId,
        patient_id: PatientId,
        amount: Money,
        method: PaymentMethod,
        reference: str | None,
        *,
        now: datetime,
    ) -> "Payment":
        """Raises `amount_not_positive`, `reference_needed` and `card_number_refused`."""
        refuse_card_number(reference)
        if method in REFERENCED and not reference:
            raise invalid("reference_needed", "A payment of this kind has a reference: of the terminal, check or bank.")
        payment = cls(
            id=payment_id,
            patient_id=patient_id,
            amount=amount.expect_positive(),
            method=method,
            reference=reference,
            received_at=now,
        )
        return payment.saying(PaymentReceived(payment=payment, at=now))

    @property
    def allocated(self) -> Money:
        return total((each.amount for each in self.allocations), self.amount.currency)

    @property
    def refunded(self) -> Money:
        return total((each.amount for each in self.refunds), self.amount.currency)

    @property
    def refundable(self) -> Money:
        """What was received and not given back."""
        return self.amount - self.refunded

    @property
    def unapplied(self) -> Money:
        """What is there for charges to come."""
        return self.refundable - self.allocated

    def allocating(self, charge_id: ChargeId, amount: Money) -> "Payment":
        """So much of it is for this charge. Raises `not_received`."""
        if amount.expect_positive() > self.unapplied:
            raise conflict("not_received", "No more can be allocated than is left of the payment.")
        earlier = total((each.amount for each in self.allocations if each.charge_id == charge_id), amount.currency)
        others = tuple(each for each in self.allocations if each.charge_id != charge_id)
        return replace(self.recording(), allocations=(*others, Allocation(charge_id, earlier + amount)))

    def releasing(self, charge_id: ChargeId, amount: Money) -> "Payment":
        """So much less of it is for this charge. Raises `not_allocated`."""
        allocated = total((each.amount for each in self.allocations if each.charge_id == charge_id), amount.currency)
        if amount.expect_positive() > allocated:
            raise conflict("not_allocated", "No more can be taken from a charge than was allocated to it.")
        kept = tuple(
            replace(each, amount=each.amount - amount) if each.charge_id == charge_id else each
            for each in self.allocations
        )
        return replace(self.recording(), allocations=tuple(each for each in kept if each.amount))

    def to_release(self, refund: Money) -> tuple[Allocation, ...]:
        """What must be taken back from charges, the newest allocation first, before so much can be refunded. Raises
        `refund_above_received`.
        """
        if refund.expect_positive() > self.refundable:
            raise conflict("refund_above_received", "No more can be refunded than was received.")
        needed, found = refund - self.unapplied, []
        for allocation in reversed(self.allocations):
            if needed.minor <= 0:
                break
            taken = min(allocation.amount, needed)
            found.append(Allocation(allocation.charge_id, taken))
            needed = needed - taken
        return tuple(found)

    def refunding(self, refund: Refund) -> "Payment":
        """What is unapplied is given back. Raises `refund_above_received`."""
        if refund.amount.expect_positive() > self.unapplied:
            raise conflict("refund_above_received", "No more can be refunded than was received.")
        after = replace(self.recording(), refunds=(*self.refunds, refund))
        return after.saying(RefundIssued(payment=after, refund=refund, at=refund.refunded_at))

    def entry_lines(self) -> tuple[EntryLine, ...]:
        """The receipt as the books have it: money of the patient's, not yet for anything."""
        return (debit(LedgerAccount.CASH, self.amount), credit(LedgerAccount.UNAPPLIED, self.amount))


def plan_allocations(available: Money, charges: Sequence[Charge]) -> tuple[Allocation, ...]:
    """Which charges so much money is for: the charge of the earliest service first."""
    found = []
    for charge in sorted(charges, key=lambda each: (each.rendered.service_date, each.id)):
        amount = min(available, charge.balance)
        if amount.minor > 0:
            found.append(Allocation(charge.id, amount))
            available = available - amount
    return tuple(found)


def allocation_lines(amount: Money) -> tuple[EntryLine, ...]:
    """Money of the patient's is for a charge now; below zero it is taken back from one."""
    if amount.minor > 0:
        return (debit(LedgerAccount.UNAPPLIED, amount), credit(LedgerAccount.RECEIVABLE, amount))
    return (debit(LedgerAccount.RECEIVABLE, -amount), credit(LedgerAccount.UNAPPLIED, -amount))
