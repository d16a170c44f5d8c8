"""Where money that came in goes, and what that is in the books."""

from collections.abc import Iterable

from billing.domain.charges import Charge
from billing.domain.ids import ChargeId
from billing.domain.ledger import EntryLine, LedgerAccount, credit, debit
from billing.domain.money import Money
from billing.domain.payments import Payment


def plan_allocations(payment: Payment, charges: Iterable[Charge]) -> tuple[tuple[ChargeId, Money], ...]:
    """Which of these charges what is left of a payment is for: those of the day it came, then the earliest service."""
    available, found = payment.free, []
    for charge in sorted(
        filter(payment.may_pay, charges),
        key=lambda each: (
            each.rendered.service_date != payment.received_on,
            each.rendered.service_date,
            each.id,
        ),
    ):
        amount = min(available, charge.balance)
        if amount.minor > 0:
            found.append((charge.id, amount))
            available = available - amount
    return tuple(found)


def allocation_lines(amount: Money) -> tuple[EntryLine, ...]:
    """Money of the patient's is for a charge now; below zero it is taken back from one."""
    if amount.minor > 0:
        return (debit(LedgerAccount.UNAPPLIED, amount), credit(LedgerAccount.RECEIVABLE, amount))
    return (debit(LedgerAccount.RECEIVABLE, -amount), credit(LedgerAccount.UNAPPLIED, -amount))


def concession_lines(amount: Money) -> tuple[EntryLine, ...]:
    """What was given back for a service that is no longer charged so was the patient's own money."""
    return (debit(LedgerAccount.UNAPPLIED, amount), credit(LedgerAccount.GOODWILL, amount))


def hold_lines(amount: Money, account: LedgerAccount) -> tuple[EntryLine, ...]:
    """Money of the patient's is kept for something to come; below zero no longer."""
    if amount.minor > 0:
        return (debit(LedgerAccount.UNAPPLIED, amount), credit(account, amount))
    return (debit(account, -amount), credit(LedgerAccount.UNAPPLIED, -amount))
