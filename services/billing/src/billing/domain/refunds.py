"""What goes back of a payment, why, and where it is taken from."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from billing.domain.ids import ProcessorId
from billing.domain.ledger import EntryLine, LedgerAccount, credit, debit
from billing.domain.money import Money
from billing.domain.processing import RefundState
from careflow_domain.errors import conflict

LONGEST_WAIT: Final = timedelta(hours=1)
KEY_COUNTS: Final = timedelta(hours=23)
"""So long a processor knows again what it was asked before; after that asking once more might pay twice."""


class RefundReason(StrEnum):
    """OVERPAID, CHARGE_CORRECTED: money that is for no charge. GOODWILL: part of what a service cost, which stays paid.
    ENTERED_IN_ERROR: the money never came, so what it was for is owed. PACKAGE_UNUSED: what is held for a package.
    CHARGEBACK: the cardholder's bank took it back, so what it was for is owed.
    """

    OVERPAID = "overpaid"
    CHARGE_CORRECTED = "charge_corrected"
    GOODWILL = "goodwill"
    ENTERED_IN_ERROR = "entered_in_error"
    PACKAGE_UNUSED = "package_unused"
    CHARGEBACK = "chargeback"


@dataclass(frozen=True, slots=True)
class Refund:
    """Given back by the method it came by. What the processor gives back is PLANNED first, and is tried at
    `attempt_at`; `processor_id` is what it calls the refund, `given_up` what
    it called earlier tries of it that came back. `account` is where the money came from in the end.
    """

    id: str
    amount: Money
    reason: RefundReason
    refunded_at: datetime
    state: RefundState = RefundState.DONE
    processor_id: ProcessorId | None = None
    given_up: tuple[ProcessorId, ...] = ()
    attempt_at: datetime | None = None
    attempts: int = 0
    tried_since: datetime | None = None
    account: LedgerAccount = LedgerAccount.CASH

    @property
    def is_goodwill(self) -> bool:
        return self.reason is RefundReason.GOODWILL

    @property
    def never_came(self) -> bool:
        """Whether it takes out what was told and not received, and nothing goes back."""
        return self.reason is RefundReason.ENTERED_IN_ERROR

    @property
    def is_given(self) -> bool:
        """Whether the clinic gives it back; else the money never came, or the cardholder's bank took it."""
        return not self.never_came and self.reason is not RefundReason.CHARGEBACK

    @property
    def is_owed(self) -> bool:
        """Whether the patient does not have the money yet."""
        return self.state is not RefundState.DONE

    @property
    def was_paid_unanswered(self) -> bool:
        """Whether it was paid by other means, and the processor has never answered whether it has made it."""
        return self.state is RefundState.DONE and self.account is LedgerAccount.CASH and self.processor_id is None

    def out_of_charges(self, idle: Money) -> Money:
        """How much of it is from what charges were paid with, where `idle` is for none; below zero where some of that
        stays. Raises `nothing_overpaid`.
        """
        match self.reason:
            case RefundReason.GOODWILL | RefundReason.ENTERED_IN_ERROR | RefundReason.CHARGEBACK:
                return self.amount - idle
            case RefundReason.OVERPAID | RefundReason.CHARGE_CORRECTED | RefundReason.PACKAGE_UNUSED:
                if self.amount > idle:
                    raise conflict("nothing_overpaid", "Only what is for no charge was overpaid; the rest is goodwill.")
                return self.amount.nothing

    def by_processor(self, *, now: datetime) -> "Refund":
        """It goes back once the processor has been told."""
        return replace(self, state=RefundState.PLANNED, attempt_at=now, account=LedgerAccount.PROCESSOR)

    def put_off(self, *, now: datetime) -> "Refund":
        """It could not be asked for now; each time it waits twice as long, and in the end a person looks."""
        since = self.tried_since or now
        if now - since > KEY_COUNTS:
            return self.told(RefundState.FAILED, None)
        wait = min(timedelta(seconds=2 ** min(self.attempts, 20)), LONGEST_WAIT)
        return replace(self, attempts=self.attempts + 1, attempt_at=now + wait, tried_since=since)

    def told(self, state: RefundState, processor_id: ProcessorId | None) -> "Refund":
        """As the processor says it stands, whatever it said before: what has come back stays so, and that something is
        on its way is no news of what has arrived.
        """
        if processor_id in self.given_up:
            return self
        same = processor_id in {None, self.processor_id}
        if same and (self.state is RefundState.FAILED or (state is RefundState.PENDING and not self.is_owed)):
            state = self.state
        return replace(self, state=state, processor_id=processor_id or self.processor_id, attempt_at=None)

    def is_called(self, processor_id: ProcessorId, refund_id: str | None) -> bool:
        """Whether it is the one the processor, or we, call so."""
        return processor_id in (self.processor_id, *self.given_up) or self.id == refund_id

    def tried_again(self, processor_id: ProcessorId) -> "Refund":
        """What came back was sent once more, under another id there."""
        earlier = () if self.processor_id is None else (self.processor_id,)
        given_up = (*self.given_up, *earlier)
        return replace(self, state=RefundState.PENDING, processor_id=processor_id, given_up=given_up)

    def entry_lines(self, conceded: Money) -> tuple[EntryLine, ...]:
        """`conceded` of it was paid for a service and stays so; the rest was the patient's."""
        given = ((LedgerAccount.UNAPPLIED, self.amount - conceded), (LedgerAccount.GOODWILL, conceded))
        debits = (debit(account, amount) for account, amount in given if amount)
        return (*debits, credit(LedgerAccount.REFUNDS_PAYABLE if self.is_owed else self.account, self.amount))

    def settled_lines(self) -> tuple[EntryLine, ...]:
        """It has arrived at the patient; turned, where it came back."""
        return (debit(LedgerAccount.REFUNDS_PAYABLE, self.amount), credit(self.account, self.amount))


def refund_id_of(processor_id: ProcessorId) -> str:
    """The one refund for what the processor calls so: a refund made there, or a dispute."""
    return str(uuid5(NAMESPACE_URL, f"careflow:processed-refunds/{processor_id}"))


@dataclass(frozen=True, slots=True)
class ExcessRefund:
    """What the processor gave back beyond what was the patient's: nobody owes it, and it is the clinic's cost while it
    has arrived.
    """

    id: ProcessorId
    amount: Money
    state: RefundState

    @property
    def is_on_its_way(self) -> bool:
        """Whether the processor has not said yet how it went."""
        return self.state is RefundState.PENDING

    def told(self, state: RefundState) -> "ExcessRefund":
        """See `Refund.told`."""
        older = self.state is RefundState.FAILED or (self.state is RefundState.DONE and state is RefundState.PENDING)
        return self if older else replace(self, state=state)
