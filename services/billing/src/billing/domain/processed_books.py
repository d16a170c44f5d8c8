"""What the card processor tells of a payment, as it changes the patient's books.

Invariant: each thing that is told changes them once, whatever is told twice or in another order.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from billing.domain.books import Books
from billing.domain.card_disputes import CardDispute, move_lines
from billing.domain.ids import PaymentId
from billing.domain.ledger import EntryCause, EntryLine, LedgerAccount, credit, debit
from billing.domain.money import Money
from billing.domain.processing import DisputeState, DisputeTold, OfPayment, RefundState, RefundTold
from billing.domain.refunds import ExcessRefund, Refund, RefundReason, refund_id_of
from careflow_domain.errors import conflict


@dataclass(frozen=True, slots=True)
class ProcessedBooks:
    """One processed payment in the books of its patient."""

    books: Books
    payment_id: PaymentId
    now: datetime

    def hear(self, news: OfPayment) -> None:
        """Whatever the processor tells of the payment."""
        match news:
            case RefundTold():
                self._refund_told(news)
            case DisputeTold():
                self._dispute_told(news)

    def settle(self, refund: Refund) -> None:
        """One of the payment's refunds as it stands now, with the entry of its arrival or return."""
        payment = self.books.payment_as_is(self.payment_id)
        before = payment.refund(refund.id)
        if refund == before:
            return
        self.books.keep_payment(payment.with_refund(refund, now=self.now))
        if before.is_owed != refund.is_owed:
            settled = refund.settled_lines()
            lines = tuple(line.turned for line in settled) if refund.is_owed else settled
            self._post(f"refund-{refund.state}/{refund.id}", EntryCause.REFUND_SETTLED, lines)

    def pay_otherwise(self, refund_id: str) -> None:
        """What came back was paid by other means. Raises `refund_not_found` and `refund_not_failed`."""
        payment = self.books.payment_as_is(self.payment_id)
        payment.expect_undisputed()
        refund = payment.refund(refund_id)
        if refund.state is not RefundState.FAILED:
            raise conflict("refund_not_failed", "Only what the processor could not give back is paid by other means.")
        self.settle(replace(refund, state=RefundState.DONE, account=LedgerAccount.CASH))

    def _refund_told(self, told: RefundTold) -> None:
        payment = self.books.payment_as_is(self.payment_id)
        known = [each for each in payment.refunds if each.is_called(told.id, told.refund_id)]
        excess = payment.excess_of(told.id)
        if excess is not None:
            self._settle_excess(excess, told.state)
        if known and known[0].account is LedgerAccount.PROCESSOR:
            self.settle(known[0].told(told.state, told.id))
        elif known and excess is None and known[0].was_paid_unanswered:
            # Nobody knew that it was made there, so it was paid by other means as well.
            self._give_beyond(told, told.amount)
        if known or excess is not None:
            return
        same = [each for each in payment.refunds if each.state is RefundState.FAILED and each.amount == told.amount]
        if same:
            # Given back at the processor's desk, after it could not be given back from here.
            self.settle(same[0].tried_again(told.id).told(told.state, told.id))
            return
        self._refunded_elsewhere(told)

    def _refunded_elsewhere(self, told: RefundTold) -> None:
        """At the processor's own desk; it is taken out of what is for nothing first, and nobody owes it again."""
        payment = self.books.payment_as_is(self.payment_id)
        back = min(told.amount, payment.refundable)
        if back:
            reason = RefundReason.OVERPAID if back <= payment.unapplied else RefundReason.GOODWILL
            refund = Refund(refund_id_of(told.id), back, reason, self.now, processor_id=told.id)
            self.books.refund(self.payment_id, refund)
            self.settle(self.books.payment_as_is(self.payment_id).refund(refund.id).told(told.state, told.id))
        if told.amount > back:
            self._give_beyond(told, told.amount - back)

    def _give_beyond(self, told: RefundTold, amount: Money) -> None:
        """So much of it was not the patient's any more."""
        excess = ExcessRefund(told.id, amount, RefundState.PENDING)
        self.books.keep_payment(self.books.payment_as_is(self.payment_id).with_excess(excess))
        self._settle_excess(excess, told.state)

    def _settle_excess(self, before: ExcessRefund, state: RefundState) -> None:
        after = before.told(state)
        if after == before:
            return
        self.books.keep_payment(self.books.payment_as_is(self.payment_id).with_excess(after))
        lines = (debit(LedgerAccount.CARD_COSTS, after.amount), credit(LedgerAccount.PROCESSOR, after.amount))
        if after.state is RefundState.DONE:
            self._post(f"card-cost/refund/{after.id}", EntryCause.DISPUTE, lines)
        elif before.state is RefundState.DONE:
            back = tuple(line.turned for line in lines)
            self._post(f"card-cost-back/refund/{after.id}", EntryCause.DISPUTE, back)

    def _dispute_told(self, told: DisputeTold) -> None:
        payment = self.books.payment_as_is(self.payment_id)
        known = payment.dispute(told.id)
        before = known or CardDispute.opened(told, now=self.now)
        after = before.after(told)
        if after == known:
            return
        self.books.keep_payment(payment.with_dispute(after, now=self.now))
        for move in before.unheard(told):
            lines = move_lines(move)
            if lines:
                self._post(f"dispute/{told.id}/{move.id}", EntryCause.DISPUTE, lines)
        if after.state is DisputeState.LOST and before.is_open:
            self._charge_back(after)

    def _charge_back(self, dispute: CardDispute) -> None:
        """The patient has the money: what it was for is owed again, what was to be given back is not owed any more."""
        payment = self.books.payment_as_is(self.payment_id)
        left = dispute.amount
        back = min(left, payment.refundable)
        if back:
            self._make_idle(back)
            refund = Refund(
                refund_id_of(dispute.id), back, RefundReason.CHARGEBACK, self.now, account=LedgerAccount.DISPUTED
            )
            self.books.give_out(self.payment_id, refund)
            left = left - back
        for refund in payment.refunds:
            if refund.state in {RefundState.PLANNED, RefundState.FAILED} and refund.amount <= left:
                done = replace(refund, state=RefundState.DONE, attempt_at=None, account=LedgerAccount.DISPUTED)
                self.settle(done)
                left = left - refund.amount
        if left.minor > 0:
            cost = (debit(LedgerAccount.CARD_COSTS, left), credit(LedgerAccount.DISPUTED, left))
            self._post(f"card-cost/dispute/{dispute.id}", EntryCause.DISPUTE, cost)
        self.books.apply()

    def _make_idle(self, amount: Money) -> None:
        """So much of the payment is free: first of what is held, then of what charges were paid with."""
        payment = self.books.payment_as_is(self.payment_id)
        short = amount - payment.free
        held = min(short, payment.held)
        if held.minor > 0:
            self.books.hold(self.payment_id, -held)
            short = short - held
        self.books.release_newest(self.payment_id, short)

    def _post(self, key: str, cause: EntryCause, lines: tuple[EntryLine, ...]) -> None:
        version = self.books.payment_as_is(self.payment_id).version
        self.books.post(f"{key}/{version}", cause, self.payment_id, lines)
