"""A card processor without a wire: it does what it is asked once, and tells of everything in words the domain knows.

`news` is what it has to tell; a test delivers it, in whatever order and as often as it likes. `kept` is what it told
and can be asked for, delivered or not. `balance` is what the processor has of the clinic's money by its own books.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from billing.domain.ids import LinkId, ProcessorId
from billing.domain.money import Money
from billing.domain.payouts import Movement, MovementKind, NothingMoved
from billing.domain.processing import (
    CardDeclined,
    Checkout,
    DeclineReason,
    DisputeState,
    DisputeTold,
    FundsMove,
    LinkAsked,
    LinkExpired,
    LinkPaid,
    News,
    NotNow,
    PayoutTold,
    RefundAsked,
    RefundState,
    RefundTold,
    Refused,
    Sent,
    Standing,
    StillOpen,
)
from billing.domain.processor_feed import NothingTold, Told
from careflow_domain.errors import invalid
from services.billing.tests.builders import NOW

FEE = Money(1_500)
"""What the processor takes for a dispute."""
CARD_FEE: Final = Money(683)
"""What it keeps of each payment."""


@dataclass(slots=True)
class Paid:
    """One payment as the processor knows it."""

    id: ProcessorId
    link_id: LinkId
    amount: Money
    refunds: dict[str, RefundTold] = field(default_factory=dict)
    disputes: dict[str, DisputeTold] = field(default_factory=dict)

    @property
    def refunded(self) -> int:
        return sum(each.amount.minor for each in self.refunds.values() if each.state is not RefundState.FAILED)

    @property
    def is_disputed(self) -> bool:
        return any(each.state in {DisputeState.OPEN, DisputeState.LOST} for each in self.disputes.values())


@dataclass(slots=True)
class Desk:
    """`away` lets every question go unanswered; `forgetful` knows no link any more; it `loses_answers` to refunds that
    it has made; `refunds_are` is how a refund stands right after it was asked for. `asked` counts how often it was
    asked what became of a link. What is in `manual` payouts it does not tell.
    """

    away: bool = False
    forgetful: bool = False
    loses_answers: bool = False
    asked: int = 0
    clock: Callable[[], datetime] = lambda: NOW
    kept: list[Told] = field(default_factory=list)
    payouts: dict[str, list[Movement]] = field(default_factory=dict)
    failed: list[PayoutTold] = field(default_factory=list)
    manual: bool = False
    refunds_are: RefundState = RefundState.DONE
    links: dict[str, Checkout] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    payments: dict[str, Paid] = field(default_factory=dict)
    sent: dict[str, Sent] = field(default_factory=dict)
    news: list[News] = field(default_factory=list)
    _count: int = 0

    def _id(self, prefix: str) -> ProcessorId:
        self._count += 1
        return ProcessorId(f"{prefix}_{self._count}")

    # -- what it is asked ----------------------------------------------------------------------------------------------

    async def open_link(self, asked: LinkAsked) -> Checkout | Refused | NotNow:
        if self.away:
            return NotNow()
        return self.links.setdefault(asked.id, Checkout(self._id("cs"), f"https://pay.example/{asked.id}"))

    async def close_link(self, checkout_id: ProcessorId, link_id: LinkId) -> Checkout | Refused | NotNow:
        if self.away:
            return NotNow()
        if any(each.link_id == link_id for each in self.payments.values()):
            return Refused("resource_already_paid")
        self.closed.add(link_id)
        return self.links[link_id]

    async def link_stands(self, checkout_id: ProcessorId, link_id: LinkId) -> Standing:
        self.asked += 1
        if self.away:
            return NotNow()
        if self.forgetful or self.links[link_id].id != checkout_id:
            return Refused("resource_missing")
        paid = next((each for each in self.payments.values() if each.link_id == link_id), None)
        if paid is not None:
            return LinkPaid(link_id=link_id, processor_id=paid.id, amount=paid.amount)
        return LinkExpired(link_id) if link_id in self.closed else StillOpen()

    async def refund(self, asked: RefundAsked) -> Sent | Refused | NotNow:
        if self.away:
            return NotNow()
        if asked.id not in self.sent:
            paid = self.payments[asked.of_payment]
            if paid.is_disputed:
                return Refused("charge_disputed")
            if paid.refunded + asked.amount.minor > paid.amount.minor:
                return Refused("charge_already_refunded")
            self.sent[asked.id] = Sent(self.gives_back(paid.id, asked.amount, asked.id), self.refunds_are)
        return NotNow() if self.loses_answers else self.sent[asked.id]

    def told(self, body: bytes, signature: str | None) -> News | None:
        raise invalid("signature_invalid", "Nothing comes over a wire; news is delivered as it is.")

    async def told_next(
        self, behind: ProcessorId | None, *, since: datetime, until: datetime
    ) -> Told | NothingTold | Refused | NotNow:
        if self.away:
            return NotNow()
        ids = [each.id for each in self.kept]
        rest = self.kept[ids.index(behind) + 1 :] if behind in ids else self.kept
        return next((each for each in rest if since <= each.at <= until), NothingTold())

    async def moved_next(
        self, payout_id: ProcessorId, behind: ProcessorId | None
    ) -> Movement | NothingMoved | Refused | NotNow:
        if self.away:
            return NotNow()
        if self.manual:
            return Refused("not_automatic")
        moved = self.payouts[payout_id]
        at = [each.id for each in moved].index(behind) + 1 if behind else 0
        return moved[at] if at < len(moved) else NothingMoved()

    def _tells(self, *news: News) -> None:
        self.news += news
        self.kept += [Told(self._id("evt"), self.clock(), each) for each in news]

    # -- what happens there --------------------------------------------------------------------------------------------

    def is_paid(self, link_id: str, amount: Money) -> ProcessorId | None:
        """Somebody pays by a link that is open; nobody pays by one twice."""
        if link_id in self.closed or any(each.link_id == link_id for each in self.payments.values()):
            return None
        paid = Paid(self._id("pi"), LinkId(link_id), amount)
        self.payments[paid.id] = paid
        self._tells(LinkPaid(link_id=paid.link_id, processor_id=paid.id, amount=amount))
        return paid.id

    def declines(self, link_id: str) -> None:
        self._tells(CardDeclined(link_id=LinkId(link_id), attempt_id=self._id("ch"), reason=DeclineReason.DECLINED))

    def expires(self, link_id: str) -> None:
        if not any(each.link_id == link_id for each in self.payments.values()):
            self.closed.add(link_id)
            self._tells(LinkExpired(LinkId(link_id)))

    def gives_back(self, payment: str, amount: Money, refund_id: str | None = None) -> ProcessorId:
        """A refund, asked for by us or made at the processor's own desk."""
        told = RefundTold(
            of_payment=ProcessorId(payment),
            id=self._id("re"),
            refund_id=refund_id,
            amount=amount,
            state=self.refunds_are,
        )
        self.payments[payment].refunds[told.id] = told
        self._tells(told)
        return told.id

    def refund_becomes(self, payment: str, refund: str, state: RefundState) -> None:
        before = self.payments[payment].refunds[refund]
        after = RefundTold(
            of_payment=before.of_payment, id=before.id, refund_id=before.refund_id, amount=before.amount, state=state
        )
        self.payments[payment].refunds[refund] = after
        self._tells(after)

    def is_disputed(self, payment: str, amount: Money, *, inquiry: bool = False) -> ProcessorId:
        """A bank asks about a payment; unless it only asks, it takes the money, and the processor its fee."""
        dispute = self._id("dp")
        moves = () if inquiry else (FundsMove(id=self._id("txn"), amount=-amount, fee=FEE),)
        state = DisputeState.INQUIRY if inquiry else DisputeState.OPEN
        first = DisputeTold(of_payment=ProcessorId(payment), id=dispute, amount=amount, state=state)
        after = DisputeTold(of_payment=ProcessorId(payment), id=dispute, amount=amount, state=state, moves=moves)
        self.payments[payment].disputes[dispute] = after
        self._tells(*((first, after) if moves else (first,)))
        return dispute

    def decides(self, payment: str, dispute: str, *, won: bool) -> None:
        """The bank decides; where the clinic wins, the money comes back."""
        before = self.payments[payment].disputes[dispute]
        back = FundsMove(id=self._id("txn"), amount=before.amount, fee=FEE.nothing)
        after = DisputeTold(
            of_payment=before.of_payment,
            id=before.id,
            amount=before.amount,
            state=DisputeState.WON if won else DisputeState.LOST,
            moves=(*before.moves, back) if won and before.moves else before.moves,
        )
        self.payments[payment].disputes[dispute] = after
        self._tells(after)

    def pays_out(self, *others: Money) -> PayoutTold:
        """All that was not paid out yet, with what is of no payment."""
        out = {each.id for moved in self.payouts.values() for each in moved}
        moved = [each for each in self._movements() if each.id not in out]
        moved += [
            Movement(
                id=ProcessorId(f"txn_back_{each.id}"),
                kind=MovementKind.RETURNED,
                of_payment=None,
                of_payout=each.id,
                amount=each.amount,
                fee=each.amount.nothing,
            )
            for each in self.failed
            if f"txn_back_{each.id}" not in out
        ]
        moved += [
            Movement(id=self._id("txn"), kind=MovementKind.OTHER, of_payment=None, amount=each, fee=each.nothing)
            for each in others
        ]
        payout = self._id("po")
        self.payouts[payout] = moved
        amount = Money(sum(each.net.minor for each in moved))
        told = PayoutTold(id=payout, amount=amount, arrives_on=self.clock().date(), failed=False)
        self._tells(told)
        return told

    def fails(self, told: PayoutTold) -> PayoutTold:
        """The bank gives a payout back."""
        back = replace(told, failed=True)
        self.failed.append(back)
        self._tells(back)
        return back

    def _is_at_bank(self, payout: str) -> bool:
        """Whether the bank has it: it did not fail, or one it came back with has arrived."""
        if payout not in {each.id for each in self.failed}:
            return True
        return any(
            self._is_at_bank(other)
            for other, moved in self.payouts.items()
            if f"txn_back_{payout}" in {each.id for each in moved}
        )

    def _movements(self) -> Iterator[Movement]:
        for paid in self.payments.values():
            yield self._movement(f"txn_{paid.id}", MovementKind.PAYMENT, paid, paid.amount, CARD_FEE)
            for refund in paid.refunds.values():
                if refund.state is RefundState.DONE:
                    yield self._movement(f"txn_{refund.id}", MovementKind.REFUND, paid, -refund.amount, FEE.nothing)
            for dispute in paid.disputes.values():
                for move in dispute.moves:
                    yield self._movement(move.id, MovementKind.DISPUTE, paid, move.amount, move.fee)

    @staticmethod
    def _movement(name: str, kind: MovementKind, paid: Paid, amount: Money, fee: Money) -> Movement:
        return Movement(id=ProcessorId(name), kind=kind, of_payment=paid.id, amount=amount, fee=fee)

    @property
    def balance(self) -> Money:
        total = 0
        for payout, moved in self.payouts.items():
            ours = [each for each in moved if each.of_payment is not None]
            total -= sum(each.kept.minor for each in ours)
            total -= sum(each.net.minor for each in ours) if self._is_at_bank(payout) else 0
        for paid in self.payments.values():
            total += paid.amount.minor
            total -= sum(each.amount.minor for each in paid.refunds.values() if each.state is RefundState.DONE)
            total += sum(move.amount.minor - move.fee.minor for each in paid.disputes.values() for move in each.moves)
        return Money(total)
