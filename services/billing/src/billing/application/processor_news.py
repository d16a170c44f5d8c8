"""What the card processor says of a link or a payment, told by itself or asked for: it is heard alike.

Invariant: it says things twice and in any order, also of payments that are none of ours; each of ours changes the books
once.
"""

from billing.application.bookkeeping import OpenBooks, keep_books, open_books
from billing.application.ports import Ports
from billing.domain.books import Books
from billing.domain.ids import AppointmentId, ChargeId
from billing.domain.payment_links import PaymentLink
from billing.domain.payment_methods import PaymentMethod
from billing.domain.payments import Payment, processed_payment_id
from billing.domain.payouts import Payout
from billing.domain.processed_books import ProcessedBooks
from billing.domain.processed_payments import ProcessedPayment
from billing.domain.processing import CardDeclined, LinkExpired, LinkPaid, News, OfPayment, PayoutTold
from careflow_domain.errors import invalid
from careflow_service.upsert import upsert
from careflow_service.work import Transaction, side_by_side


async def hear_news(news: News, tx: Transaction, ports: Ports) -> bool:
    """Whether it changed anything. Raises `payment_link_not_found` and `currency_mismatch`."""
    match news:
        case LinkPaid():
            return await _paid(news, tx, ports)
        case LinkExpired(link_id):
            link = await ports.links.get(link_id)
            return await _save(link, link.over(), tx, ports)
        case CardDeclined():
            link = await ports.links.get(news.link_id)
            return await _save(link, link.decline(news, now=tx.now), tx, ports)
        case PayoutTold():
            return await _paid_out(news, tx, ports)
        case _:
            return await _of_payment(news, tx, ports)


async def _save(before: PaymentLink, after: PaymentLink, tx: Transaction, ports: Ports) -> bool:
    if after is not before:
        await ports.links.save(after, expecting=before.version, tx=tx)
    return after is not before


async def _paid(news: LinkPaid, tx: Transaction, ports: Ports) -> bool:
    link = await ports.links.get(news.link_id)
    if news.amount.currency != ports.policy.currency:
        raise invalid("currency_mismatch", "The clinic keeps its books in another currency.")
    patient_id, payment_id = link.patient_id, processed_payment_id(news.processor_id)
    processed, known, account, opened = await side_by_side(
        ports.processed.find(news.processor_id, of=None),
        ports.payments.find(payment_id, of=patient_id),
        ports.accounts.get(patient_id),
        open_books(patient_id, ports),
    )
    if known is not None:
        return False
    payment = Payment.received(
        payment_id,
        patient_id,
        news.amount,
        PaymentMethod.CARD_ONLINE,
        news.processor_id,
        now=tx.now,
        today=ports.day_of(tx.now),
    )
    kept_for = await _still_to_come(link, ports) if account.merged_into is None else None
    if kept_for is not None:
        payment = payment.as_deposit(kept_for, now=tx.now)
    early = processed.early if processed else ()

    def receive(books: Books) -> None:
        books.receive(payment, _still_owed(link, payment, opened))
        for each in early:
            ProcessedBooks(books, payment.id, tx.now).hear(each)

    await ports.links.save(link.paid(payment.id), expecting=link.version, tx=tx)
    before = processed or ProcessedPayment(id=news.processor_id)
    await upsert(ports.processed, processed, before.ours(), tx)
    await keep_books(opened, receive, tx, ports)
    return True


async def _still_to_come(link: PaymentLink, ports: Ports) -> AppointmentId | None:
    """The visit the money waits for, where that has not been charged or given up meanwhile."""
    if link.appointment_id is None:
        return None
    visit = await ports.visits.find(link.appointment_id, of=link.patient_id)
    if visit is None or not visit.is_to_be_charged:
        return None
    charges = await ports.charges.of_day(ports.day_of(visit.starts_at), of=link.patient_id)
    return None if any(each.rendered.appointment_id == visit.id for each in charges) else visit.id


async def _paid_out(news: PayoutTold, tx: Transaction, ports: Ports) -> bool:
    if news.amount.currency != ports.policy.currency:
        raise invalid("currency_mismatch", "The clinic keeps its books in another currency.")
    before = await ports.payouts.find(news.id, of=None)
    after = before.told(news, now=tx.now) if before else Payout.first_told(news, now=tx.now)
    await upsert(ports.payouts, before, after, tx)
    return after is not before


async def _of_payment(news: OfPayment, tx: Transaction, ports: Ports) -> bool:
    processed = await ports.processed.find(news.of_payment, of=None)
    if processed is None or not processed.is_ours:
        after = (processed or ProcessedPayment(id=news.of_payment)).told_early(news)
        await upsert(ports.processed, processed, after, tx)
        return after is not processed
    payment = await ports.payments.get(processed_payment_id(news.of_payment))
    opened = await open_books(payment.patient_id, ports, about=payment)
    books = await keep_books(opened, lambda books: ProcessedBooks(books, payment.id, tx.now).hear(news), tx, ports)
    return bool(books.payments)


def _still_owed(link: PaymentLink, payment: Payment, opened: OpenBooks) -> tuple[ChargeId, ...]:
    """The charges it is meant for that are still open: the money is there, whatever happened to them since."""
    meant = (opened.charges.get(each) for each in link.charge_ids)
    return tuple(charge.id for charge in meant if charge and charge.balance and payment.may_pay(charge))
