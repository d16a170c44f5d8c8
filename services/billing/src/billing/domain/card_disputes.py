"""Cardholders' disputes: what the processor tells of one, in any order and however often, comes to the same.

Invariant: a move of money counts once; a dispute that was decided stays so.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from billing.domain.ids import ProcessorId
from billing.domain.ledger import EntryLine, LedgerAccount, credit, debit
from billing.domain.money import Money, total
from billing.domain.processing import DisputeState, DisputeTold, FundsMove

DECIDED: Final = frozenset({DisputeState.WON, DisputeState.LOST})


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDispute:
    """One dispute about a payment, with every move of money that was told of."""

    id: ProcessorId
    amount: Money
    state: DisputeState
    opened_at: datetime
    moves: tuple[FundsMove, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state not in DECIDED

    @property
    def keeps_money(self) -> bool:
        """Whether nothing of the payment can be given back while it lasts."""
        return self.state is DisputeState.OPEN

    @property
    def withdrawn(self) -> Money:
        """What the processor has taken and not given back."""
        return -total((each.amount for each in self.moves), self.amount.currency)

    @classmethod
    def opened(cls, told: DisputeTold, *, now: datetime) -> "CardDispute":
        """Told of for the first time, nothing of it counted yet."""
        begun = DisputeState.INQUIRY if told.state is DisputeState.INQUIRY else DisputeState.OPEN
        return cls(id=told.id, amount=told.amount.expect_positive(), state=begun, opened_at=now)

    def unheard(self, told: DisputeTold) -> tuple[FundsMove, ...]:
        """The moves nobody has counted yet."""
        known = {each.id for each in self.moves}
        return tuple(each for each in told.moves if each.id not in known)

    def after(self, told: DisputeTold) -> "CardDispute":
        """As it stands with what was told; what is older than what is known changes nothing."""
        older = not self.is_open or told.state is DisputeState.INQUIRY
        return replace(self, state=self.state if older else told.state, moves=(*self.moves, *self.unheard(told)))


def move_lines(move: FundsMove) -> tuple[EntryLine, ...]:
    """Disputed money leaves the processor's account or comes back; its fee is an expense."""
    lines: list[EntryLine] = []
    for account, taken in ((LedgerAccount.DISPUTED, -move.amount), (LedgerAccount.CARD_COSTS, move.fee)):
        if taken.minor > 0:
            lines += [debit(account, taken), credit(LedgerAccount.PROCESSOR, taken)]
        elif taken:
            lines += [debit(LedgerAccount.PROCESSOR, -taken), credit(account, -taken)]
    return tuple(lines)
