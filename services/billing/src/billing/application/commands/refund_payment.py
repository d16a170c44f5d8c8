"""Money goes back by the method it came by, never more than came in."""

from dataclasses import dataclass

from billing.application.bookkeeping import keep_books, open_books
from billing.application.ports import Ports
from billing.application.results import Refunded
from billing.domain.ids import PaymentId
from billing.domain.money import Money
from billing.domain.refunds import Refund, RefundReason
from careflow_domain.errors import invalid, stale
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class RefundPayment:
    payment_id: PaymentId
    amount: Money
    reason: RefundReason
    expected_version: int


@dataclass(frozen=True, slots=True)
class RefundPaymentHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RefundPayment, actor: Actor, request: RequestKey) -> Committed[Refunded]:
        """Refused: `payment_not_found`, `refund_above_received`, `amount_not_positive`, `currency_mismatch`,
        `payment_disputed`, `told_by_processor`, `stale_version`.
        """

        async def give_back(tx: Transaction) -> Refunded:
            before = await self.ports.payments.get(command.payment_id)
            if before.version != command.expected_version:
                raise stale()
            before.expect_undisputed()
            if command.reason is RefundReason.CHARGEBACK:
                raise invalid("told_by_processor", "What a cardholder's bank takes back is told by the processor.")
            refund = Refund(tx.new_id(), command.amount, command.reason, tx.now)
            opened = await open_books(before.patient_id, self.ports, about=before)
            books = await keep_books(opened, lambda books: books.refund(before.id, refund), tx, self.ports)
            return Refunded(before.id, books.payment_as_is(before.id).version, refund.id)

        return await self.work.run(give_back, by=actor, action="refund_payment", returns=Refunded, request=request)
