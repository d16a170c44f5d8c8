"""The books: append-only double entry in whole cents.

Invariants: in every entry debits equal credits, so they do over the whole ledger; an entry never changes; what was
wrong is reversed by another entry that names it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from billing.domain.ids import EntryId, PatientId
from billing.domain.money import Money, total
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import invalid


class LedgerAccount(StrEnum):
    """The chart of accounts."""

    CASH = "cash"
    PROCESSOR = "processor_clearing"
    """What the card processor has taken for the clinic and not paid out."""
    DISPUTED = "disputed_funds"
    """What the processor has taken back until a cardholder's bank has decided."""
    RECEIVABLE = "receivable"
    UNAPPLIED = "unapplied_payments"
    """A liability: received of a patient and not yet for any service."""
    DEPOSITS = "deposits"
    """A liability: received for a visit to come."""
    UNEARNED = "unearned_packages"
    """A liability: received for visits of packages that are to come."""
    REFUNDS_PAYABLE = "refunds_payable"
    """A liability: to be given back, and not there yet."""
    EVALUATION_REVENUE = "revenue_evaluation"
    THERAPY_REVENUE = "revenue_therapy"
    TREATMENT_REVENUE = "revenue_treatment"
    DRUG_REVENUE = "revenue_drug"
    OTHER_REVENUE = "revenue_other"
    FEE_REVENUE = "revenue_fees"
    GOODWILL = "goodwill_refunds"
    """Against revenue: given back of the clinic's own will."""
    DISCOUNTS = "discounts"
    """Against revenue: not asked for, of the clinic's own will."""
    BAD_DEBT = "bad_debt"
    """An expense: owed, and not going to be paid."""
    CARD_COSTS = "card_costs"
    """An expense: what the card processor keeps for payments and disputes, and disputed money that nobody owes."""


class EntryCause(StrEnum):
    """What an entry was posted for."""

    CHARGE = "charge"
    CHARGE_REVERSAL = "charge_reversal"
    PAYMENT = "payment"
    ALLOCATION = "allocation"
    HOLD = "hold"
    REFUND = "refund"
    REFUND_SETTLED = "refund_settled"
    DISPUTE = "dispute"
    CONCESSION_REVERSAL = "concession_reversal"
    WRITE_OFF = "write_off"
    WRITE_OFF_REVERSAL = "write_off_reversal"
    RECOVERY = "recovery"
    PAYOUT = "payout"


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One side of an entry: exactly one of the two amounts is above zero. Raises `entry_line_invalid`."""

    account: LedgerAccount
    debit: Money
    credit: Money

    def __post_init__(self) -> None:
        if self.debit.currency != self.credit.currency:
            raise invalid("currency_mismatch", "Amounts of two currencies do not meet.")
        if min(self.debit.minor, self.credit.minor) != 0 or max(self.debit.minor, self.credit.minor) <= 0:
            raise invalid("entry_line_invalid", "A line debits or credits an amount above zero.")

    @property
    def turned(self) -> "EntryLine":
        return EntryLine(self.account, self.credit, self.debit)


def debit(account: LedgerAccount, amount: Money) -> EntryLine:
    return EntryLine(account, amount, amount.nothing)


def credit(account: LedgerAccount, amount: Money) -> EntryLine:
    return EntryLine(account, amount.nothing, amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPosted(Fact):
    entry: "JournalEntry"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettled(Fact):
    """With the entry, nothing is owed by the patient any more."""

    entry: "JournalEntry"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry(Aggregate):
    """One entry. `key` says what it is for and is unique, so nothing is posted twice. Raises `entry_unbalanced` or
    `currency_mismatch`.
    """

    id: EntryId
    key: str
    patient_id: PatientId
    posted_on: date
    cause: EntryCause
    cause_id: str
    policy_version: str
    lines: tuple[EntryLine, ...]
    reverses: EntryId | None = None

    def __post_init__(self) -> None:
        debits, credits_ = total(line.debit for line in self.lines), total(line.credit for line in self.lines)
        if len(self.lines) < 2 or debits != credits_:
            raise invalid("entry_unbalanced", "The debits of an entry equal its credits.")

    @property
    def currency(self) -> str:
        return self.lines[0].debit.currency

    def posted(self, *, now: datetime) -> "JournalEntry":
        """The entry as it goes into the books."""
        return self.saying(EntryPosted(entry=self, at=now))

    def settling(self, *, now: datetime) -> "JournalEntry":
        """The entry with which the last of what was owed is gone."""
        return self.saying(AccountSettled(entry=self, at=now))


@dataclass(frozen=True, slots=True)
class AccountTotal:
    """What was debited to and credited to one account."""

    account: LedgerAccount
    debit: Money
    credit: Money

    @property
    def balance(self) -> Money:
        """Debits less credits."""
        return self.debit - self.credit


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every account's totals; `balances` is whether the books are right."""

    accounts: tuple[AccountTotal, ...]

    @property
    def debit(self) -> Money:
        return total(each.debit for each in self.accounts)

    @property
    def credit(self) -> Money:
        return total(each.credit for each in self.accounts)

    @property
    def balances(self) -> bool:
        return self.debit == self.credit

    @classmethod
    def of(cls, entries: Iterable[JournalEntry]) -> "TrialBalance":
        """The books summed up from their entries."""
        lines = [line for entry in entries for line in entry.lines]
        return cls(
            tuple(
                AccountTotal(account, total(line.debit for line in own), total(line.credit for line in own))
                for account in LedgerAccount
                if (own := [line for line in lines if line.account is account])
            )
        )
