"""What the card processor has paid out to the clinic's bank, and of what it is made.

Invariant: each movement of a payout is booked once for each walk over them, in the commit that keeps how far the payout
has come. A payout is matched when all its movements are known and come to its amount: what was taken for the clinic,
less what was given back, taken for disputes and kept as fees. One that the bank gave back, or that was called off
before, is walked over again, from the bank to the processor, and once more when it is paid out with a later one; where
its money stands follows from how often that was told, not from the order.
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
    """DISPUTE: disputed money that was taken, or came back. RETURNED: a payout that the bank gave back, in the one it
    is paid out again with. OTHER: none of a payment's, such as a monthly fee.
    """

    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"
    RETURNED = "returned"
    OTHER = "other"


class PayoutState(StrEnum):
    """OPEN: its movements are being booked. UNMATCHED: they are not told, or come to another amount. FAILED: the bank
    gave it back, or never had it; it is paid out again with a later one.
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
    of_payout: ProcessorId | None = None

    @property
    def net(self) -> Money:
        return self.amount - self.fee

    @property
    def kept(self) -> Money:
        """The fee, where it is not in the books yet: that of a dispute was booked with it."""
        return self.fee.nothing if self.kind is MovementKind.DISPUTE else self.fee

    def entry_lines(self, walk: "Walk") -> tuple[EntryLine, ...]:
        """It has left the processor's account for the bank, or come back; what was kept of it is an expense, once."""
        net = self.net if walk.to_bank else -self.net
        kept = self.kept if walk.is_first else self.kept.nothing
        sides = (
            (LedgerAccount.CASH, net),
            (LedgerAccount.CARD_COSTS, kept),
            (LedgerAccount.PROCESSOR, -(net + kept)),
        )
        return tuple(
            debit(account, amount) if amount.minor > 0 else credit(account, -amount)
            for account, amount in sides
            if amount
        )


@dataclass(frozen=True, slots=True)
class Walk:
    """One way over all movements of a payout; `number` counts those before it."""

    number: int
    to_bank: bool

    @property
    def is_first(self) -> bool:
        return self.number == 0

    def key(self, movement: Movement) -> str:
        """Under which a movement is booked once."""
        return f"payout/{movement.id}" if self.is_first else f"payout/{movement.id}/{self.number}"


@dataclass(frozen=True, slots=True)
class NothingMoved:
    """There is no further movement in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout(Aggregate):
    """`booked` is what is in the books of it, after `fees`; `others` is what was none of our payments. It is asked for
    the movement behind `through` at `ask_at`. `refused` is the processor's word for why it does not tell them. `walks`
    counts the ways over its movements that are done, `at_processor` is where its money is after them, and `turned` how
    often a later payout has taken it along, or has itself come back with it.
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
    walks: int = 0
    at_processor: bool = False
    turned: int = 0

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

    @classmethod
    def known_by(cls, movement: Movement, within: "Payout", *, now: datetime) -> "Payout":
        """One that nobody has told of, met as what came back in another: it failed, and what is in it is asked for."""
        assert movement.of_payout is not None
        nothing = movement.amount.nothing
        payout = cls(
            id=movement.of_payout,
            amount=movement.amount,
            arrives_on=within.arrives_on,
            told_at=now,
            booked=nothing,
            fees=nothing,
            others=nothing,
            failed=True,
            at_processor=True,
        )
        return payout.turned_over(now=now)

    @property
    def walk(self) -> Walk:
        """The way over its movements that is under way, or the next one."""
        return Walk(self.walks, to_bank=self.at_processor or self.walks == 0)

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
        """It is complete, so that its movements can be asked for, or the bank gave it back. What failed before it was
        ever complete has gone nowhere.
        """
        known = self.ask_at is not None or self.closed_at is not None
        if told.failed:
            if self.failed:
                return self
            return replace(self.recording(), failed=True, at_processor=not known)._towards(now)
        if known:
            return self
        if self.failed:
            return replace(self.recording(), closed_at=now)
        return replace(self.recording(), ask_at=now)

    def turned_over(self, *, now: datetime) -> "Payout":
        """A payout it is part of went to the bank, or came back from there."""
        return replace(self.recording(), turned=self.turned + 1)._towards(now)

    def moved(self, movement: Movement, *, ours: bool, now: datetime) -> "Payout":
        after = replace(self.recording(), through=movement.id, ask_at=now, attempts=0)
        if not self.walk.is_first:
            return after
        if not ours:
            return replace(after, others=self.others + movement.net)
        return replace(after, booked=self.booked + movement.net, fees=self.fees + movement.kept)

    def answered(self, answer: NothingMoved | Refused | NotNow, *, now: datetime) -> "Payout":
        match answer:
            case NothingMoved():
                done = replace(
                    self.recording(),
                    ask_at=None,
                    attempts=0,
                    closed_at=self.closed_at or now,
                    walks=self.walks + 1,
                    at_processor=not self.walk.to_bank,
                )
                return done._towards(now)
            case Refused(code):
                return replace(self.recording(), ask_at=None, closed_at=self.closed_at or now, refused=code)
            case NotNow():
                wait = min(timedelta(seconds=2 ** min(self.attempts, 20)), LONGEST_WAIT)
                return replace(self.recording(), ask_at=now + wait, attempts=self.attempts + 1)

    def _towards(self, now: datetime) -> "Payout":
        """Walked over once more where its money is not where it is said to be. One that is under way is walked to its
        end first; of one whose movements are not told nothing was booked, and nothing is.
        """
        said_back = (self.failed + self.turned) % 2 == 1
        if self.ask_at is not None or self.refused is not None or said_back == self.at_processor:
            return self
        return replace(self, ask_at=now, through=None)
