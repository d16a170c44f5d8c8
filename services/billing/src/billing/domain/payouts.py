"""What the card processor has paid out to the clinic's bank, and of what it is made.

Invariant: each movement of a payout is booked once, in the commit that keeps how far the payout has come. A payout is
matched when all its movements are known and come to its amount: what was taken for the clinic, less what was given
back, taken for disputes and kept as fees.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from billing.domain.ids import ProcessorId
from billing.domain.ledger import EntryLine, LedgerAccount, credit, debit
from billing.domain.money import Money
from billing.domain.processing import NotNow, PayoutTold, Refused
from careflow_domain.aggregate import Aggregate

LONGEST_WAIT: Final = timedelta(hours=1)


class MovementKind(StrEnum):
    """DISPUTE: disputed money that was taken, or came back. OTHER: none of a payment's, such as a monthly fee."""

    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"
    OTHER = "other"


class PayoutState(StrEnum):
    """OPEN: its movements are being booked. UNMATCHED: they are not told, or come to another amount. FAILED: the bank
    gave it back; it is paid out again with a later one.
    """

    OPEN = "open"
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One movement of money in a payout: `amount` is below zero where it went out, `fee` is what was kept of it."""

    id: ProcessorId
    kind: MovementKind
    of_payment: ProcessorId | None
    amount: Money
    fee: Money

    @property
    def net(self) -> Money:
        return self.amount - self.fee

    @property
    def kept(self) -> Money:
        """The fee, where it is not in the books yet: that of a dispute was booked with it."""
        return self.fee.nothing if self.kind is MovementKind.DISPUTE else self.fee

    def entry_lines(self) -> tuple[EntryLine, ...]:
        """It has left the processor's account for the bank; what was kept of it is an expense."""
        sides = (
            (LedgerAccount.CASH, self.net),
            (LedgerAccount.CARD_COSTS, self.kept),
            (LedgerAccount.PROCESSOR, -(self.net + self.kept)),
        )
        return tuple(
            debit(account, amount) if amount.minor > 0 else credit(account, -amount)
            for account, amount in sides
            if amount
        )


@dataclass(frozen=True, slots=True)
class NothingMoved:
    """There is no further movement in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout(Aggregate):
    """`booked` is what is in the books of it, after `fees`; `others` is what was none of our payments. It is asked for
    the movement behind `through` at `ask_at`. `refused` is the processor's word for why it does not tell them.
    """

    id: ProcessorId
    amount: Money
    arrives_on: date
    told_at: datetime
    booked: Money
    fees: Money
    others: Money
    ask_at: datetime | None = None
    attempts: int = 0
    through: ProcessorId | None = None
    closed_at: datetime | None = None
    refused: str | None = None
    failed: bool = False

    @classmethod
    def first_told(cls, told: PayoutTold, *, now: datetime) -> "Payout":
        nothing = told.amount.nothing
        payout = cls(
            id=told.id,
            amount=told.amount,
            arrives_on=told.arrives_on,
            told_at=now,
            booked=nothing,
            fees=nothing,
            others=nothing,
        )
        return payout.told(told, now=now)

    @property
    def cause_id(self) -> str:
        """What the entries of it name as their cause."""
        return str(uuid5(NAMESPACE_URL, f"careflow:payouts/{self.id}"))

    @property
    def state(self) -> PayoutState:
        if self.failed:
            return PayoutState.FAILED
        if self.closed_at is None:
            return PayoutState.OPEN
        whole = self.refused is None and self.booked + self.others == self.amount
        return PayoutState.MATCHED if whole else PayoutState.UNMATCHED

    def told(self, told: PayoutTold, *, now: datetime) -> "Payout":
        """It is complete, so that its movements can be asked for, or the bank gave it back."""
        if told.failed:
            return self if self.failed else replace(self.recording(), failed=True)
        if self.ask_at is not None or self.closed_at is not None:
            return self
        return replace(self.recording(), ask_at=now)

    def moved(self, movement: Movement, *, ours: bool, now: datetime) -> "Payout":
        after = replace(self.recording(), through=movement.id, ask_at=now, attempts=0)
        if not ours:
            return replace(after, others=self.others + movement.net)
        return replace(after, booked=self.booked + movement.net, fees=self.fees + movement.kept)

    def answered(self, answer: NothingMoved | Refused | NotNow, *, now: datetime) -> "Payout":
        match answer:
            case NothingMoved():
                return replace(self.recording(), ask_at=None, closed_at=now)
            case Refused(code):
                return replace(self.recording(), ask_at=None, closed_at=now, refused=code)
            case NotNow():
                wait = min(timedelta(seconds=2 ** min(self.attempts, 20)), LONGEST_WAIT)
                return replace(self.recording(), ask_at=now + wait, attempts=self.attempts + 1)
