"""What the clinic does without of what is owed: a discount, or a debt that is not going to be paid."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from billing.domain.ledger import EntryLine, LedgerAccount, credit, debit
from billing.domain.money import Money


class WriteOffReason(StrEnum):
    """BAD_DEBT, SMALL_BALANCE: not going to be paid, or not worth asking for; the price stays. HARDSHIP, COURTESY: the
    price is lowered. DISPUTE: so it was decided or agreed where a bill was far above its estimate."""

    BAD_DEBT = "bad_debt"
    HARDSHIP = "hardship"
    COURTESY = "courtesy"
    SMALL_BALANCE = "small_balance"
    DISPUTE = "dispute"


LOSSES: Final = frozenset({WriteOffReason.BAD_DEBT, WriteOffReason.SMALL_BALANCE})
"""What was charged stays the price, though nobody pays it."""


@dataclass(frozen=True, slots=True)
class WriteOff:
    """So much is not asked for any more. `decided` is what the clinic did without at first: where a correction left
    less to be owed, `amount` is less, and as much again once it is owed.
    """

    id: str
    amount: Money
    reason: WriteOffReason
    written_off_at: datetime
    decided: Money

    @classmethod
    def of(cls, name: str, amount: Money, reason: WriteOffReason, *, now: datetime) -> "WriteOff":
        return cls(name, amount, reason, now, amount)

    def recovering(self, amount: Money) -> "WriteOff":
        """So much of it was paid after all."""
        return replace(self, amount=self.amount - amount, decided=self.decided - amount)

    @property
    def is_discount(self) -> bool:
        """Whether the services cost less because of it, which a superbill states."""
        return self.reason not in LOSSES

    @property
    def entry_lines(self) -> tuple[EntryLine, ...]:
        account = LedgerAccount.DISCOUNTS if self.is_discount else LedgerAccount.BAD_DEBT
        return (debit(account, self.amount), credit(LedgerAccount.RECEIVABLE, self.amount))


def recovery_lines(amount: Money) -> tuple[EntryLine, ...]:
    """A debt that was given up is owed again, for it is being paid."""
    return (debit(LedgerAccount.RECEIVABLE, amount), credit(LedgerAccount.BAD_DEBT, amount))
