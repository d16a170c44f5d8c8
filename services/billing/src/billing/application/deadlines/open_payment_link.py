"""The processor is asked to open a payment link, or to close one: an effect, performed by `timers`."""

from billing.application.ports import Ports
from billing.domain.ids import LinkId
from billing.domain.payment_links import LinkState
from billing.domain.processing import Checkout, LinkAsked, NotNow, Refused
from careflow_service.work import Transaction


async def next_link(ports: Ports) -> str | None:
    """The link the processor may be asked about now."""
    due = await ports.links.next_due() if ports.processor else None
    return due[1] if due and due[0] <= ports.clock() else None


async def ask_about_link(link_id: str, ports: Ports) -> Checkout | Refused | NotNow | None:
    """None where nothing is to be asked any more. One that is to be closed is opened first, under its own id, where it
    is not known whether it was.
    """
    link = await ports.links.get(LinkId(link_id))
    if ports.processor is None or link.state not in {LinkState.PLANNED, LinkState.CLOSING}:
        return None
    if link.state is LinkState.CLOSING and link.checkout_id is not None:
        return await ports.processor.close_link(link.checkout_id, link.id)
    if link.expires_at <= ports.clock():
        return NotNow()
    return await ports.processor.open_link(LinkAsked(id=link.id, amount=link.amount, expires_at=link.expires_at))


async def settle_link(link_id: str, answer: Checkout | Refused | NotNow | None, tx: Transaction, ports: Ports) -> None:
    """Record what the processor said."""
    before = await ports.links.get(LinkId(link_id))
    if answer is None or before.attempt_at is None:
        return
    await ports.links.save(before.answered(answer, now=tx.now), expecting=before.version, tx=tx)
