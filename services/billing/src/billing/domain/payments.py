"""What was received, what it was received for, and what was given back.

Invariants: what is allocated, held and refunded never exceeds what was received; what the clinic gives back of its own
will is still paid for, so that nobody owes it again; what is held for a visit or a package pays for nothing else; no
card number is ever kept, only what the terminal or the bank calls the payment.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import NAMESPACE_URL, uuid5

from billing.domain.card_disputes import CardDispute
from billing.domain.card_numbers import refuse_card_number
from billing.domain.charges import Charge
from billing.domain.ids import AppointmentId, ChargeId, PackageId, PatientId, PaymentId, ProcessorId
from billing.domain.ledger import EntryLine, LedgerAccount, credit, debit
from billing.domain.money import Money, total
from billing.domain.payment_methods import FOR_CARE_ONLY, REFERENCED, PaymentMethod
from billing.domain.processing import DisputeState, RefundState
from billing.domain.refunds import ExcessRefund, Refund
from billing.domain.rendered import FEES
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, invalid, not_found


@dataclass(frozen=True, slots=True)
class Allocation:
    """So much of the payment is for this charge; `conceded` of it the clinic gave back, and it is paid all the same."""

    charge_id: ChargeId
    amount: Money
    conceded: Money

    @property
    def kept(self) -> Money:
        return self.amount - self.conceded


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReceived(Fact):
    payment: "Payment"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositTaken(Fact):
    payment: "Payment"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositApplied(Fact):
    payment: "Payment"
    appointment_id: AppointmentId
    charge_id: ChargeId
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundIssued(Fact):
    payment: "Payment"
    refund: Refund


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFailed(Fact):
    """What was to go back did not arrive, and is still to be paid."""

    payment: "Payment"
    refund: Refund


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDisputed(Fact):
    payment: "Payment"
    dispute: CardDispute


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDisputeClosed(Fact):
    """The bank has decided; `won` is whether the clinic keeps the money."""

    payment: "Payment"
    dispute: CardDispute
    won: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(Aggregate):
    """One receipt of a patient's money. `held` of it waits for the charge of the visit `kept_for` names, or for the
    visits of the package it was paid for. `of_given_up`: its patient's record was merged into another.
    """

    id: PaymentId
    patient_id: PatientId
    amount: Money
    method: PaymentMethod
    reference: str | None
    received_at: datetime
    received_on: date
    held: Money
    kept_for: AppointmentId | None = None
    package_id: PackageId | None = None
    allocations: tuple[Allocation, ...] = ()
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[CardDispute, ...] = ()
    excess: tuple[ExcessRefund, ...] = ()
    of_given_up: bool = False

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
        today: date,
    ) -> "Payment":
        """`today` is the clinic's date. Raises `amount_not_positive`, `reference_needed` and `card_number_refused`."""
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
            received_on=today,
            held=amount.nothing,
        )
        return payment.saying(PaymentReceived(payment=payment, at=now))

    @property
    def allocated(self) -> Money:
        return total((each.amount for each in self.allocations), self.amount.currency)

    @property
    def refunded(self) -> Money:
        return total((each.amount for each in self.refunds), self.amount.currency)

    @property
    def by_processor(self) -> bool:
        """Whether the card processor took it, and gives back what goes back of it."""
        return self.method is PaymentMethod.CARD_ONLINE

    @property
    def next_refund(self) -> Refund | None:
        """What the processor is to be told to give back next."""
        planned = [each for each in self.refunds if each.state is RefundState.PLANNED]
        return min(planned, key=lambda each: each.attempt_at or each.refunded_at, default=None)

    @property
    def entered_in_error(self) -> Money:
        """What of it was told and never came."""
        never = (each.amount for each in self.refunds if each.never_came)
        return total(never, self.amount.currency)

    @property
    def came(self) -> Money:
        """What came in, whether or not it was given back."""
        return self.amount - self.entered_in_error

    @property
    def refundable(self) -> Money:
        """What was received and not given back."""
        return self.amount - self.refunded

    @property
    def conceded(self) -> Money:
        """What was given back of what it is for."""
        return total((each.conceded for each in self.allocations), self.amount.currency)

    @property
    def unapplied(self) -> Money:
        """What is for no charge."""
        return self.refundable - (self.allocated - self.conceded)

    @property
    def free(self) -> Money:
        """What is there for whatever is owed."""
        return self.unapplied - self.held

    @property
    def idle(self) -> Money:
        """What nothing to come will ever be paid with: of a record that was given up also what is held."""
        return self.unapplied if self.of_given_up else self.free

    @property
    def is_unsettled(self) -> bool:
        """Whether some of it is for nothing yet, on its way back to the patient, or disputed."""
        on_its_way = any(each.is_owed for each in self.refunds) or any(each.is_on_its_way for each in self.excess)
        return bool(self.unapplied) or on_its_way or any(each.is_open for each in self.disputes)

    @property
    def liability(self) -> LedgerAccount:
        """Where the books have what is held."""
        return LedgerAccount.UNEARNED if self.package_id else LedgerAccount.DEPOSITS

    def on_given_up(self, given_up: bool) -> "Payment":
        """Whether its patient's record was merged into another one."""
        return self if self.of_given_up is given_up else replace(self.recording(), of_given_up=given_up)

    def as_deposit(self, appointment_id: AppointmentId, *, now: datetime) -> "Payment":
        """All of it waits for a visit to come."""
        after = replace(self, kept_for=appointment_id, held=self.amount)
        return after.saying(DepositTaken(payment=after, at=now))

    def for_package(self, package_id: PackageId) -> "Payment":
        """All of it waits for the visits of a package."""
        return replace(self, package_id=package_id, held=self.amount)

    def holding(self, amount: Money) -> "Payment":
        """So much more of it is held, or less if below zero. Raises `not_received`."""
        if not amount.nothing <= self.held + amount <= self.unapplied:
            raise conflict("not_received", "No more can be held than is left of the payment.")
        return replace(self.recording(), held=self.held + amount)

    def deposit_applied(self, charge: Charge, before: Money, *, now: datetime) -> "Payment":
        """Nothing of it waits for the visit any more, which was charged; `before` was allocated until then."""
        after = replace(self.recording(), kept_for=None)
        applied = self.allocated - before
        if self.kept_for is None or not applied:
            return after
        said = DepositApplied(payment=after, appointment_id=self.kept_for, charge_id=charge.id, amount=applied, at=now)
        return after.saying(said)

    def allocating(self, charge_id: ChargeId, amount: Money) -> "Payment":
        """So much of it is for this charge. Raises `not_received`."""
        if amount.expect_positive() > self.free:
            raise conflict("not_received", "No more can be allocated than is left of the payment.")
        nothing = amount.nothing
        earlier = self.allocated_to(charge_id) or Allocation(charge_id, nothing, nothing)
        return self._with(replace(earlier, amount=earlier.amount + amount))

    def allocated_to(self, charge_id: ChargeId) -> Allocation | None:
        """What of it is for a charge."""
        return next((each for each in self.allocations if each.charge_id == charge_id), None)

    def releasing(self, charge_id: ChargeId, amount: Money) -> "Payment":
        """So much less of it is for this charge. Raises `not_allocated`."""
        allocation = self.allocated_to(charge_id)
        if allocation is None or amount.expect_positive() > allocation.kept:
            raise conflict("not_allocated", "No more can be taken from a charge than was allocated to it.")
        return self._with(replace(allocation, amount=allocation.amount - amount))

    def conceding(self, charge_id: ChargeId, amount: Money) -> "Payment":
        """So much more of what is for this charge was given back, less if below zero. Raises `not_allocated`."""
        allocation = self.allocated_to(charge_id)
        if allocation is None or not amount.nothing <= allocation.conceded + amount <= allocation.amount:
            raise conflict("not_allocated", "No more can be given back of a charge than was paid for it.")
        return self._with(replace(allocation, conceded=allocation.conceded + amount))

    def expect_same(self, told: "Payment") -> "Payment":
        """Itself, told of once more. Raises `reference_used` when something else is told under its reference."""
        if told.amount != self.amount:
            raise conflict("reference_used", "Another amount was received under this reference.")
        return self

    def may_pay(self, charge: Charge) -> bool:
        return not (self.method in FOR_CARE_ONLY and charge.rendered.cause in FEES)

    def to_give_back(self, refund: Refund) -> tuple[Allocation, ...]:
        """What of its allocations a refund touches, the newest first: what is conceded of them for goodwill, what is
        released of them where the payment was an error. Raises `refund_above_received`, `held_for_package` and
        `nothing_overpaid`.
        """
        if self.by_processor and refund.never_came:
            raise conflict("told_by_processor", "The processor has this money, so it came; it can be given back.")
        if refund.amount.expect_positive() > self.refundable:
            raise conflict("refund_above_received", "No more can be refunded than was received.")
        if self.package_id and refund.amount > self.refundable - self.held:
            raise conflict("held_for_package", "What was paid for a package is given back with the package.")
        idle = self.free if self.package_id else self.unapplied
        return self.newest_first(refund.out_of_charges(idle))

    def expect_undisputed(self) -> None:
        """Raises `payment_disputed`: what the cardholder's bank may take back is not given back as well."""
        if any(each.keeps_money for each in self.disputes):
            raise conflict("payment_disputed", "The cardholder's bank has not decided about this payment yet.")

    def newest_first(self, needed: Money) -> tuple[Allocation, ...]:
        """So much of its allocations, as far as there is that much."""
        found = []
        for allocation in reversed(self.allocations):
            taken = min(allocation.kept, needed)
            if taken.minor > 0:
                found.append(Allocation(allocation.charge_id, taken, taken.nothing))
                needed = needed - taken
        return tuple(found)

    def refunding(self, refund: Refund) -> "Payment":
        """What is unapplied, or was conceded just now, is given back. Raises `refund_above_received`."""
        if refund.amount.expect_positive() > self.free:
            raise conflict("refund_above_received", "No more can be refunded than was received.")
        after = replace(self.recording(), refunds=(*self.refunds, refund))
        return (
            after if refund.is_owed else after.saying(RefundIssued(payment=after, refund=refund, at=refund.refunded_at))
        )

    def refund(self, refund_id: str) -> Refund:
        """Raises `refund_not_found`."""
        found = next((each for each in self.refunds if each.id == refund_id), None)
        if found is None:
            raise not_found("refund")
        return found

    def with_refund(self, refund: Refund, *, now: datetime) -> "Payment":
        """One of its refunds as it stands now; said where it has arrived or came back."""
        before = self.refund(refund.id)
        after = replace(
            self.recording(), refunds=tuple(refund if each.id == refund.id else each for each in self.refunds)
        )
        if before.is_owed and not refund.is_owed:
            return after.saying(RefundIssued(payment=after, refund=refund, at=now))
        if refund.state is RefundState.FAILED and before.state is not RefundState.FAILED:
            return after.saying(RefundFailed(payment=after, refund=refund, at=now))
        return after

    def excess_of(self, processor_id: ProcessorId) -> ExcessRefund | None:
        return next((each for each in self.excess if each.id == processor_id), None)

    def with_excess(self, excess: ExcessRefund) -> "Payment":
        """What was given back beyond what was the patient's, as it stands now."""
        others = tuple(each for each in self.excess if each.id != excess.id)
        return replace(self.recording(), excess=(*others, excess))

    def dispute(self, dispute_id: ProcessorId) -> CardDispute | None:
        return next((each for each in self.disputes if each.id == dispute_id), None)

    def with_dispute(self, dispute: CardDispute, *, now: datetime) -> "Payment":
        """One of its disputes as it stands now; said when it is opened and when it is decided."""
        before = self.dispute(dispute.id)
        others = tuple(each for each in self.disputes if each.id != dispute.id)
        after = replace(self.recording(), disputes=(*others, dispute))
        if before is None:
            after = after.saying(PaymentDisputed(payment=after, dispute=dispute, at=now))
        if not dispute.is_open and (before is None or before.is_open):
            won = dispute.state is DisputeState.WON
            after = after.saying(PaymentDisputeClosed(payment=after, dispute=dispute, won=won, at=now))
        return after

    def entry_lines(self) -> tuple[EntryLine, ...]:
        """The receipt as the books have it: money of the patient's, held or not yet for anything."""
        owed_as = self.liability if self.held else LedgerAccount.UNAPPLIED
        return (
            debit(LedgerAccount.PROCESSOR if self.by_processor else LedgerAccount.CASH, self.amount),
            credit(owed_as, self.amount),
        )

    def _with(self, allocation: Allocation) -> "Payment":
        others = tuple(each for each in self.allocations if each.charge_id != allocation.charge_id)
        kept = (allocation,) if allocation.amount else ()
        return replace(self.recording(), allocations=(*others, *kept))


def payment_id_of(patient_id: PatientId, method: PaymentMethod, reference: str) -> PaymentId:
    """The one payment a terminal calls so."""
    return PaymentId(str(uuid5(NAMESPACE_URL, f"careflow:payments/{patient_id}/{method}/{reference}")))


def processed_payment_id(processor_id: ProcessorId) -> PaymentId:
    """The one payment the card processor calls so."""
    return PaymentId(str(uuid5(NAMESPACE_URL, f"careflow:processed-payments/{processor_id}")))
