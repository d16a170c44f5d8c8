"""How a patient's account stands by the books: what is owed, what is the patient's own."""

from collections.abc import Iterable
from dataclasses import dataclass

from billing.domain.ledger import JournalEntry, LedgerAccount, TrialBalance
from billing.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """`owed` for what was charged; `credit` received and for nothing yet; `deposits` and `packages` received for visits
    to come.
    """

    owed: Money
    credit: Money
    deposits: Money
    packages: Money

    @classmethod
    def nothing(cls, currency: str) -> "Balances":
        zero = Money(0, currency)
        return cls(owed=zero, credit=zero, deposits=zero, packages=zero)

    @property
    def net(self) -> Money:
        """What is owed less all that is the patient's own; below zero the clinic holds more than is owed."""
        return self.owed - self.credit - self.deposits - self.packages

    def after(self, entries: Iterable[JournalEntry]) -> "Balances":
        """How it stands once these are posted."""
        changed = {each.account: each.balance for each in TrialBalance.of(entries).accounts}
        zero = self.owed.nothing
        return Balances(
            owed=self.owed + changed.get(LedgerAccount.RECEIVABLE, zero),
            credit=self.credit - changed.get(LedgerAccount.UNAPPLIED, zero),
            deposits=self.deposits - changed.get(LedgerAccount.DEPOSITS, zero),
            packages=self.packages - changed.get(LedgerAccount.UNEARNED, zero),
        )
