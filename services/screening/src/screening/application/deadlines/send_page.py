"""A page goes out over its channel, and what became of it is recorded."""

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.domain.ids import PageId
from screening.domain.paging import PageResult, PageState


async def next_page(ports: Ports) -> str | None:
    """The page that may be attempted now."""
    due = await ports.pages.next_due()
    return due[1] if due and due[0] <= ports.clock() else None


async def send_page(page_id: str, ports: Ports) -> PageResult | None:
    """Hand the page to its channel; None when it is no longer wanted."""
    page = await ports.pages.get(PageId(page_id))
    return await ports.notifier.send(page) if page.state is PageState.INTENDED else None


async def settle_page(page_id: str, result: PageResult | None, tx: Transaction, ports: Ports) -> None:
    """Record what the channel said."""
    before = await ports.pages.get(PageId(page_id))
    page = before.attempted(result, now=tx.now) if result else before
    if page is not before:
        await ports.pages.save(page, expecting=before.version, tx=tx)
