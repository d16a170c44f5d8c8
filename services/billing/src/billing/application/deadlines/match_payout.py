"""The processor is asked of what a payout is made, one movement after the other: an effect, performed by `timers`."""

from dataclasses import dataclass

from billing.application.bookkeeping import keep_books, open_books
from billing.application.ports import Ports
from billing.domain.books import Books
from billing.domain.ids import ProcessorId
from billing.domain.ledger import EntryCause
from billing.domain.payments import processed_payment_id
from billing.domain.payouts import Movement, NothingMoved, Payout
from billing.domain.processing import NotNow, Refused
from billing.domain.processor_feed import FEED
from careflow_service.upsert import upsert
from careflow_service.work import Transaction, side_by_side


@dataclass(frozen=True, slots=True)
class Answered:
    """What it said when it was asked for the movement behind `behind`."""

    walk: int
    behind: ProcessorId | None
    answer: Movement | NothingMoved | Refused | NotNow


async def next_payout(ports: Ports) -> str | None:
    """The payout that may be asked about now: not before all is heard that was told until then, for a payment whose
    webhook was lost would be taken for none of ours.
    """
    due = await ports.payouts.next_due() if ports.processor else None
    if due is None or due[0] > ports.clock():
        return None
    payout, feed = await side_by_side(ports.payouts.get(ProcessorId(due[1])), ports.processor_feed.find(FEED, of=None))
    return payout.id if feed is not None and feed.has_heard(payout.told_at) else None


async def ask_about_payout(payout_id: str, ports: Ports) -> Answered | None:
    """None where nothing is to be asked any more."""
    payout = await ports.payouts.get(ProcessorId(payout_id))
    if ports.processor is None or payout.ask_at is None:
        return None
    return Answered(payout.walks, payout.through, await ports.processor.moved_next(payout.id, payout.through))


async def settle_payout(payout_id: str, answered: Answered | None, tx: Transaction, ports: Ports) -> None:
    """Book what has moved, unless somebody else has done so since."""
    before = await ports.payouts.get(ProcessorId(payout_id))
    if answered is None or before.ask_at is None or (before.walks, before.through) != (answered.walk, answered.behind):
        return
    match answered.answer:
        case Movement() as movement:
            ours = await _book(before, movement, tx, ports)
            after = before.moved(movement, ours=ours, now=tx.now)
        case NothingMoved() | Refused() | NotNow() as answer:
            after = before.answered(answer, now=tx.now)
    await ports.payouts.save(after, expecting=before.version, tx=tx)


async def _book(payout: Payout, movement: Movement, tx: Transaction, ports: Ports) -> bool:
    """In the books of whose payment it is; whether it is one of ours."""
    if movement.of_payout is not None and movement.of_payout != payout.id:
        return await _turn_over(payout, movement, tx, ports)
    if movement.of_payment is None:
        return False
    processed = await ports.processed.find(movement.of_payment, of=None)
    if processed is None or not processed.is_ours:
        return False
    payment = await ports.payments.get(processed_payment_id(movement.of_payment))
    lines = movement.entry_lines(payout.walk)

    def post(books: Books) -> None:
        if lines:
            books.post(payout.walk.key(movement), EntryCause.PAYOUT, payout.cause_id, lines)

    await keep_books(await open_books(payment.patient_id, ports, about=payment), post, tx, ports)
    return True


async def _turn_over(payout: Payout, movement: Movement, tx: Transaction, ports: Ports) -> bool:
    """What the bank gave back goes there again with this payout, or comes back with it: its own movements say whose it
    is. Whether any of it is in the books.
    """
    assert movement.of_payout is not None
    before = await ports.payouts.find(movement.of_payout, of=None)
    after = before.turned_over(now=tx.now) if before else Payout.known_by(movement, payout, now=tx.now)
    await upsert(ports.payouts, before, after, tx)
    return after.refused is None
