"""What goes back of a payment, why, and where it is taken from."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from billing.domain.ledger import EntryLine, LedgerAccount, credit, debit
from billing.domain.money import Money
from careflow_domain.errors import conflict


class RefundReason(StrEnum):
    """OVERPAID, CHARGE_CORRECTED: money that is for no charge. GOODWILL: part of what a service cost, which stays paid.
    ENTERED_IN_ERROR: the money never came, so what it was for is owed. PACKAGE_UNUSED: what is held for a package.
    """

    OVERPAID = "overpaid"
    CHARGE_CORRECTED = "charge_corrected"
    GOODWILL = "goodwill"
    ENTERED_IN_ERROR = "entered_in_error"
    PACKAGE_UNUSED = "package_unused"


@dataclass(frozen=True, slots=True)
class Refund:
    """Given back by the method it came by."""

    id: str
    amount: Money
    reason: RefundReason
    refunded_at: datetime

    @property
    def is_goodwill(self) -> bool:
        return self.reason is RefundReason.GOODWILL

    @property
    def never_came(self) -> bool:
        """Whether it takes out what was told and not received, and nothing goes back."""
        return self.reason is RefundReason.ENTERED_IN_ERROR

    def out_of_charges(self, idle: Money) -> Money:
        """How much of it is from what charges were paid with, where `idle` is for none; below zero where some of that
        stays. Raises `nothing_overpaid`.
        """
        match self.reason:
            case RefundReason.GOODWILL | RefundReason.ENTERED_IN_ERROR:
                return self.amount - idle
            case RefundReason.OVERPAID | RefundReason.CHARGE_CORRECTED | RefundReason.PACKAGE_UNUSED:
                if self.amount > idle:
                    raise conflict("nothing_overpaid", "Only what is for no charge was overpaid; the rest is goodwill.")
                return self.amount.nothing

    def entry_lines(self, conceded: Money) -> tuple[EntryLine, ...]:
        """`conceded` of it was paid for a service and stays so; the rest was the patient's."""
        given = ((LedgerAccount.UNAPPLIED, self.amount - conceded), (LedgerAccount.GOODWILL, conceded))
        debits = (debit(account, amount) for account, amount in given if amount)
        return (*debits, credit(LedgerAccount.CASH, self.amount))
