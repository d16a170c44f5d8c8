"""The processor is asked to open a payment link, to close one, or what became of one: an effect, performed by
`timers`.
"""

from billing.application.ports import Ports
from billing.application.processor_news import hear_news
from billing.domain.ids import LinkId
from billing.domain.payment_links import LinkState
from billing.domain.processing import Checkout, LinkAsked, LinkExpired, LinkPaid, NotNow, Refused, Standing
from careflow_service.work import Transaction

Answer = Checkout | Standing


async def next_link(ports: Ports) -> str | None:
    """The link the processor may be asked about now."""
    due = await ports.links.next_due() if ports.processor else None
    return due[1] if due and due[0] <= ports.clock() else None


async def ask_about_link(link_id: str, ports: Ports) -> Answer | None:
    """None where nothing is to be asked any more. One that is to be closed is opened first, under its own id, where it
    is not known whether it was; where it cannot be closed it was paid or is over, and which is asked at once.
    """
    link = await ports.links.get(LinkId(link_id))
    if ports.processor is None or not link.is_undecided:
        return None
    if link.checkout_id is None:
        if link.expires_at <= ports.clock():
            return NotNow()
        return await ports.processor.open_link(LinkAsked(id=link.id, amount=link.amount, expires_at=link.expires_at))
    if link.state is LinkState.CLOSING:
        closed = await ports.processor.close_link(link.checkout_id, link.id)
        if not isinstance(closed, Refused):
            return closed
    return await ports.processor.link_stands(link.checkout_id, link.id)


async def settle_link(link_id: str, answer: Answer | None, tx: Transaction, ports: Ports) -> None:
    """Record what the processor said, unless it has told by itself since what became of the link."""
    before = await ports.links.get(LinkId(link_id))
    if answer is None or not before.is_undecided:
        return
    match answer:
        case LinkPaid() | LinkExpired():
            await hear_news(answer, tx, ports)
        case _:
            await ports.links.save(before.answered(answer, now=tx.now), expecting=before.version, tx=tx)
