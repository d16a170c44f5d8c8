"""What was posted to a patient's account, a line for each thing the patient would know of.

Invariant: the lines of an entry come to what it changes of the balance. What only moves the patient's own money from
one purpose to another is no line.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, assert_never

from billing.domain.balances import Balances
from billing.domain.charges import Charge
from billing.domain.ids import ChargeId, PaymentId
from billing.domain.ledger import EntryCause, JournalEntry, LedgerAccount
from billing.domain.money import Money, total
from billing.domain.payment_methods import PaymentMethod
from billing.domain.payments import Payment
from billing.domain.receipts import services_of
from billing.domain.refunds import RefundReason
from billing.domain.rendered import ChargeCause


class LineKind(StrEnum):
    """PAYMENT_CORRECTED: one that never came is taken out. CHARGEBACK: the cardholder's bank took it back. GOODWILL:
    given back and not owed again. BAD_DEBT: not asked for any more. RECOVERY: paid after all. What ends in REVERSED
    takes back what its first words say.
    """

    CHARGE = "charge"
    CHARGE_REVERSED = "charge_reversed"
    PAYMENT = "payment"
    PACKAGE_PAYMENT = "package_payment"
    REFUND = "refund"
    CHARGEBACK = "chargeback"
    PAYMENT_CORRECTED = "payment_corrected"
    GOODWILL = "goodwill"
    GOODWILL_REVERSED = "goodwill_reversed"
    DISCOUNT = "discount"
    BAD_DEBT = "bad_debt"
    DISCOUNT_REVERSED = "discount_reversed"
    BAD_DEBT_REVERSED = "bad_debt_reversed"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """`amount` is what more is owed because of it, below zero what less. A charge has its cause, its date of service
    and its services, a payment or refund its method.
    """

    posted_on: date
    kind: LineKind
    amount: Money
    cause: ChargeCause | None = None
    service_date: date | None = None
    services: tuple[str, ...] = ()
    method: PaymentMethod | None = None


_REFUNDS: Final = {
    RefundReason.ENTERED_IN_ERROR: LineKind.PAYMENT_CORRECTED,
    RefundReason.CHARGEBACK: LineKind.CHARGEBACK,
}
OF_CHARGES: Final = frozenset(
    {
        EntryCause.CHARGE,
        EntryCause.CHARGE_REVERSAL,
        EntryCause.WRITE_OFF,
        EntryCause.WRITE_OFF_REVERSAL,
        EntryCause.RECOVERY,
    }
)
"""Entries posted for a charge."""
OF_PAYMENTS: Final = frozenset({EntryCause.PAYMENT, EntryCause.REFUND, EntryCause.CONCESSION_REVERSAL})
"""Entries posted for a payment that change the balance."""


def lines_of(
    entry: JournalEntry, charges: Mapping[ChargeId, Charge], payments: Mapping[PaymentId, Payment]
) -> Iterator[StatementLine]:
    """The lines of an entry; `charges` and `payments` have what it was posted for."""
    change = Balances.nothing(entry.currency).after([entry]).net
    match entry.cause:
        case (
            EntryCause.ALLOCATION | EntryCause.HOLD | EntryCause.REFUND_SETTLED | EntryCause.DISPUTE | EntryCause.PAYOUT
        ):
            return
        case (
            EntryCause.CHARGE
            | EntryCause.CHARGE_REVERSAL
            | EntryCause.WRITE_OFF
            | EntryCause.WRITE_OFF_REVERSAL
            | EntryCause.RECOVERY
        ):
            yield _of_charge(entry, charges[ChargeId(entry.cause_id)], change)
        case EntryCause.PAYMENT:
            payment = payments[PaymentId(entry.cause_id)]
            kind = LineKind.PACKAGE_PAYMENT if payment.package_id else LineKind.PAYMENT
            yield StatementLine(posted_on=entry.posted_on, kind=kind, amount=change, method=payment.method)
        case EntryCause.REFUND:
            yield from _of_refund(entry, payments[PaymentId(entry.cause_id)])
        case EntryCause.CONCESSION_REVERSAL:
            yield StatementLine(posted_on=entry.posted_on, kind=LineKind.GOODWILL_REVERSED, amount=change)
        case _:
            assert_never(entry.cause)


def _of_charge(entry: JournalEntry, charge: Charge, change: Money) -> StatementLine:
    rendered = charge.rendered
    return StatementLine(
        posted_on=entry.posted_on,
        kind=_kind(entry),
        amount=change,
        cause=rendered.cause,
        service_date=rendered.service_date,
        # What an earlier revision was for is not known any more; the date and the kind of visit say enough.
        services=services_of(charge) if charge.entry_id and charge.entry_id in (entry.id, entry.reverses) else (),
    )


def _kind(entry: JournalEntry) -> LineKind:
    lost = any(line.account is LedgerAccount.BAD_DEBT for line in entry.lines)
    match entry.cause:
        case EntryCause.CHARGE:
            return LineKind.CHARGE
        case EntryCause.CHARGE_REVERSAL:
            return LineKind.CHARGE_REVERSED
        case EntryCause.RECOVERY:
            return LineKind.RECOVERY
        case EntryCause.WRITE_OFF:
            return LineKind.BAD_DEBT if lost else LineKind.DISCOUNT
        case _:
            return LineKind.BAD_DEBT_REVERSED if lost else LineKind.DISCOUNT_REVERSED


def _of_refund(entry: JournalEntry, payment: Payment) -> Iterator[StatementLine]:
    """What went back, and apart from it what of that is not owed again."""
    paid = total((line.credit for line in entry.lines), entry.currency)
    conceded = total((line.debit for line in entry.lines if line.account is LedgerAccount.GOODWILL), entry.currency)
    refund = next(each for each in payment.refunds if entry.key == f"refund/{each.id}")
    yield StatementLine(
        posted_on=entry.posted_on,
        kind=_REFUNDS.get(refund.reason, LineKind.REFUND),
        amount=paid,
        method=payment.method,
    )
    if conceded:
        yield StatementLine(posted_on=entry.posted_on, kind=LineKind.GOODWILL, amount=-conceded)
