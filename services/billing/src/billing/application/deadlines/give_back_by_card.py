"""The processor is told to give back what was refunded: an effect, performed by `timers`, under the refund's id."""

from dataclasses import dataclass

from billing.application.bookkeeping import keep_books, open_books
from billing.application.ports import Ports
from billing.domain.books import Books
from billing.domain.ids import PaymentId, ProcessorId
from billing.domain.processed_books import ProcessedBooks
from billing.domain.processing import NotNow, RefundAsked, RefundState, Refused, Sent
from careflow_service.work import Transaction


@dataclass(frozen=True, slots=True)
class Answered:
    """What the processor said to one refund."""

    refund_id: str
    answer: Sent | Refused | NotNow


async def next_card_refund(ports: Ports) -> str | None:
    """The payment of which something may be given back now."""
    due = await ports.payments.next_refund_due() if ports.processor else None
    return due[1] if due and due[0] <= ports.clock() else None


async def give_back_by_card(payment_id: str, ports: Ports) -> Answered | None:
    """None where nothing is to be given back any more."""
    payment = await ports.payments.get(PaymentId(payment_id))
    refund = payment.next_refund
    if ports.processor is None or refund is None or payment.reference is None:
        return None
    asked = RefundAsked(
        id=refund.id, payment_id=payment.id, of_payment=ProcessorId(payment.reference), amount=refund.amount
    )
    return Answered(refund.id, await ports.processor.refund(asked))


async def settle_card_refund(payment_id: str, answered: Answered | None, tx: Transaction, ports: Ports) -> None:
    """Record what the processor said, unless it has told more of it by itself since."""
    payment = await ports.payments.get(PaymentId(payment_id))
    if answered is None:
        return
    refund = payment.refund(answered.refund_id)
    if refund.state is not RefundState.PLANNED:
        return
    match answered.answer:
        case Sent(processor_id, state):
            after = refund.told(state, processor_id)
        case Refused():
            after = refund.told(RefundState.FAILED, None)
        case NotNow():
            after = refund.put_off(now=tx.now)
    opened = await open_books(payment.patient_id, ports, about=payment)

    def settle(books: Books) -> None:
        ProcessedBooks(books, payment.id, tx.now).settle(after)

    await keep_books(opened, settle, tx, ports)
