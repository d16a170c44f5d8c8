"""A test page goes out as a page about an alert does, but behind none: it has a queue of its own."""

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.domain.ids import PageId
from screening.domain.paging import PageResult


async def next_test_page(ports: Ports) -> str | None:
    """The test page that may be attempted now."""
    due = await ports.test_pages.next_due()
    return due[1] if due and due[0] <= ports.clock() else None


async def send_test_page(page_id: str, ports: Ports) -> PageResult:
    """Hand the page to its channel."""
    return await ports.notifier.send(await ports.test_pages.get(PageId(page_id)))


async def settle_test_page(page_id: str, result: PageResult, tx: Transaction, ports: Ports) -> None:
    """Record what the channel said."""
    before = await ports.test_pages.get(PageId(page_id))
    page = before.attempted(result, now=tx.now)
    if page is not before:
        await ports.test_pages.save(page, expecting=before.version, tx=tx)
