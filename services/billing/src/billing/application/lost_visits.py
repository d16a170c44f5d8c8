"""A visit does not take place, or was no treatment: what was kept, covered or asked for because of it is as it was."""

from collections.abc import Sequence

from billing.application.account_news import tell_of_news
from billing.application.bookkeeping import OpenBooks, keep_books
from billing.application.ports import Ports
from billing.application.wanted_estimates import free_place
from billing.domain.payment_links import PaymentLink
from billing.domain.visits import Visit
from careflow_service.work import Transaction


async def free_all_of(
    visit: Visit,
    opened: OpenBooks,
    links: Sequence[PaymentLink],
    to_come: Sequence[Visit],
    tx: Transaction,
    ports: Ports,
) -> None:
    """`links` and the visits `to_come` are the patient's. What was paid for it beforehand is theirs, for whatever
    is owed, and they are told; its place in an estimate is free; nobody is asked to pay for it any more.
    """
    await free_place(visit, opened.estimates, to_come, tx, ports)
    for link in links:
        if link.appointment_id == visit.id and link.can_be_paid(tx.now):
            await ports.links.save(link.close(now=tx.now), expecting=link.version, tx=tx)
    kept = [each for each in opened.payments.values() if each.kept_for == visit.id]
    if kept:
        await keep_books(opened, lambda books: books.free(visit.id), tx, ports)
    if any(each.held for each in kept):
        await tell_of_news(visit.patient_id, tx, ports)
