"""What the processor could not give back was paid by other means: from the clinic's own cash or bank."""

from dataclasses import dataclass

from billing.application.bookkeeping import keep_books, open_books
from billing.application.ports import Ports
from billing.application.results import Refunded
from billing.domain.ids import PaymentId
from billing.domain.processed_books import ProcessedBooks
from careflow_domain.errors import stale
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class PayRefundOtherwise:
    payment_id: PaymentId
    refund_id: str
    expected_version: int


@dataclass(frozen=True, slots=True)
class PayRefundOtherwiseHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: PayRefundOtherwise, actor: Actor, request: RequestKey) -> Committed[Refunded]:
        """Refused: `payment_not_found`, `refund_not_found`, `refund_not_failed`, `payment_disputed`,
        `stale_version`.
        """

        async def pay(tx: Transaction) -> Refunded:
            before = await self.ports.payments.get(command.payment_id)
            if before.version != command.expected_version:
                raise stale()
            opened = await open_books(before.patient_id, self.ports, about=before)
            books = await keep_books(
                opened,
                lambda books: ProcessedBooks(books, before.id, tx.now).pay_otherwise(command.refund_id),
                tx,
                self.ports,
            )
            return Refunded(before.id, books.payment_as_is(before.id).version, command.refund_id)

        return await self.work.run(pay, by=actor, action="pay_refund_otherwise", returns=Refunded, request=request)
